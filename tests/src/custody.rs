//! Stories of custody as an administrator and an officer would live them: a
//! laptop whose image was put back, an account that is disabled, a record that
//! a court orders to be erased. Each returns what went wrong.

use std::path::Path;
use std::process::Command;

use handoff_store::{Access, Folder, open_reader};
use handoff_vault::{DeviceSecretStore as _, FileDeviceSecret, Password, UnlockSecrets, UserWrap};
use serde_json::Value;

use crate::world::{MANAGER, OFFICER, PASSWORD, World, handoff, referral, run};

/// Copies a folder.
///
/// # Panics
/// When it cannot be copied.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder").flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), &target).expect("a copy");
        }
    }
}

/// Saves a referral on a device and says its id.
///
/// # Panics
/// When it is not saved.
pub fn refer(world: &World, home: &str, n: usize) -> String {
    let arguments = ["refer", "--file", "-", "--json"];
    let said = world.device_with(home, &arguments, Some(PASSWORD), &referral(n));
    let saved = said.json();
    saved["referral"].as_str().expect("an id").to_owned()
}

/// How many referrals the vault of a device's first person holds, whatever they
/// may read: opened with their own keys, past the program that asks for a lease.
fn in_the_vault(home: &Path) -> usize {
    let folder = Folder::new(home, Access::Owner);
    let secret = FileDeviceSecret::new(home.join("device.secret"), Access::Owner)
        .load()
        .expect("the machine's secret");
    let reader = open_reader(&folder, &secret).expect("the device");
    let people = reader.people().expect("its people");
    let person = people.first().expect("a person");
    let password = Password::typed(PASSWORD).expect("a password");
    let secrets = UnlockSecrets {
        password: &password,
        device: &secret,
        second_factor: None,
    };
    let wrap = UserWrap::from_bytes(&person.wrap).expect("a wrap");
    let keys = wrap.unwrap_for_reading(&secrets).expect("the keys");
    let vault = reader.read_as(person.slot, &keys).expect("the vault");
    vault.referrals(100, None).expect("referrals").len()
}

fn sync(world: &World, home: &str) -> Value {
    world.device(home, &["sync", "--json"]).json()
}

fn board(world: &World) -> Value {
    world.site(&["device", "list", "--json"]).json()[0].clone()
}

/// What is expected and what was found, if they differ.
fn differs(found: &mut Vec<String>, what: &str, got: &Value, expected: impl Into<Value>) {
    let expected = expected.into();
    if *got != expected {
        found.push(format!("{what}: {got} and not {expected}"));
    }
}

/// A device's image is put back beside the device, and both go on: nothing of
/// either is lost, and a person is told.
#[must_use]
pub fn wrong_about_copies(world: &World) -> Vec<String> {
    let mut found = Vec::new();
    let _site = world.serve("site");
    let mut saved = vec![refer(world, "device", 1)];
    sync(world, "device");
    copy(&world.path("device"), &world.path("image"));
    saved.push(refer(world, "device", 2));
    sync(world, "device");
    differs(&mut found, "copies", &board(world)["copies"], "one");

    // The image knows nothing of the second, and saves before it hears of it.
    saved.push(refer(world, "image", 3));
    let up = sync(world, "image");
    differs(&mut found, "went on", &up["went_on"], true);
    differs(&mut found, "waiting on the image", &up["waiting"], 0);
    saved.push(refer(world, "image", 4));
    let up = sync(world, "image");
    differs(&mut found, "went on again", &up["went_on"], false);
    differs(&mut found, "waiting on the image", &up["waiting"], 0);
    differs(&mut found, "copies", &board(world)["copies"], "put_back");

    saved.push(refer(world, "device", 5));
    let up = sync(world, "device");
    differs(&mut found, "waiting on the device", &up["waiting"], 0);
    differs(&mut found, "copies", &board(world)["copies"], "two_at_work");
    let doctor = world.site(&["doctor", "--json"]);
    if doctor.code() != 1 || !doctor.out.contains("two_copies") {
        found.push(format!(
            "the doctor does not name two copies: {}",
            doctor.out
        ));
    }

    let mut at_site: Vec<String> = world
        .referrals()
        .iter()
        .map(|row| row["referral"].as_str().expect("an id").to_owned())
        .collect();
    at_site.sort();
    saved.sort();
    if at_site != saved {
        found.push(format!("at the site: {at_site:?} and not {saved:?}"));
    }
    found
}

/// An account is disabled and enabled again: the vault is emptied, what is
/// saved meanwhile is parked, shown, let through, and nothing is lost.
#[must_use]
pub fn wrong_about_a_disabled_account(world: &World) -> Vec<String> {
    let mut found = Vec::new();
    let _site = world.serve("site");
    let before = refer(world, "device", 1);
    sync(world, "device");
    let switch = |how: &str| {
        let said = world.site(&["person", how, "--name", OFFICER, "--as", MANAGER]);
        assert_eq!(said.code(), 0, "{said:?}");
    };
    switch("disable");
    differs(
        &mut found,
        "vaults that hold too much",
        &board(world)["evictions_pending"],
        1,
    );
    sync(world, "device");
    let left = in_the_vault(&world.path("device"));
    differs(&mut found, "referrals in the vault", &left.into(), 0);
    differs(
        &mut found,
        "vaults that hold too much",
        &board(world)["evictions_pending"],
        0,
    );

    // They still write: a person may need help whatever an account says.
    let during = refer(world, "device", 2);
    let up = sync(world, "device");
    differs(&mut found, "waiting", &up["waiting"], 0);
    differs(&mut found, "parked", &up["parked"], 1);
    let parked = world.site(&["parked", "--json"]).json();
    differs(
        &mut found,
        "parked at the site",
        &parked[0]["entry"],
        during.clone(),
    );
    differs(
        &mut found,
        "its code",
        &parked[0]["code"],
        "author_disabled",
    );
    let said = world.site(&["release", "--entry", &during, "--as", MANAGER]);
    assert_eq!(said.code(), 0, "{said:?}");
    switch("enable");
    // The first gets a lease, the second what it lets its reader see.
    sync(world, "device");
    sync(world, "device");
    let mut listed: Vec<(String, String)> = world
        .listed("device")
        .iter()
        .map(|row| {
            let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
            (text("referral"), text("standing"))
        })
        .collect();
    listed.sort();
    let mut expected = [before, during].map(|id| (id, "received".to_owned()));
    expected.sort();
    if listed != expected {
        found.push(format!("listed: {listed:?} and not {expected:?}"));
    }
    found
}

/// A referral is erased on a court's order: at the site, and on the device that
/// saved it.
#[must_use]
pub fn wrong_about_an_erasure(world: &World) -> Vec<String> {
    let mut found = Vec::new();
    let _site = world.serve("site");
    let gone = refer(world, "device", 1);
    let kept = refer(world, "device", 2);
    sync(world, "device");
    let order = |by: &str| {
        let why = ["--reason", "court-order", "--as", by, "--json"];
        let mut arguments = vec!["erase", "--referral", &gone];
        arguments.extend(why);
        world.site(&arguments)
    };
    assert_eq!(order(OFFICER).code(), 1);
    let erased = order(MANAGER).json();
    differs(&mut found, "items erased", &erased["items"], 1);
    let pending = |found: &mut Vec<String>, expected: u64| {
        let pending = board(world)["erasures_pending"].clone();
        let what = "orders that the device has not carried out";
        differs(found, what, &pending, expected);
    };
    pending(&mut found, 1);
    sync(world, "device");
    pending(&mut found, 0);
    let ids = |rows: &[Value]| -> Vec<String> {
        let id = |row: &Value| row["referral"].as_str().unwrap_or_default().to_owned();
        rows.iter().map(id).collect()
    };
    for (place, left) in [
        ("at the site", ids(&world.referrals())),
        ("on the device", ids(&world.listed("device"))),
    ] {
        if left != [kept.clone()] {
            found.push(format!("{place}: {left:?} and not {kept}"));
        }
    }
    found
}

/// One backup is restored twice: what each goes on to take, the other never had,
/// so they are two epochs, and neither is the one of the backup.
#[must_use]
pub fn wrong_about_two_restores(world: &World) -> Vec<String> {
    let key = world.init("founded");
    let backup = world.path("founded.backup");
    let site = |what: &str, data: &str| {
        let mut command = Command::new(handoff());
        command
            .args(["site", what, "--data"])
            .arg(world.path(data))
            .arg(&backup)
            .arg("--json")
            .env("HANDOFF_RECOVERY_KEY", &key)
            .envs(world.bug_in_environment());
        run(command, "").json()
    };
    let made = site("backup", "founded")["epoch"].clone();
    let once = site("restore", "once")["epoch"].clone();
    let again = site("restore", "again")["epoch"].clone();
    let mut found = Vec::new();
    if made == once || made == again || once == again || !once.is_string() {
        found.push(format!("epochs: {made}, {once} and {again}"));
    }
    found
}
