//! What can fail in the core, and what the window is told of it.

use std::collections::BTreeMap;

use handoff_domain::ReferralId;
use handoff_protocol::enrolment::EnrolRefusal;
use handoff_store::{
    CreateError, DraftError, FolderError, OpenError, ReadError, SaveError, StorageError,
    TakeBackError, UnlockError,
};
use handoff_vault::{PasswordError, PrivateFileError, UnwrapError, WrapError};

use crate::contract::{CommandError, Disposition, ErrorCode, FieldError};
use crate::sync::{ClientError, EnrolError};

/// An operation of the core did not succeed. Nothing that was saved is lost.
#[derive(Debug, thiserror::Error)]
pub enum CoreError {
    /// There is no device in the folder.
    #[error("this device is not enrolled: run `handoff device enrol` or paste a code into the app")]
    NotEnrolled,
    /// There is one already.
    #[error("this device is enrolled already: use another folder, or keep this one")]
    AlreadyEnrolled,
    /// Nobody is signed in.
    #[error("nobody is signed in")]
    Locked,
    /// The site has not been reached for so long that what is stored may not be
    /// read.
    #[error(
        "the site's permission to read what is stored here has run out: sync once, and it is \
         there again; everything is kept, and new referrals can be saved and sent"
    )]
    LeaseRanOut,
    /// No such person on this device.
    #[error("no such person on this device")]
    UnknownUser,
    /// The password does not open this person's keys.
    #[error("the password is wrong; nothing was changed")]
    WrongPassword,
    /// The password cannot be taken as a new one.
    #[error("{0}; nothing was changed")]
    PasswordRefused(PasswordError),
    /// The form has fields that cannot stay.
    #[error("some answers are missing or cannot be true; nothing was sent")]
    Form(Vec<FieldError>),
    /// No such draft.
    #[error("there is no such draft: it was sent or deleted")]
    UnknownDraft,
    /// No such referral.
    #[error("there is no referral {0} on this device")]
    UnknownReferral(ReferralId),
    /// What is to be attached is no picture that a site takes.
    #[error("this is no PNG, JPEG or WebP picture; nothing was saved")]
    AttachmentForm,
    /// What is to be attached is too long.
    #[error("an attachment has at most {max} bytes, and this has {0}; nothing was saved", max = handoff_domain::MAX_ATTACHMENT)]
    AttachmentTooLong(usize),
    /// The clock cannot be right.
    #[error("this device's clock is impossible: set it, and try again; nothing was changed")]
    ClockImpossible,
    /// No role of this person may log a referral.
    #[error("this person's roles do not include logging referrals; nothing was saved")]
    NotPermitted,
    /// Enrolment.
    #[error(transparent)]
    Enrol(#[from] EnrolError),
    /// The connection could not be set up.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The device secret.
    #[error(transparent)]
    Secret(#[from] PrivateFileError),
    /// The folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// Making the device's files.
    #[error(transparent)]
    Create(#[from] CreateError),
    /// Opening them.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Opening a person's.
    #[error(transparent)]
    Unlock(#[from] UnlockError),
    /// A person's wrapped keys.
    #[error(transparent)]
    Unwrap(#[from] UnwrapError),
    /// Wrapping a person's keys.
    #[error(transparent)]
    Wrap(#[from] WrapError),
    /// Sealing a key.
    #[error(transparent)]
    Seal(#[from] handoff_vault::SealError),
    /// Encoding.
    #[error(transparent)]
    Codec(#[from] handoff_protocol::CodecError),
    /// Reading.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// Writing.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// A draft.
    #[error(transparent)]
    Draft(#[from] DraftError),
    /// A save.
    #[error(transparent)]
    Save(#[from] SaveError),
    /// Taking back.
    #[error(transparent)]
    TakeBack(#[from] TakeBackError),
}

impl CoreError {
    /// The code that the window has a sentence for.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        use handoff_protocol::enrolment::CodeError;
        match self {
            Self::NotEnrolled => ErrorCode::NotEnrolled,
            Self::AlreadyEnrolled | Self::Create(CreateError::Exists) => ErrorCode::AlreadyEnrolled,
            Self::Locked => ErrorCode::Locked,
            Self::LeaseRanOut => ErrorCode::LeaseRanOut,
            Self::NotPermitted => ErrorCode::NotPermitted,
            Self::UnknownUser | Self::Unlock(UnlockError::UnknownSlot(_)) => ErrorCode::UnknownUser,
            Self::WrongPassword | Self::Unwrap(UnwrapError::WrongPassword) => {
                ErrorCode::WrongPassword
            }
            Self::PasswordRefused(_) => ErrorCode::PasswordRefused,
            Self::Form(_) => ErrorCode::FormIncomplete,
            Self::UnknownDraft | Self::Draft(DraftError::Stale(_) | DraftError::Ids(_)) => {
                ErrorCode::UnknownDraft
            }
            Self::UnknownReferral(_) | Self::TakeBack(TakeBackError::AlreadyTakenBack(_)) => {
                ErrorCode::UnknownReferral
            }
            Self::ClockImpossible => ErrorCode::ClockImpossible,
            Self::TakeBack(TakeBackError::AlreadySent(_)) => ErrorCode::AlreadySent,
            Self::Enrol(EnrolError::Code(CodeError::NotACode | CodeError::Damaged)) => {
                ErrorCode::CodeUnreadable
            }
            Self::Enrol(EnrolError::Refused(refusal)) => refused(*refusal),
            Self::Enrol(EnrolError::NotProven) => ErrorCode::SiteNotProven,
            Self::Enrol(EnrolError::Client(ClientError::NotPinned))
            | Self::Client(ClientError::NotPinned) => ErrorCode::SiteNotPinned,
            Self::Enrol(EnrolError::Client(
                ClientError::NotReached(_) | ClientError::Address | ClientError::Tls(_),
            ))
            | Self::Client(_) => ErrorCode::SiteNotReached,
            Self::Enrol(_) => ErrorCode::SiteAnswerUnreadable,
            Self::Open(OpenError::InUse) => ErrorCode::AnotherWriter,
            Self::Open(OpenError::Newer { .. }) | Self::Unlock(UnlockError::Newer { .. }) => {
                ErrorCode::FilesNewer
            }
            Self::Open(OpenError::Damaged { .. }) => ErrorCode::FileDamaged,
            Self::Open(OpenError::DiskFull)
            | Self::Save(SaveError::DiskFull)
            | Self::Draft(DraftError::DiskFull) => ErrorCode::DiskFull,
            Self::Storage(error) | Self::Read(ReadError(error)) if error.is_disk_full() => {
                ErrorCode::DiskFull
            }
            _ => ErrorCode::Internal,
        }
    }

    /// What may be done next.
    #[must_use]
    pub fn disposition(&self) -> Disposition {
        match self.code() {
            ErrorCode::SiteNotReached
            | ErrorCode::SiteBusy
            | ErrorCode::AnotherWriter
            | ErrorCode::DiskFull => Disposition::Retry,
            ErrorCode::NotEnrolled
            | ErrorCode::CodeUnreadable
            | ErrorCode::CodeUnknown
            | ErrorCode::CodeUsed
            | ErrorCode::CodeExpired
            | ErrorCode::CodeVoid
            | ErrorCode::WrongPassword
            | ErrorCode::PasswordRefused
            | ErrorCode::Locked
            | ErrorCode::LeaseRanOut
            | ErrorCode::FormIncomplete
            | ErrorCode::AlreadySent
            | ErrorCode::ClockImpossible => Disposition::AskUser,
            _ => Disposition::Stop,
        }
    }
}

impl From<CoreError> for CommandError {
    fn from(error: CoreError) -> Self {
        let code = error.code();
        if code == ErrorCode::Internal {
            // The window gets a code; whoever helps reads the cause here. Errors
            // of this program hold no answers.
            tracing::error!(%error, "a command failed");
        }
        let mut params = BTreeMap::new();
        if let CoreError::PasswordRefused(error) = &error {
            params.insert("reason".to_owned(), password_reason(error).to_owned());
        }
        let disposition = error.disposition();
        let fields = match error {
            CoreError::Form(fields) => fields,
            _ => Vec::new(),
        };
        Self {
            code,
            params,
            fields,
            disposition,
        }
    }
}

/// Why the site did not enrol this device, as the window says it.
fn refused(refusal: EnrolRefusal) -> ErrorCode {
    match refusal {
        EnrolRefusal::Unknown => ErrorCode::CodeUnknown,
        EnrolRefusal::Used => ErrorCode::CodeUsed,
        EnrolRefusal::Expired => ErrorCode::CodeExpired,
        EnrolRefusal::BadProof => ErrorCode::CodeNotProven,
        EnrolRefusal::TooManyTries => ErrorCode::CodeVoid,
        EnrolRefusal::OtherDeviceKey => ErrorCode::DeviceKnownOtherwise,
        EnrolRefusal::DeviceRevoked => ErrorCode::DeviceRevoked,
        EnrolRefusal::PersonDisabled => ErrorCode::PersonDisabled,
        EnrolRefusal::AwaitingConfirmation => ErrorCode::SiteUnconfirmed,
        EnrolRefusal::Unreadable => ErrorCode::EnrolmentUnreadable,
        EnrolRefusal::Busy => ErrorCode::SiteBusy,
        EnrolRefusal::Other => ErrorCode::CodeRefused,
    }
}

fn password_reason(error: &PasswordError) -> &'static str {
    match error {
        PasswordError::TooShort { .. } => "too_short",
        PasswordError::TooLong { .. } => "too_long",
        PasswordError::Common => "common",
        PasswordError::Known => "known",
        PasswordError::Repeats => "repeats",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use handoff_protocol::enrolment::CodeError;

    use super::*;

    const REFUSALS: [EnrolRefusal; 12] = [
        EnrolRefusal::Unknown,
        EnrolRefusal::Used,
        EnrolRefusal::Expired,
        EnrolRefusal::BadProof,
        EnrolRefusal::TooManyTries,
        EnrolRefusal::OtherDeviceKey,
        EnrolRefusal::DeviceRevoked,
        EnrolRefusal::PersonDisabled,
        EnrolRefusal::AwaitingConfirmation,
        EnrolRefusal::Unreadable,
        EnrolRefusal::Busy,
        EnrolRefusal::Other,
    ];

    #[test]
    fn every_way_not_to_be_enrolled_has_a_code_of_its_own() {
        let mut errors: Vec<CoreError> = REFUSALS
            .into_iter()
            .map(|refusal| EnrolError::Refused(refusal).into())
            .collect();
        errors.extend([
            EnrolError::Code(CodeError::Damaged).into(),
            EnrolError::NotProven.into(),
            EnrolError::Client(ClientError::NotPinned).into(),
            EnrolError::Client(ClientError::Address).into(),
            CoreError::AlreadyEnrolled,
            CoreError::ClockImpossible,
        ]);
        let codes: BTreeSet<ErrorCode> = errors.iter().map(CoreError::code).collect();
        assert_eq!(codes.len(), errors.len(), "{codes:?}");
        let texts: BTreeSet<String> = errors.iter().map(ToString::to_string).collect();
        assert_eq!(texts.len(), errors.len(), "{texts:?}");
    }

    #[test]
    fn a_busy_site_is_asked_again_and_a_used_code_needs_another() {
        let said = |refusal| CoreError::from(EnrolError::Refused(refusal)).disposition();
        assert_eq!(said(EnrolRefusal::Busy), Disposition::Retry);
        assert_eq!(said(EnrolRefusal::Used), Disposition::AskUser);
        assert_eq!(said(EnrolRefusal::DeviceRevoked), Disposition::Stop);
    }
}
