//! The packaged window, driven from outside: what an officer sees, what stays,
//! what must not get out. Each test has a site, a home and a display of its own.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test says what went wrong by failing"
)]

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};

use handoff_tests::secrecy::{FileWrites, NAME, holds_the_name};
use handoff_tests::window::{App, Display, Person, command, field_program};
use handoff_tests::world::{LIAISON, OFFICER, World, files};
use serde_json::{Value, json};

const PERSON: Person = Person {
    given: "Zephyrine",
    family: NAME,
};

/// A window on a device that is enrolled, and the site down.
fn opened() -> (World, Display, App) {
    let (world, display) = (World::enrolled(), Display::start());
    let app = App::open(&world, &display, "device");
    (world, display, app)
}

#[test]
fn a_referral_logged_while_the_site_is_down_is_received_and_its_approval_announced() {
    let (world, _display, app) = opened();
    app.unlock(OFFICER).unwrap();
    let referral = app.refer(PERSON).unwrap();
    app.session()
        .find("//*[@data-standing=\"on_device\"]")
        .unwrap();
    assert!(world.referrals().is_empty());

    let site = world.serve("site");
    app.session()
        .find("//*[@data-standing=\"received\"]")
        .unwrap();
    app.says("Receipt").unwrap();
    let listed = world.referrals();
    assert_eq!(listed.len(), 1, "{listed:?}");
    assert_eq!(listed[0]["referral"], referral.as_str());

    // Down once more, and up: nothing is sent twice, and the link comes back.
    site.stop();
    app.says("Offline").unwrap();
    let _site = world.serve("site");
    app.says("Online").unwrap();
    assert_eq!(world.referrals().len(), 1);

    let decided = world.site(&[
        "decide",
        "--referral",
        &referral,
        "--as",
        LIAISON,
        "--decision",
        "approve",
    ]);
    assert_eq!(decided.code(), 0, "{decided:?}");
    app.session()
        .find(&format!("//*[@data-announced=\"{referral}\"]"))
        .unwrap();
    app.press("Show it").unwrap();
    app.session()
        .find("//*[@data-verification=\"approved\"]")
        .unwrap();
    app.close();
}

#[test]
fn a_device_is_set_up_in_its_window() {
    let (world, display) = (World::empty(), Display::start());
    world.init("site");
    let _site = world.serve("site");
    let invited = world
        .site(&["invite", "--person", OFFICER, "--json"])
        .json();
    let app = App::open(&world, &display, "device");
    app.wear("day").unwrap();
    assert!(
        app.session()
            .run("return document.querySelector('[role=alert]')")
            .unwrap()
            .is_null()
    );
    app.enrol(invited["code"].as_str().unwrap()).unwrap();
    app.screen("Start a referral").unwrap();
    app.lock().unwrap();
    app.unlock(OFFICER).unwrap();
    app.close();
}

#[test]
fn a_draft_survives_the_death_of_the_app() {
    let (world, display, app) = opened();
    app.unlock(OFFICER).unwrap();
    app.press("Arrest diversion").unwrap();
    app.say_who(PERSON).unwrap();
    app.session()
        .find("//*[@data-testid=\"saved-line\"][contains(., \"Saved on this device\")]")
        .unwrap();
    app.kill();

    let app = App::open(&world, &display, "device");
    app.unlock(OFFICER).unwrap();
    let line = "//*[@data-draft-id][contains(., \"Zephyrine Quillwhistle\")]//a";
    app.session().find(line).unwrap().click().unwrap();
    app.screen("Who is it?").unwrap();
    assert_eq!(
        app.field("Last name").unwrap().value().unwrap(),
        PERSON.family
    );
    app.close();
}

#[test]
fn a_wrong_password_opens_nothing_and_the_right_one_still_does() {
    let (_world, _display, app) = opened();
    app.try_password(OFFICER, "correct horse battery stapl")
        .unwrap();
    app.says("The password is not right.").unwrap();
    app.screen("Unlock").unwrap();
    // It can be typed again without a click.
    assert_eq!(
        app.session()
            .run("return document.activeElement.id")
            .unwrap(),
        "f-password"
    );
    let today = app
        .session()
        .settle(&invoke("today", &json!({"request": {}})))
        .unwrap();
    assert_eq!(refusal_code(&today), "locked", "{today}");
    app.unlock(OFFICER).unwrap();
    app.lock().unwrap();
    app.close();
}

#[test]
fn a_second_copy_says_so_and_touches_nothing() {
    let (world, display, first) = opened();
    first.screen("Unlock").unwrap();
    let second = App::open(&world, &display, "device");
    second
        .says("The app is open twice on this device.")
        .unwrap();
    second.close();

    let mut third = command(&field_program(), &world, &display, "device").unwrap();
    let mut third = third.stderr(Stdio::piped()).spawn().unwrap();
    let said = BufReader::new(third.stderr.take().unwrap())
        .lines()
        .map(Result::unwrap)
        .find(|line| line.starts_with("handoff-field: "));
    assert_eq!(
        said.as_deref(),
        Some("handoff-field: the device is in use by another process")
    );
    third.kill().unwrap();
    third.wait().unwrap();

    // The first goes on.
    first.unlock(OFFICER).unwrap();
    first.close();
}

#[test]
fn the_page_reaches_nothing_but_the_core() {
    let (_world, _display, app) = opened();
    app.unlock(OFFICER).unwrap();
    let page = app.session();
    let outside = TcpListener::bind("127.0.0.1:0").unwrap();
    outside.set_nonblocking(true).unwrap();
    let there = format!("http://{}/", outside.local_addr().unwrap());

    for promise in [
        format!("fetch('{there}')"),
        "fetch('https://example.invalid/')".to_owned(),
        format!("import('{there}x.js')"),
        format!(
            "new Promise((done, failed) => {{ const s = new WebSocket('{}'); s.onopen = done;
             s.onerror = () => failed('closed'); }})",
            there.replace("http", "ws")
        ),
        format!(
            "new Promise((done, failed) => {{ const i = new Image(); i.onload = done;
             i.onerror = () => failed('closed'); i.src = '{there}x.png'; }})"
        ),
        format!(
            "new Promise((done, failed) => {{ const s = document.createElement('script');
             s.onload = done; s.onerror = () => failed('closed'); s.src = '{there}x.js';
             document.head.append(s); }})"
        ),
        "new Promise((done) => done(eval('1 + 1')))".to_owned(),
        "new Promise((done) => done(new Function('return 1')()))".to_owned(),
    ] {
        let outcome = page.settle(&promise).unwrap();
        assert!(outcome["refused"].is_string(), "{promise}: {outcome}");
    }

    assert_eq!(
        page.run("return typeof window.__TAURI__").unwrap(),
        "undefined"
    );
    assert_eq!(
        page.run(&format!("return window.open('{there}') === null"))
            .unwrap(),
        json!(true)
    );
    let own = page.run("return location.href").unwrap();
    for move_away in [
        format!("location = '{there}'"),
        "location = 'file:///etc/passwd'".to_owned(),
        "location = 'https://example.invalid/'".to_owned(),
        format!(
            "const f = document.createElement('form'); f.action = '{there}'; f.method = 'post';
             document.body.append(f); f.submit(); f.remove()"
        ),
    ] {
        page.run(&move_away).unwrap();
        // A round trip through the core: what would have moved has moved.
        let status = page
            .settle(&invoke("status", &json!({"request": {}})))
            .unwrap();
        assert!(status["session"].is_object(), "{move_away}: {status}");
        assert_eq!(
            page.run("return location.href").unwrap(),
            own,
            "{move_away}"
        );
    }

    for (name, arguments) in [
        ("no_such_command", json!({})),
        (
            "plugin:event|emit",
            json!({"event": "handoff", "payload": null}),
        ),
        ("plugin:window|close", json!({"label": "main"})),
        (
            "plugin:webview|create_webview_window",
            json!({"options": {"label": "x", "url": there}}),
        ),
        ("plugin:app|version", json!({})),
        ("plugin:path|resolve_directory", json!({"directory": 1})),
        ("plugin:resources|close", json!({"rid": 0})),
    ] {
        let outcome = page.settle(&invoke(name, &arguments)).unwrap();
        assert!(outcome["refused"].is_string(), "{name}: {outcome}");
    }
    assert!(outside.accept().is_err(), "something of the page got out");
    app.close();
}

#[test]
fn nothing_on_disk_holds_the_name_that_was_typed() {
    let (world, _display, app) = opened();
    app.unlock(OFFICER).unwrap();
    let referral = app.refer(PERSON).unwrap();
    let _site = world.serve("site");
    app.session()
        .find("//*[@data-standing=\"received\"]")
        .unwrap();
    app.follow("Show this referral").unwrap();
    app.session()
        .find(&format!("//h1[contains(., \"{}\")]", PERSON.family))
        .unwrap();

    // The site holds the name too, sealed: its folder is searched as well.
    let name_in = |place: &Path| {
        let found = files(place);
        assert!(!found.is_empty(), "{} is empty", place.display());
        for (file, bytes) in found {
            let holds = holds_the_name(&bytes);
            assert!(!holds, "{} holds the name of {referral}", file.display());
        }
    };
    let root = world.path("");
    name_in(&root);
    app.close();
    name_in(&root);

    // The search is not blind.
    let wide: Vec<u8> = PERSON
        .family
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    std::fs::write(root.join("planted"), wide).unwrap();
    assert!(files(&root).iter().any(|(_, bytes)| holds_the_name(bytes)));
}

#[test]
fn no_write_of_the_window_to_a_file_holds_the_name_that_was_typed() {
    let (world, display) = (World::enrolled(), Display::start());
    let trace = world.path("trace");
    let app = App::open_traced(&world, &display, "device", &trace, PERSON.family);
    app.unlock(OFFICER).unwrap();
    app.refer(PERSON).unwrap();
    let _site = world.serve("site");
    app.session()
        .find("//*[@data-standing=\"received\"]")
        .unwrap();
    app.follow("Show this referral").unwrap();
    app.session()
        .find(&format!("//h1[contains(., \"{}\")]", PERSON.family))
        .unwrap();
    app.close();

    let seen = FileWrites::in_trace(&std::fs::read_to_string(&trace).unwrap());
    println!(
        "{} files were written to, {} mapped",
        seen.files.len(),
        seen.mapped.len()
    );
    // The one that was planted, which was unlinked at once, and no other.
    let named: Vec<_> = seen.named.iter().collect();
    assert_eq!(named, [&world.temp().join("planted")]);
    let device = world.path("device");
    for part in ["device.db-wal", "vault-", "drafts-"] {
        let part = device.join(part).display().to_string();
        assert!(
            seen.files
                .iter()
                .any(|file| file.display().to_string().starts_with(&part)),
            "no write to {part} was seen: {:?}",
            seen.files
        );
    }
    // Through memory only the index of a log, which holds no content.
    let unseen: Vec<_> = seen
        .mapped
        .iter()
        .filter(|file| !file.to_string_lossy().ends_with("-shm") && !is_of_the_libraries(file))
        .collect();
    assert!(unseen.is_empty(), "{unseen:?}");
}

#[test]
fn the_shipped_window_leaves_no_web_data_behind() {
    // No driver: exactly as an officer starts it.
    let (world, display) = (World::enrolled(), Display::start());
    let mut program = command(&field_program(), &world, &display, "device").unwrap();
    let mut program = program.spawn().unwrap();
    // Its window is there, and WebKit's processes with it.
    let shown = Command::new("xdotool")
        .args(["search", "--sync", "--onlyvisible", "--name", "^Handoff"])
        .env("DISPLAY", display.name())
        .stdout(Stdio::null())
        .status()
        .unwrap();
    assert!(shown.success());
    let group = format!("-{}", program.id());
    let killed = Command::new("kill")
        .args(["-TERM", "--", &group])
        .status()
        .unwrap();
    assert!(killed.success());
    program.wait().unwrap();

    let left: Vec<_> = ["home", "run", "tmp"]
        .into_iter()
        .flat_map(|folder| files(&world.path(folder)))
        .map(|(file, _)| file)
        .filter(|file| !is_of_the_libraries(file))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

/// What the libraries keep for themselves, whatever a page does. Tauri opens
/// WebKit's lasting store too, which no page is shown from: it makes a salt for
/// each of its empty folders.
fn is_of_the_libraries(file: &Path) -> bool {
    let path = file.to_string_lossy();
    ["/mesa_shader_cache", "/fontconfig/", "/dconf/"]
        .iter()
        .any(|part| path.contains(part))
        || path.ends_with("/salt")
        || path.ends_with("/hsts-storage.sqlite")
}

/// A call of the window's own bridge, as its scripts make it.
fn invoke(command: &str, arguments: &Value) -> String {
    format!(
        "window.__TAURI_INTERNALS__.invoke('{command}', {arguments})
           .catch((error) => {{ throw new Error(JSON.stringify(error)); }})"
    )
}

fn refusal_code(outcome: &Value) -> String {
    let refused = outcome["refused"].as_str().unwrap_or_default();
    let error: Value = serde_json::from_str(refused).unwrap_or_default();
    error["code"].as_str().unwrap_or_default().to_owned()
}
