//! The device's side of the wire: the pinned client, enrolment, and the driver
//! that performs what `handoff-sync` decides.

mod ahead;
mod client;
mod enrol;
mod request;
mod run;

pub use client::{Client, ClientError};
pub use enrol::{EnrolError, Enrolled, enrol};
pub use request::{Envelope, Puller, RequestError, make as make_request};
pub use run::{Link, News, Progress, RunError, StopReason, Summary, Tell};
