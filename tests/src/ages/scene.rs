//! What somebody did when something was said.

/// A scene of a transcript, in the order in which they are played: each goes on
/// where the one before it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scene {
    /// A device sends what waits on it.
    Sync,
    /// The site has decided, and the device hears of it.
    Decided,
    /// The site has a new key to seal to, and the device is told.
    NewKey,
    /// A second device is enrolled, and comes for the first time.
    FirstContact,
    /// A court had a record erased, and the device that saved it is told.
    Erased,
    /// The device's person is disabled.
    Disabled,
}

impl Scene {
    /// Every scene.
    pub const ALL: [Self; 6] = [
        Self::Sync,
        Self::Decided,
        Self::NewKey,
        Self::FirstContact,
        Self::Erased,
        Self::Disabled,
    ];

    /// Its name in a transcript.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sync => "sync",
            Self::Decided => "decided",
            Self::NewKey => "new_key",
            Self::FirstContact => "first_contact",
            Self::Erased => "erased",
            Self::Disabled => "disabled",
        }
    }
}

/// Requests that a site does not take up, and the outcome that it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// Of a version that it does not speak.
    UpdateNeeded,
    /// Of a device that it does not know, without certificates.
    SendCertificates,
    /// From another day.
    StaleClock,
    /// Changed on its way.
    BadSignature,
    /// For another site.
    OtherSite,
    /// For the second time.
    Replayed,
    /// No request.
    Unreadable,
}

impl Refused {
    /// Every one.
    pub const ALL: [Self; 7] = [
        Self::UpdateNeeded,
        Self::SendCertificates,
        Self::StaleClock,
        Self::BadSignature,
        Self::OtherSite,
        Self::Replayed,
        Self::Unreadable,
    ];

    /// Its name in a transcript.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::UpdateNeeded => "update_needed",
            Self::SendCertificates => "send_certificates",
            Self::StaleClock => "stale_clock",
            Self::BadSignature => "bad_signature",
            Self::OtherSite => "other_site",
            Self::Replayed => "replayed",
            Self::Unreadable => "unreadable",
        }
    }
}
