//! The contract between the field app's core and whatever shows it.
//!
//! One table ([`COMMANDS`]) names each command with its request, its view and
//! the topics it reads and writes. From it come the TypeScript functions and
//! types, the list that the window's permissions are built from, and
//! [`dispatch`], through which every host calls the core. English never
//! crosses: codes and message ids do. What a rule says is data of its pack.
//!
//! It does not hold behaviour: use cases live beside it in this crate.
//! Decided in DESIGN.md section 9 and `docs/adr/0007-one-command-table.md`.

mod draft;
mod error;
mod queue;
mod session;
mod verdict;

pub use draft::*;
pub use error::*;
pub use queue::*;
pub use session::*;
pub use verdict::*;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a view depends on; after a commit the topics that changed are announced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// Enrolment, people, preferences.
    Device,
    /// Who is signed in.
    Session,
    /// The link to the site.
    Connection,
    /// Standings and counts.
    Queue,
    /// Drafts.
    Drafts,
    /// Referrals and decisions.
    Referrals,
    /// Rule packs.
    Packs,
}

impl Topic {
    /// Every topic.
    pub const ALL: [Self; 7] = [
        Self::Device,
        Self::Session,
        Self::Connection,
        Self::Queue,
        Self::Drafts,
        Self::Referrals,
        Self::Packs,
    ];
}

/// One row of the command table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Command {
    /// Name on the wire.
    pub name: &'static str,
    /// Name of the request type.
    pub request: &'static str,
    /// Name of the view type.
    pub view: &'static str,
    /// Topics whose change makes the view stale.
    pub reads: &'static [Topic],
    /// Topics that the command may change.
    pub writes: &'static [Topic],
    /// What it does, in one line.
    pub doc: &'static str,
}

macro_rules! commands {
    ($( #[doc = $doc:literal] $name:ident($request:ident) -> $view:ident reads [$($read:ident),*] writes [$($write:ident),*]; )*) => {
        /// The command table.
        pub const COMMANDS: &[Command] = &[
            $( Command {
                name: stringify!($name),
                request: stringify!($request),
                view: stringify!($view),
                reads: &[$(Topic::$read),*],
                writes: &[$(Topic::$write),*],
                doc: $doc,
            } ),*
        ];

        /// What a host of the core can be asked. One method a command.
        pub trait Commands {
            $( #[doc = $doc] fn $name(&self, request: $request) -> impl Future<Output = Result<$view, CommandError>> + Send; )*
        }

        /// Shows every type of the contract, for the code generator.
        pub fn visit_types(visitor: &mut impl ts_rs::TypeVisitor) {
            $( visitor.visit::<$request>(); visitor.visit::<$view>(); )*
            visitor.visit::<CommandError>();
            visitor.visit::<Event>();
        }

        /// Calls a command by its name, with its request and view as JSON: the
        /// one way in for hosts that are not typed.
        pub async fn dispatch<C: Commands + Sync>(
            core: &C,
            name: &str,
            request: serde_json::Value,
        ) -> Result<serde_json::Value, CommandError> {
            match name {
                $( stringify!($name) => {
                    let request: $request = serde_json::from_value(request).map_err(|_| CommandError::unreadable(name))?;
                    let view: $view = core.$name(request).await?;
                    serde_json::to_value(view).map_err(|_| CommandError::unreadable(name))
                } )*
                _ => Err(CommandError::unreadable(name)),
            }
        }
    };
}

commands! {
    /// What the shell shows on every screen.
    status(Nothing) -> StatusView reads [Device, Session, Connection, Queue, Drafts] writes [];
    /// Enrols this device and its first person with a one-time code.
    enrol(EnrolRequest) -> StatusView reads [] writes [Device, Session, Packs];
    /// Opens a person's vault and drafts.
    unlock(UnlockRequest) -> StatusView reads [] writes [Session, Drafts, Referrals];
    /// Drops the keys. Uploads go on.
    lock(Nothing) -> StatusView reads [] writes [Session];
    /// Changes the look of the program on this device.
    set_preferences(Preferences) -> StatusView reads [] writes [Device];
    /// Drafts and the last referrals.
    today(Nothing) -> TodayView reads [Drafts, Referrals, Queue, Packs] writes [];
    /// What the pages of one door offer to choose from.
    choices(StartDraftRequest) -> ChoicesView reads [Packs] writes [];
    /// Begins a referral. Its id is made now and never changes.
    start_draft(StartDraftRequest) -> DraftView reads [] writes [Drafts];
    /// Opens a draft.
    draft(DraftRequest) -> DraftView reads [Drafts, Packs] writes [];
    /// Keeps a change durably and screens again.
    change_draft(ChangeDraftRequest) -> DraftView reads [] writes [Drafts];
    /// Throws a draft away.
    delete_draft(DraftRequest) -> TodayView reads [] writes [Drafts];
    /// Turns a draft into a referral: the save.
    submit(SubmitRequest) -> SavedView reads [] writes [Drafts, Referrals, Queue];
    /// Everything that waits, needs somebody, or was received.
    queue(Nothing) -> QueueView reads [Drafts, Referrals, Queue] writes [];
    /// One referral with its reasons, its receipt and what the site said.
    referral(ReferralRequest) -> ReferralView reads [Referrals, Queue] writes [];
    /// Takes back a referral that has not left the device.
    take_back(ReferralRequest) -> QueueView reads [] writes [Referrals, Queue];
    /// Syncs now, whatever the back-off says.
    sync_now(Nothing) -> SyncView reads [] writes [Connection, Queue, Referrals, Packs];
}

impl CommandError {
    /// An error with nothing but its code.
    #[must_use]
    pub fn new(code: ErrorCode, disposition: Disposition) -> Self {
        Self {
            code,
            params: std::collections::BTreeMap::new(),
            fields: Vec::new(),
            disposition,
        }
    }

    fn unreadable(name: &str) -> Self {
        let mut error = Self::new(ErrorCode::RequestUnreadable, Disposition::Stop);
        error.params.insert("command".into(), name.into());
        error
    }
}
