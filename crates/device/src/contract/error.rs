//! What goes wrong, as the window sees it: a code, the fields concerned and
//! what may be done next. Codes are a closed list; their sentences live in the
//! Fluent catalogues as `error-<code>` and, for fields, `field-<code>`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Everything that a command can answer instead of its view.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CommandError {
    /// Which sentence to show.
    pub code: ErrorCode,
    /// Values that the sentence names: counts, times, file names. Never a
    /// person's answer.
    pub params: BTreeMap<String, String>,
    /// The fields concerned, for an error summary; empty for other errors.
    pub fields: Vec<FieldError>,
    /// What the window may offer.
    pub disposition: Disposition,
}

/// One field that cannot stay as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FieldError {
    /// Path within the form: `who.age`, `why.drugs.0.quantity`.
    pub path: String,
    /// Message id without its prefix: `birth_date_in_future` is said by
    /// `field-birth_date_in_future`.
    pub code: String,
    /// Values that the sentence names: limits, never the answer itself.
    pub params: BTreeMap<String, String>,
}

/// What the person can do about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Disposition {
    /// The same call may succeed later; nothing is lost by trying again.
    Retry,
    /// Something that was given has to change first.
    AskUser,
    /// It cannot succeed here; somebody else has to act.
    Stop,
}

/// The closed list of errors. A new code does not compile in the window until
/// somebody has written its sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The device has no enrolment yet.
    NotEnrolled,
    /// The device is enrolled already.
    AlreadyEnrolled,
    /// The enrolment code does not read as one.
    CodeUnreadable,
    /// The site has given out no such enrolment code.
    CodeUnknown,
    /// The enrolment code was used.
    CodeUsed,
    /// The enrolment code is too old.
    CodeExpired,
    /// The site could not see that this device knows the code: a damaged
    /// message, or somebody between.
    CodeNotProven,
    /// The enrolment code is void after too many tries.
    CodeVoid,
    /// The site knows this device under another key.
    DeviceKnownOtherwise,
    /// The site does not let this device in any more.
    DeviceRevoked,
    /// The person of the code is switched off at the site.
    PersonDisabled,
    /// The site was put back from a backup and nobody has confirmed it.
    SiteUnconfirmed,
    /// The site could not read what this device sent.
    EnrolmentUnreadable,
    /// The site has too much to do; the code is still good.
    SiteBusy,
    /// The site refused the enrolment for a reason that this version does not know.
    CodeRefused,
    /// The site that answered is not the one in the code or the enrolment.
    /// Nothing was sent to it.
    SiteNotPinned,
    /// The one who answered could not prove to be the site of the code.
    SiteNotProven,
    /// The site did not answer. Nothing is lost.
    SiteNotReached,
    /// The site answered, and not in a way that this version understands.
    SiteAnswerUnreadable,
    /// The site wants a newer version of the app. Work goes on offline.
    UpdateNeeded,
    /// The site is older than the app, and has to be updated. Work goes on
    /// offline.
    SiteUpdateNeeded,
    /// The password is wrong.
    WrongPassword,
    /// The password is too short or too common.
    PasswordRefused,
    /// Nobody is signed in.
    Locked,
    /// The lease has run out: what is stored may not be read until the site has
    /// been reached.
    LeaseRanOut,
    /// No role of this person may log a referral at this site.
    NotPermitted,
    /// No such person on this device.
    UnknownUser,
    /// Some answers cannot stay as they are.
    FormIncomplete,
    /// No draft with that id (it was sent or deleted).
    UnknownDraft,
    /// No referral with that id on this device.
    UnknownReferral,
    /// It has left the device already, so it cannot be taken back.
    AlreadySent,
    /// The disk is full.
    DiskFull,
    /// Another copy of the program writes to this folder.
    AnotherWriter,
    /// A file on this device is damaged; it was set aside, not deleted.
    FileDamaged,
    /// The files of this device come from a newer version of the program.
    FilesNewer,
    /// The device's clock is impossible (before the program was made).
    ClockImpossible,
    /// The request does not read as one of the contract.
    RequestUnreadable,
    /// An error of the program itself; the log has its id.
    Internal,
}
