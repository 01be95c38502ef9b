//! The field app's window: paths, one window, one line per command.
//!
//! Everything that the app does is in `handoff-device`. The window makes no
//! network call, opens no other page, keeps no data of its own, and may call
//! the commands of the contract only (`build.rs`, `capabilities/main.json`).

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod commands;
mod graphics;
#[cfg(test)]
mod hardening;
mod opening;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use opening::Opening;
use tauri::webview::{NewWindowResponse, PageLoadEvent};
use tauri::{Emitter as _, RunEvent, Url, WebviewUrl, WebviewWindow, WebviewWindowBuilder};

/// What the window listens to.
const CHANNEL: &str = "handoff";
/// A page that has not come by then does not keep its window from being shown: it
/// can be seen then that something is wrong, and the window closed.
const PATIENCE: Duration = Duration::from_secs(3);

fn main() -> ExitCode {
    if let Err(error) = graphics::make_safe() {
        eprintln!("handoff-field: {error}");
    }
    let Some(home) = home() else {
        eprintln!(
            "handoff-field: no home folder is known; set HANDOFF_HOME to a folder for its data"
        );
        return ExitCode::FAILURE;
    };
    let opening = Opening::begin(home);
    if let Err(error) = run(&opening) {
        eprintln!("handoff-field: {error}");
        return ExitCode::FAILURE;
    }
    match opening.by_now() {
        Some(Err(_)) => ExitCode::FAILURE,
        Some(Ok(_)) | None => ExitCode::SUCCESS,
    }
}

/// Shows the window until it is closed.
fn run(opening: &Arc<Opening>) -> tauri::Result<()> {
    let (driven, closing) = (Arc::clone(opening), Arc::clone(opening));
    let app = tauri::Builder::default()
        .manage(Arc::clone(opening))
        .invoke_handler(tauri::generate_handler![
            commands::status,
            commands::enrol,
            commands::unlock,
            commands::lock,
            commands::set_preferences,
            commands::today,
            commands::choices,
            commands::start_draft,
            commands::draft,
            commands::change_draft,
            commands::delete_draft,
            commands::submit,
            commands::queue,
            commands::referral,
            commands::take_back,
            commands::sync_now,
        ])
        .setup(move |app| {
            let window = WebviewWindowBuilder::new(app, "main", WebviewUrl::App("field.html".into()))
                .title("Handoff")
                .inner_size(1280.0, 800.0)
                .min_inner_size(800.0, 600.0)
                // Shown with its page: WebKitGTK, when it has to draw a window for a
                // page that is still on its way, waits for it for half a second.
                .visible(false)
                .on_page_load(|window, load| {
                    if let PageLoadEvent::Finished = load.event() {
                        show(&window);
                    }
                })
                // Nothing of a page outlives the window.
                .incognito(!is_driven())
                .on_navigation(is_own_page)
                .on_new_window(|_, _| NewWindowResponse::Deny)
                .build()?;
            tauri::async_runtime::spawn(async move {
                tokio::time::sleep(PATIENCE).await;
                show(&window);
            });
            let handle = app.handle().clone();
            tauri::async_runtime::spawn(async move {
                let Ok(core) = driven.opened().await else {
                    return;
                };
                let mut events = core.events();
                let driver = tokio::spawn(Arc::clone(core).drive());
                while let Some(event) = events.next().await {
                    // A window that is closing no longer listens.
                    if handle.emit(CHANNEL, event).is_err() {
                        break;
                    }
                }
                driver.abort();
            });
            Ok(())
        })
        .build(tauri::generate_context!())?;
    app.run(move |_, event| {
        if let RunEvent::Exit = event
            && let Some(Ok(core)) = closing.by_now()
        {
            core.close();
        }
    });
    Ok(())
}

/// Shows the window, if it is not shown already.
fn show(window: &WebviewWindow) {
    if let Err(error) = window.show() {
        eprintln!("handoff-field: {error}");
    }
}

/// Whether this is a page of the UI that is built in.
fn is_own_page(url: &Url) -> bool {
    match (url.scheme(), url.host_str()) {
        ("tauri", Some("localhost")) => true,
        // How Windows spells the same.
        ("http", Some("tauri.localhost")) => cfg!(windows),
        _ => false,
    }
}

/// Whether a WebDriver drives the window (Tauri's own switch, Linux only). Wry
/// lets a driver into its shared web context only, never into an ephemeral one.
fn is_driven() -> bool {
    cfg!(target_os = "linux")
        && std::env::var_os("TAURI_WEBVIEW_AUTOMATION").is_some_and(|value| value == "true")
}

/// The folder of this device's data: `HANDOFF_HOME`, or `handoff` in the
/// user's data folder.
fn home() -> Option<PathBuf> {
    let given = |name: &str| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    given("HANDOFF_HOME")
        .or_else(|| given("XDG_DATA_HOME").map(|data| data.join("handoff")))
        .or_else(|| given("HOME").map(|home| home.join(".local/share/handoff")))
}
