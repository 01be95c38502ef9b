//! Power losses under the real files of device and site.
//!
//! **What.** A scene does what a device or a site does, on a folder that is
//! recorded ([`handoff_testkit::crash_fs`]), and notes what it was told is
//! safe. `survey` looks at a folder that a power loss could have left, with
//! the real code. [`run`] walks every scene step by step and surveys losses.
//!
//! **How data moves through.** scene → recording and ledger → a loss at a step →
//! survey, against everything that was noted before that step → a report.
//!
//! **What it does not do.** Keys and other files that are written past SQLite
//! are not torn: they are made at enrolment and not in these scenes.

mod ledger;
mod released;
mod run;
mod scenes;
mod survey;

pub use ledger::{Fact, Known, Ledger};
pub use released::{Aged, made_new, scenes_of, schemas_of, upgraded};
pub use run::{Plan, at_every_step, run};
pub use scenes::{Scene, Side, Size, downgrade, draft_of, feed, scenes};
pub use survey::{Depth, Findings, NOW_MS, device as survey_device, site as survey_site};
