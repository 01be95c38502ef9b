//! One line per command of the contract.

use std::sync::Arc;

use handoff_device::contract::*;
use tauri::State;

use crate::opening::Opening;

macro_rules! commands {
    ($( $name:ident($request:ty) -> $view:ty; )*) => {
        $(
            #[tauri::command]
            pub async fn $name(opening: State<'_, Arc<Opening>>, request: $request) -> Result<$view, CommandError> {
                let core = opening.opened().await.as_ref().map_err(CommandError::clone)?;
                Commands::$name(core.as_ref(), request).await
            }
        )*

        /// The names that the window can call, to be compared with the table.
        #[cfg(test)]
        pub const NAMES: &[&str] = &[$( stringify!($name) ),*];
    };
}

commands! {
    status(Nothing) -> StatusView;
    enrol(EnrolRequest) -> StatusView;
    unlock(UnlockRequest) -> StatusView;
    lock(Nothing) -> StatusView;
    set_preferences(Preferences) -> StatusView;
    today(Nothing) -> TodayView;
    choices(StartDraftRequest) -> ChoicesView;
    start_draft(StartDraftRequest) -> DraftView;
    draft(DraftRequest) -> DraftView;
    change_draft(ChangeDraftRequest) -> DraftView;
    delete_draft(DraftRequest) -> TodayView;
    submit(SubmitRequest) -> SavedView;
    queue(Nothing) -> QueueView;
    referral(ReferralRequest) -> ReferralView;
    take_back(ReferralRequest) -> QueueView;
    sync_now(Nothing) -> SyncView;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_can_call_every_command_and_no_other() {
        let table: Vec<&str> = COMMANDS.iter().map(|command| command.name).collect();
        assert_eq!(NAMES, table);
        let granted = include_str!("../capabilities/main.json");
        let granted: serde_json::Value = serde_json::from_str(granted).unwrap();
        let granted: Vec<String> = granted["permissions"]
            .as_array()
            .unwrap()
            .iter()
            .map(|permission| permission.as_str().unwrap().to_owned())
            .filter(|permission| permission.starts_with("allow-"))
            .collect();
        let wanted: Vec<String> = table
            .iter()
            .map(|name| format!("allow-{}", name.replace('_', "-")))
            .collect();
        assert_eq!(granted, wanted);
    }
}
