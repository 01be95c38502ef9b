//! Device, people, unlock, sync state: what the shell around every screen shows.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;

use super::error::ErrorCode;

/// A request without parameters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Nothing {}

/// What the shell shows on every screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct StatusView {
    /// `None` on a device that has not been enrolled.
    pub enrolment: Option<EnrolmentView>,
    /// The people who may unlock this device, for the tiles of the lock screen.
    pub people: Vec<PersonTile>,
    /// Who is signed in.
    pub session: Option<SessionView>,
    /// Counts only: this much is shown even on a locked screen.
    pub queue: QueueCounts,
    /// Whether the site answers.
    pub connection: ConnectionView,
    /// Since when this device knows that another copy of it exists, or existed.
    /// Everything saved here is kept and sent all the same.
    pub copied_at: Option<DateTime<Utc>>,
    /// How the day and night look was last set.
    pub preferences: Preferences,
    /// Version of the program.
    pub version: String,
}

/// What the device knows about its site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct EnrolmentView {
    /// The site's id, such as `md-baltimore`.
    pub site: String,
    /// Name of this device at the site.
    pub device_name: String,
    /// True while the device secret lies in a file rather than in a keystore:
    /// the lock screen says so.
    pub secret_in_file: bool,
}

/// One person on the lock screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PersonTile {
    /// Whom to unlock.
    pub user: Uuid,
    /// Name from the roster.
    pub name: String,
    /// At most three letters.
    pub initials: String,
}

/// The open session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SessionView {
    /// Who is signed in.
    pub user: Uuid,
    /// Name from the roster.
    pub name: String,
    /// Roles, snake_case as in the site's roster.
    pub roles: Vec<String>,
    /// True when the lease has run out: new referrals are saved and sent, but
    /// saved ones cannot be read until the site has been reached.
    pub write_only: bool,
    /// True when the site has renewed the lease since: once this person has
    /// unlocked again, saved referrals can be read.
    pub renewed: bool,
    /// When the session locks by itself if nothing is touched, in seconds.
    pub locks_after_seconds: u32,
}

/// How many entries stand where. Counts of referrals, not bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct QueueCounts {
    /// Drafts of the signed-in person (0 while locked).
    pub drafts: u32,
    /// Saved on this device, not covered by a receipt.
    pub waiting: u32,
    /// Parked by the site: a person has to look.
    pub needs_you: u32,
    /// Covered by a receipt.
    pub received: u32,
}

/// Whether the site answers, and what is going on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ConnectionView {
    /// The state in one word.
    pub state: Connection,
    /// When the site last answered.
    pub last_success_at: Option<DateTime<Utc>>,
    /// Why the last try failed.
    pub last_error: Option<ErrorCode>,
    /// When the next try is due, if one is planned.
    pub next_try_at: Option<DateTime<Utc>>,
    /// Progress of a running sync: entries done and in all.
    pub progress: Option<SyncProgress>,
}

/// Progress of a running sync.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SyncProgress {
    /// Entries covered by receipts in this run.
    pub done: u32,
    /// Entries that this run set out to send.
    pub total: u32,
}

/// The state of the link to the site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Connection {
    /// Not tried yet since the program started.
    Unknown,
    /// The site answered the last call.
    Online,
    /// A sync is running.
    Syncing,
    /// The site did not answer the last call.
    Offline,
    /// The site answered and does not know or accept this device.
    NotAccepted,
    /// The site speaks a newer protocol only: the app has to be updated.
    UpdateNeeded,
    /// The site speaks an older protocol only: the site has to be updated.
    SiteUpdateNeeded,
}

/// What the person set for the look of the program on this device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct Preferences {
    /// Day, night, or dim red.
    pub theme: Theme,
    /// Larger targets for gloves.
    pub gloves: bool,
    /// Text size in percent of the normal size: 100 to 175.
    pub text_percent: u16,
    /// `en` or `es`.
    pub language: Language,
    /// Letters and digits act on their own (never while text is typed).
    pub single_keys: bool,
}

impl Default for Preferences {
    fn default() -> Self {
        Self {
            theme: Theme::default(),
            gloves: false,
            text_percent: 100,
            language: Language::default(),
            single_keys: true,
        }
    }
}

/// The looks of the field app.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// White and ink.
    Day,
    /// Warm off-white on near-black: what a window wears until somebody chose,
    /// because a white flash in a dark car costs night sight.
    #[default]
    Night,
    /// Dim red on black.
    Tactical,
}

/// Languages that the catalogues have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Spanish.
    Es,
}

/// Enrol this device with a one-time code from the site.
#[derive(Clone, Serialize, Deserialize, TS)]
pub struct EnrolRequest {
    /// The code as given out by the site.
    pub code: String,
    /// The password that the person chooses for this device.
    pub password: String,
}

/// Sign in.
#[derive(Clone, Serialize, Deserialize, TS)]
pub struct UnlockRequest {
    /// Who.
    pub user: Uuid,
    /// Their password on this device.
    pub password: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn preferences_kept_by_an_earlier_version_read_with_todays_defaults() {
        let kept: Preferences = serde_json::from_str(r#"{"theme":"day","gloves":true}"#).unwrap();
        let expected = Preferences {
            theme: Theme::Day,
            gloves: true,
            ..Preferences::default()
        };
        assert_eq!(kept, expected);
        assert_eq!((kept.text_percent, kept.single_keys), (100, true));
    }
}
