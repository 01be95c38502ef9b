//! The field app's window: paths, one window, one line per command.
//!
//! Everything that the app does is in `handoff-device`. The window makes no
//! network call, opens no other page, keeps no data of its own, and may call
//! the commands of the contract only (`build.rs`, `capabilities/main.json`).

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

fn main() -> tauri::Result<()> {
    tauri::Builder::default().run(tauri::generate_context!())
}
