//! What the window must not be able to do, read from what it is built from.
//! What only a running window can show is tested by driving it
//! (`tests/tests/window.rs`).

use serde_json::{Value, json};

use super::is_own_page;

const CONFIG: &str = include_str!("../tauri.conf.json");
const CAPABILITY: &str = include_str!("../capabilities/main.json");
const MANIFEST: &str = include_str!("../Cargo.toml");
const MAIN: &str = include_str!("main.rs");

fn read(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// A value of `tauri.conf.json`; `null` where it says nothing.
fn config(pointer: &str) -> Value {
    read(CONFIG).pointer(pointer).cloned().unwrap_or_default()
}

#[test]
fn the_content_policy_lets_the_page_load_and_reach_nothing_else() {
    let policy = config("/app/security/csp");
    let mut rules: Vec<&str> = policy.as_str().unwrap().split("; ").collect();
    rules.sort_unstable();
    assert_eq!(
        rules,
        [
            "base-uri 'none'",
            "connect-src ipc: http://ipc.localhost",
            "default-src 'none'",
            "font-src 'self'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "img-src 'self' data:",
            "object-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
        ]
    );
    assert_eq!(
        config("/app/security/devCsp"),
        Value::Null,
        "one policy, in every build"
    );
}

#[test]
fn no_dangerous_switch_of_tauri_is_on() {
    assert_eq!(config("/app/withGlobalTauri"), json!(false));
    assert_eq!(config("/app/security/freezePrototype"), json!(true));
    assert_eq!(
        config("/app/security/dangerousDisableAssetCspModification"),
        json!(false)
    );
    assert_eq!(
        config("/app/security/assetProtocol"),
        json!({"enable": false, "scope": []})
    );
    for name in ["dangerousRemoteDomainIpcAccess", "dangerousUseHttpScheme"] {
        assert!(!CONFIG.contains(name), "{name}");
    }
    assert_eq!(
        config("/plugins"),
        Value::Null,
        "there are no plugins to configure"
    );
}

#[test]
fn no_server_is_asked_for_the_page() {
    assert_eq!(
        config("/build"),
        json!({"frontendDist": "../ui/dist/field"})
    );
}

#[test]
fn the_one_window_has_one_capability_and_no_page_from_elsewhere_has_any() {
    assert_eq!(
        config("/app/windows"),
        json!([]),
        "main.rs opens the window, with its guards"
    );
    assert_eq!(config("/app/security/capabilities"), json!(["main"]));
    let capability = read(CAPABILITY);
    assert_eq!(capability["identifier"], "main");
    assert_eq!(capability["windows"], json!(["main"]));
    for name in ["remote", "webviews", "local"] {
        assert_eq!(capability[name], Value::Null, "{name}");
    }
}

#[test]
fn of_tauris_own_commands_the_window_may_only_listen_to_events() {
    let capability = read(CAPABILITY);
    let permissions = capability["permissions"].as_array().unwrap();
    let of_tauri: Vec<&str> = permissions
        .iter()
        .map(|permission| permission.as_str().unwrap())
        .filter(|permission| permission.contains(':'))
        .collect();
    assert_eq!(
        of_tauri,
        ["core:event:allow-listen", "core:event:allow-unlisten"]
    );
}

#[test]
fn the_window_is_guarded_where_it_is_opened() {
    let guards = [
        ".incognito(",
        ".on_navigation(is_own_page)",
        ".on_new_window(|_, _| NewWindowResponse::Deny)",
    ];
    for guard in guards {
        assert_eq!(MAIN.matches(guard).count(), 1, "{guard}");
    }
    assert_eq!(MAIN.matches("WebviewWindowBuilder::new(").count(), 1);
}

#[test]
fn no_plugin_and_no_developer_tools_are_built_in() {
    assert!(!MANIFEST.contains("tauri-plugin"));
    assert!(!MANIFEST.contains("devtools"));
    assert!(!MAIN.contains(".plugin("));
}

#[test]
fn only_pages_of_the_built_in_ui_are_shown() {
    let is_shown = |url: &str| is_own_page(&url.parse().unwrap());
    assert!(is_shown("tauri://localhost/field.html#/queue"));
    for other in [
        "tauri://elsewhere/field.html",
        "https://localhost/field.html",
        "http://127.0.0.1:8443/",
        "file:///etc/passwd",
        "data:text/html,hello",
        "about:blank",
        "javascript:void(0)",
    ] {
        assert!(!is_shown(other), "{other}");
    }
}
