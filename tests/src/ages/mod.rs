//! Programs of different ages that talk to each other.
//!
//! **What.** [`record`] lets the device and the site of a released version talk,
//! and keeps every request and answer as it passed: a [`Transcript`]. Later
//! programs are held against it. A later site is given the requests
//! ([`LaterSite`]); a later device is given the answers ([`RecordedSite`]);
//! [`likeness`] says what an answer lacks that the recorded one had.
//!
//! **Why.** Two builds of one source agree with each other whatever they say.
//! Only what another program has really sent shows that its device is still
//! understood, and still understands.
//!
//! **How data moves through.** device → [`Front`], with the site's own TLS key →
//! site; both bodies into the folder `transcript` of the version.
//!
//! **What it does not do.** It keeps no message that no version has sent. What
//! an answer says in a field that no recorded answer had is judged nowhere.

mod front;
pub mod likeness;
mod record;
mod replay;
mod scene;
mod transcript;

pub use front::Front;
pub use record::record;
pub use replay::{Clock, LaterSite, RecordedSite};
pub use scene::{Refused, Scene};
pub use transcript::{Exchange, Transcript};
