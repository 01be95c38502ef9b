//! What a newly published pack changes, and what it leaves as it was: a
//! referral keeps the screening that it was saved with, on device and site; a
//! draft keeps the rules of its encounter's day.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test says what went wrong by failing"
)]

use std::time::Duration;

use handoff_device::contract::dispatch;
use handoff_device::{Core, Host};
use handoff_domain::{Body, ReferralId, Screening};
use handoff_protocol::pack::Unpacker;
use handoff_tests::world::{MANAGER, PASSWORD, World};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

const FIRST: &str = include_str!("../../crates/eligibility/packs/md-baltimore-2017.toml");

/// From this day on nobody under 25 is diverted here. Made up.
fn second() -> String {
    let changed = FIRST
        .replace("version = \"1\"", "version = \"2\"")
        .replace("2017-02-01", "2026-06-01")
        .replace("years = 18", "years = 25");
    // The first pack's cases are of its own day and age.
    let (rules, _) = changed.split_once("[[test]]").expect("it has cases");
    rules.to_owned()
}

/// The field app of a device, in this process.
struct App {
    core: Core,
    runtime: Runtime,
}

impl App {
    fn open(world: &World) -> Self {
        let core = Core::open(world.path("device"), Host::system()).unwrap();
        let user = core.people().unwrap()[0].user;
        core.unlock_as(user, PASSWORD).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        Self { core, runtime }
    }

    fn call(&self, command: &str, request: Value) -> Value {
        self.runtime
            .block_on(dispatch(&self.core, command, request))
            .unwrap()
    }

    /// A draft of an encounter at `time`, with somebody of 18 to 24.
    fn draft(&self, time: &str) -> Value {
        let begun = self.call("start_draft", json!({ "door": "social_contact" }));
        let mut form = begun["form"].clone();
        form["who"]["given_name"] = json!("Zephyrine");
        form["who"]["age"] = json!({ "kind": "band", "band": "from18_to24" });
        form["place"]["encounter_at"] = json!(time);
        form["offer"]["made"] = json!(true);
        form["offer"]["response"] = json!("accepted");
        self.call(
            "change_draft",
            json!({ "draft": begun["draft"], "page": 4, "form": form }),
        )
    }

    fn sync(&self) {
        let told = self
            .runtime
            .block_on(self.core.sync_until_applied(Duration::from_secs(30)));
        assert_eq!(told.error, None, "{told:?}");
        assert_eq!(told.waiting, 0, "{told:?}");
    }
}

/// The screening that the site holds of a referral.
fn at_site(world: &World, referral: &Value) -> Screening {
    let host = handoff_site::Host::system();
    let site = handoff_site::Site::open(&world.path("site"), |_| None, host).unwrap();
    let id = ReferralId(referral.as_str().unwrap().parse().unwrap());
    let rows = site
        .storage()
        .reading(|reads| reads.entries_of(id))
        .unwrap();
    let record = rows[0].record.read(&mut Unpacker::new()).unwrap();
    let Body::ReferralLogged(logged) = record.body else {
        panic!("{record:?}");
    };
    logged.screening.unwrap()
}

/// The pack and the rule about age, as the window shows them.
fn by_age(view: &Value) -> (&Value, &Value) {
    let verdict = &view["verdict"];
    let findings = verdict["findings"].as_array().unwrap();
    let age = findings.iter().find(|one| one["rule"] == "min_age");
    (&verdict["pack"]["version"], &age.unwrap()["result"])
}

#[test]
fn a_new_pack_leaves_old_screenings_alone_and_drafts_with_the_rules_of_their_day() {
    let world = World::enrolled();
    let app = App::open(&world);
    let last_day = "2026-05-31T23:50:00-04:00";
    let first_day = "2026-06-01T00:10:00-04:00";

    let saved = app.draft(first_day);
    let saved = app.call("submit", json!({ "draft": saved["draft"] }));
    let referral = &saved["referral"];
    let view = |app: &App| app.call("referral", json!({ "referral": referral }));
    let before = view(&app);
    assert_eq!(by_age(&before), (&json!("1"), &json!("pass")));
    let old_hash = before["verdict"]["pack"]["hash"].clone();
    assert_eq!(old_hash.as_str().map(str::len), Some(64));

    let site = world.serve("site");
    app.sync();
    site.stop();
    let held = at_site(&world, referral);
    assert_eq!(held.pack.hash.to_string(), old_hash.as_str().unwrap());

    // Begun before the new pack is published, with days on both sides of it.
    let of_old = app.draft(last_day);
    let of_new = app.draft(first_day);
    for draft in [&of_old, &of_new] {
        assert_eq!(by_age(draft), (&json!("1"), &json!("pass")));
    }

    std::fs::write(world.path("second.toml"), second()).unwrap();
    let file = world.path("second.toml");
    let publish = ["pack", "publish", "--as", MANAGER, file.to_str().unwrap()];
    let published = world.site(&publish);
    assert_eq!(published.code(), 0, "{published:?}");
    let site = world.serve("site");
    app.sync();

    // Drafts: each has the rules of its day.
    let now = |draft: &Value| app.call("draft", json!({ "draft": draft["draft"] }));
    assert_eq!(by_age(&now(&of_old)), (&json!("1"), &json!("pass")));
    assert_eq!(by_age(&now(&of_new)), (&json!("2"), &json!("hit")));
    // What was typed is all still there.
    assert_eq!(now(&of_old)["form"], of_old["form"]);
    assert_eq!(now(&of_new)["form"], of_new["form"]);

    // The referral: not a word of its screening is another, here or there.
    let after = view(&app);
    assert_eq!(after["verdict"], before["verdict"]);
    let sent = app.call("submit", json!({ "draft": of_old["draft"] }));
    app.sync();
    site.stop();
    assert_eq!(at_site(&world, referral), held);
    let sent = at_site(&world, &sent["referral"]);
    assert_eq!((&*sent.pack.version, sent.pack.hash), ("1", held.pack.hash));

    // After a restart too, when nothing is remembered.
    app.core.close();
    drop(app);
    let app = App::open(&world);
    assert_eq!(view(&app)["verdict"], before["verdict"]);
}
