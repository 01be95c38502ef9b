//! Devices and sites of different ages: what a released program has sent and
//! answered, against the one of today; and two that share no version.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test says what went wrong by failing"
)]

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use handoff_device::contract::{Commands as _, Connection, ErrorCode, Nothing, StandingView};
use handoff_device::{Core, DeviceList, Host};
use handoff_domain::{ReferralReport, VerificationState};
use handoff_protocol::enrolment::{
    EnrolAnswer, EnrolReply, EnrolRequest, EnrolmentCode, Proven, Speaker,
};
use handoff_protocol::message::{Greeting, Outcome, ProtocolRange, Refusal, SyncReply};
use handoff_protocol::signed::signing_input;
use handoff_protocol::{KeyId, PublicKey, codec, from_cbor};
use handoff_site::{DeviceId, Site};
use handoff_tests::ages::{
    Clock, Front, LaterSite, RecordedSite, Refused, Scene, Transcript, likeness,
};
use handoff_tests::kills::wrong;
use handoff_tests::released::{found, versions};
use handoff_tests::world::{PASSWORD, World, referral};
use handoff_vault::enrol_mac::check;
use serde_json::Value;
use tokio::runtime::Runtime;

/// A version that came before transcripts were kept.
const WITHOUT: &str = "0.1.0-alpha";

fn recorded() -> Vec<(PathBuf, Transcript)> {
    let with = versions()
        .into_iter()
        .filter(|version| !version.ends_with(WITHOUT));
    with.map(|version| {
        let transcript = Transcript::load(&version).expect("a transcript");
        (version, transcript)
    })
    .collect()
}

fn id<'a>(known: &'a Value, name: &str) -> &'a str {
    known[name].as_str().unwrap()
}

/// The referrals that a site has, with what became of them.
fn at_site(site: &Site) -> BTreeMap<String, VerificationState> {
    let rows = site.referrals().unwrap();
    let row =
        |row: &handoff_site::storage::ReferralRow| (row.referral.to_string(), row.verification);
    rows.iter().map(row).collect()
}

/// What of an answer a device of the first version would not believe: what is
/// signed for and by whom stands in no field, so no comparison sees it.
fn unproven(site: &Site, answer: &[u8]) -> Vec<&'static str> {
    let reply: SyncReply = from_cbor(answer, "a reply").unwrap();
    let Outcome::Done(answer) = reply.outcome else {
        return Vec::new();
    };
    let keys = site.storage().reading(|reads| reads.site_keys());
    let mut keys: Vec<PublicKey> = keys.unwrap().iter().map(|row| row.key).collect();
    keys.push(site.status().unwrap().identity);
    let mut found = Vec::new();
    let mut believe = |tag, bytes: &[u8], key: KeyId, signature| {
        let key = keys.iter().find(|known| known.id() == key);
        let input = signing_input(tag, bytes);
        if !key.is_some_and(|key| key.verifies(&input, signature)) {
            found.push(tag);
        }
    };
    let epoch = &answer.epoch;
    believe("handoff/epoch/1", &epoch.bytes, epoch.key, &epoch.signature);
    for it in &answer.keys {
        believe(
            "handoff/key-certificate/1",
            &it.bytes,
            it.key,
            &it.signature,
        );
    }
    for it in &answer.receipts {
        believe("handoff/receipt/1", &it.bytes, it.key, &it.signature);
    }
    for it in &answer.leases {
        believe("handoff/lease/1", &it.bytes, it.key, &it.signature);
    }
    if let Some(it) = &answer.erasures {
        believe("handoff/erasure-order/1", &it.bytes, it.key, &it.signature);
    }
    found
}

#[test]
fn a_later_site_takes_and_answers_what_a_device_of_every_version_sent() {
    for (version, transcript) in recorded() {
        let (world, known) = found(&version).unwrap();
        let later = LaterSite::of(&world, None).unwrap();
        let mut lacking = Vec::new();
        for scene in Scene::ALL {
            later.prepare(scene, &known, &transcript).unwrap();
            let said = transcript.scene(scene.name());
            assert!(!said.is_empty(), "{scene:?}");
            for (n, exchange) in said.iter().enumerate() {
                let answer = later.post(exchange).unwrap();
                for what in likeness::lacks(&exchange.answer, &answer).unwrap() {
                    lacking.push(format!("{} {}: {what}", scene.name(), n + 1));
                }
                if exchange.path == "v1/sync" {
                    let found = unproven(&later.site, &answer);
                    assert!(found.is_empty(), "{scene:?}: {found:?}");
                }
            }
            if scene == Scene::Sync {
                let expected = [
                    (id(&known, "approved"), VerificationState::Approved),
                    (id(&known, "received"), VerificationState::Pending),
                    (id(&known, "waiting"), VerificationState::Pending),
                ];
                let expected = expected.map(|(id, state)| (id.to_owned(), state));
                assert_eq!(at_site(&later.site), expected.into());
            }
        }
        for refused in Refused::ALL {
            for exchange in transcript.scene(refused.name()) {
                let speaks = Greeting::of_request(&exchange.request).ok();
                let is_spoken = speaks.is_some_and(|greeting| {
                    ProtocolRange::OURS.common(&greeting.protocol).is_some()
                });
                if refused == Refused::UpdateNeeded && is_spoken {
                    continue;
                }
                let answer = later.post(&exchange).unwrap();
                for what in likeness::lacks(&exchange.answer, &answer).unwrap() {
                    lacking.push(format!("{}: {what}", refused.name()));
                }
            }
        }
        let seen = later.site.examine().unwrap();
        assert_eq!((seen.unapplied, &seen.alarms), (0, &Vec::new()), "{seen:?}");
        assert!(lacking.is_empty(), "{}: {lacking:#?}", version.display());
        later.stop();
    }
}

/// A device of today that is answered by a site of another day.
struct Today {
    core: Core,
    clock: Clock,
    home: PathBuf,
    runtime: Runtime,
}

impl Today {
    fn of(world: &World, at: DateTime<Utc>) -> Self {
        let clock = Clock::default();
        clock.set(at);
        let home = world.path("device");
        let core = Core::open(&home, clock.of_device()).unwrap();
        Self {
            core,
            clock,
            home,
            runtime: Runtime::new().unwrap(),
        }
    }

    fn unlock(&self) {
        let user = self.core.people().unwrap()[0].user;
        self.runtime
            .block_on(async { self.core.unlock_as(user, PASSWORD) })
            .unwrap();
    }

    fn sync(&self) -> (u32, u32) {
        let synced = self.core.sync_until_applied(Duration::from_secs(30));
        let view = self.runtime.block_on(synced);
        assert_eq!(view.error, None, "{view:?}");
        (view.sent, view.waiting)
    }

    fn refer(&self, n: usize) -> String {
        let report: ReferralReport = serde_json::from_str(&referral(n)).unwrap();
        self.core.refer(report).unwrap().referral.to_string()
    }

    /// Received referrals, with what became of them.
    fn received(&self) -> BTreeMap<String, VerificationState> {
        let list = DeviceList::open(&self.home, self.clock.of_device()).unwrap();
        let user = self.core.people().unwrap()[0].user;
        let lines = list.referrals(user, PASSWORD).unwrap();
        let received = lines
            .into_iter()
            .filter(|line| matches!(line.standing, StandingView::Received { .. }));
        received
            .map(|line| (line.referral.to_string(), line.verification))
            .collect()
    }
}

#[test]
fn a_later_device_reads_what_a_site_of_every_version_answered() {
    for (version, transcript) in recorded() {
        let (world, known) = found(&version).unwrap();
        let recorded = RecordedSite::of(&world).unwrap();
        let at = |scene: Scene| {
            let said = transcript.scene(scene.name());
            said[0].read_answer().unwrap().site_time
        };
        let device = Today::of(&world, at(Scene::Sync));
        device.unlock();
        let play = |scene: Scene| {
            recorded.play(transcript.scene(scene.name()));
            device.clock.set(at(scene));
        };
        let approved = VerificationState::Approved;
        let pending = VerificationState::Pending;

        play(Scene::Sync);
        assert_eq!(device.sync(), (1, 0));
        // A lease that had run out was renewed by that.
        device.unlock();
        let mut expected: BTreeMap<_, _> = [
            (id(&known, "approved").to_owned(), approved),
            (id(&known, "received").to_owned(), pending),
            (id(&known, "waiting").to_owned(), pending),
        ]
        .into();
        assert_eq!(device.received(), expected, "{}", version.display());

        play(Scene::Decided);
        device.sync();
        expected.insert(id(&known, "waiting").to_owned(), approved);
        assert_eq!(device.received(), expected);

        play(Scene::NewKey);
        device.sync();
        assert_eq!(device.received(), expected);

        play(Scene::Erased);
        device.sync();
        device.sync();
        expected.remove(id(&known, "received"));
        assert_eq!(device.received(), expected);

        play(Scene::Disabled);
        device.sync();
        assert_eq!(recorded.strange(), Vec::<String>::new());
        // Signed out, and nothing is read any more; what is saved is kept.
        let status = || {
            let status = device.core.status(Nothing {});
            device.runtime.block_on(status).unwrap()
        };
        assert_eq!(status().session, None);
        device.unlock();
        device.refer(4);
        let status = status();
        assert_eq!(status.queue.waiting, 1);
        assert!(status.session.unwrap().write_only);
    }
}

#[test]
fn what_a_site_of_every_version_refused_with_is_still_understood() {
    for (version, transcript) in recorded() {
        for refused in Refused::ALL {
            let expected = match refused {
                Refused::UpdateNeeded => Outcome::UpdateNeeded,
                Refused::SendCertificates => Outcome::SendCertificates,
                Refused::StaleClock => Outcome::StaleClock,
                Refused::BadSignature => Outcome::Refused(Refusal::BadSignature),
                Refused::OtherSite => Outcome::Refused(Refusal::OtherSite),
                Refused::Replayed => Outcome::Refused(Refusal::Replayed),
                Refused::Unreadable => Outcome::Refused(Refusal::Unreadable),
            };
            let said = transcript.scene(refused.name());
            assert_eq!(said.len(), 1, "{refused:?}");
            let reply = said[0].read_answer().unwrap();
            assert_eq!(reply.outcome, expected, "{}", version.display());
        }
    }
}

#[test]
fn an_enrolment_of_every_version_is_proven_and_reads() {
    for (version, transcript) in recorded() {
        let (world, _) = found(&version).unwrap();
        let code = EnrolmentCode::from_text(&transcript.code).unwrap();
        assert_eq!(code.url, format!("https://127.0.0.1:{}", world.port));
        let said = transcript.scene(Scene::FirstContact.name());
        let proven: Proven = from_cbor(&said[0].request, "an enrolment").unwrap();
        let request: EnrolRequest =
            check(&code.token, Speaker::Device, &code.site, &proven).unwrap();
        let EnrolAnswer::Done(proven) = from_cbor(&said[0].answer, "an answer").unwrap() else {
            panic!("{} refused", version.display());
        };
        let reply: EnrolReply = check(&code.token, Speaker::Site, &code.site, &proven).unwrap();
        let device = reply.device.open(&reply.identity).unwrap();
        assert_eq!(
            (device.device, device.key),
            (request.device, request.device_key)
        );
        // What then comes of a device that nobody knew.
        let first = said[1].read_request().unwrap();
        assert_eq!(first.device, request.device);
        assert!(first.certificates.is_some());
    }
}

/// The heads of a device's lines at a site.
fn heads(site: &Site, device: DeviceId) -> Vec<u64> {
    let lines = site.storage().reading(|reads| reads.lines_of(device));
    let lines: Vec<_> = lines.unwrap();
    lines.iter().map(|line| line.head.seq).collect()
}

#[test]
fn a_site_that_needs_a_newer_device_tells_one_of_every_version_so_and_takes_nothing() {
    for (version, transcript) in recorded() {
        let (world, _) = found(&version).unwrap();
        let said = transcript.scene(Scene::Sync.name());
        let request = said[0].read_request().unwrap();
        let next = request.protocol.newest + 1;
        let needs = ProtocolRange {
            oldest: next,
            newest: next,
        };
        let told = &transcript.scene(Refused::UpdateNeeded.name())[0].answer;
        let later = LaterSite::of(&world, Some(needs)).unwrap();
        let before = heads(&later.site, request.device);
        for exchange in &said {
            let answer = later.post(exchange).unwrap();
            let lacking = likeness::lacks(told, &answer).unwrap();
            assert!(lacking.is_empty(), "{lacking:#?}");
            let reply: SyncReply = from_cbor(&answer, "a reply").unwrap();
            assert_eq!(
                (reply.protocol, reply.outcome),
                (needs, Outcome::UpdateNeeded)
            );
            assert_eq!(reply.nonce, exchange.read_request().unwrap().nonce);
        }
        assert_eq!(heads(&later.site, request.device), before);
        later.stop();
        // Once both speak one version again, the same bytes are taken.
        let later = LaterSite::of(&world, None).unwrap();
        for exchange in &said {
            later.post(exchange).unwrap();
        }
        let after = heads(&later.site, request.device);
        assert!(after > before, "{after:?}, before {before:?}");
        later.stop();
    }
}

/// This world's site as one of another age, while the work is done.
fn while_it_speaks<T>(world: &World, version: u16, work: impl FnOnce() -> T) -> T {
    let runtime = Runtime::new().unwrap();
    let site = Site::open(&world.path("site"), |_| None, handoff_site::Host::system()).unwrap();
    let site = site.speaking(ProtocolRange {
        oldest: version,
        newest: version,
    });
    let at = SocketAddr::from(([127, 0, 0, 1], world.port));
    let serving = runtime
        .block_on(handoff_site::serve(Arc::new(site), at))
        .unwrap();
    let done = work();
    runtime.block_on(serving.stop());
    done
}

/// Saves a referral with the command line.
fn refer(world: &World, n: usize) -> String {
    let arguments = ["refer", "--file", "-", "--json"];
    let said = world.device_with("device", &arguments, Some(PASSWORD), &referral(n));
    said.json()["referral"].as_str().unwrap().to_owned()
}

/// What the window shows after a try: the connection, why, and what waits.
fn shown(world: &World) -> (Connection, Option<ErrorCode>, u32) {
    let runtime = Runtime::new().unwrap();
    let core = Core::open(world.path("device"), Host::system()).unwrap();
    runtime.block_on(async {
        core.sync_once(Duration::ZERO).await;
        let status = core.status(Nothing {}).await.unwrap();
        (
            status.connection.state,
            status.connection.last_error,
            status.queue.waiting,
        )
    })
}

#[test]
fn two_that_share_no_version_say_which_to_update_and_lose_nothing() {
    let world = World::enrolled();
    let ours = ProtocolRange::OURS;
    let mut ledger = vec![refer(&world, 1)];
    let sync = || {
        let said = world.device("device", &["sync", "--json"]);
        (said.code(), said.err)
    };
    let (not_reached, offline) = sync();
    assert!(offline.contains("the site did not answer"), "{offline}");
    assert_eq!(shown(&world).0, Connection::Offline);

    let ages = [
        (
            ours.newest + 1,
            "update this program",
            (Connection::UpdateNeeded, ErrorCode::UpdateNeeded),
        ),
        (
            ours.oldest - 1,
            "tell the site's administrator that it has to be updated",
            (Connection::SiteUpdateNeeded, ErrorCode::SiteUpdateNeeded),
        ),
    ];
    for (n, (version, words, (connection, error))) in ages.into_iter().enumerate() {
        while_it_speaks(&world, version, || {
            let (code, said) = sync();
            assert!(said.contains(words), "{said}");
            let safe = format!("{} entries are safe on this device", ledger.len());
            assert!(said.contains(&safe), "{said}");
            assert!(code != 0 && code != not_reached, "{code}");
            // Work goes on beside it, and nothing counts as sent.
            ledger.push(refer(&world, 2 + n));
            let waiting = u32::try_from(ledger.len()).unwrap();
            assert_eq!(shown(&world), (connection, Some(error), waiting));
        });
        let listed = world.listed("device");
        assert_eq!(listed.len(), ledger.len());
        assert!(
            listed.iter().all(|row| row["standing"] == "on_device"),
            "{listed:?}"
        );
        assert_eq!(world.referrals().len(), 0);
    }
    // Somebody else at the site's address is another thing than either.
    let impostor = World::enrolled();
    let serving = impostor.serve_at("site", world.port);
    let (_, said) = sync();
    assert!(
        said.contains("is not the site that this device was enrolled with"),
        "{said}"
    );
    assert_eq!(shown(&world).0, Connection::NotAccepted);
    drop(serving);

    // The update: they share a version again.
    let _site = world.serve("site");
    let up = world.device("device", &["sync", "--json"]).json();
    let sent = (up["sent"].as_u64(), up["waiting"].as_u64());
    assert_eq!(sent, (Some(ledger.len() as u64), Some(0)), "{up}");
    assert_eq!(wrong(&world, &ledger).all(), [""; 0]);
}

/// An answer of a version that has changed everything but its greeting, and
/// cannot know which request it did not read.
#[derive(serde::Serialize)]
struct OfNextYear {
    protocol: ProtocolRange,
    #[serde(with = "codec::bytes16")]
    nonce: [u8; 16],
    outcome: u8,
}

#[test]
fn an_answer_of_which_only_the_versions_read_says_which_to_update() {
    let world = World::enrolled();
    refer(&world, 1);
    let ours = ProtocolRange::OURS;
    let told = [
        (ours.newest + 1, Connection::UpdateNeeded),
        (ours.oldest - 1, Connection::SiteUpdateNeeded),
        // Of a version that we speak it is no answer at all.
        (ours.newest, Connection::Offline),
    ];
    for (version, connection) in told {
        let answer = OfNextYear {
            protocol: ProtocolRange {
                oldest: version,
                newest: version,
            },
            nonce: [0; 16],
            outcome: 9,
        };
        let answer = codec::to_cbor(&answer, "an answer").unwrap();
        let site = world.path("site");
        let _front = Front::at(world.port, &site, move |_, _| (200, answer.clone())).unwrap();
        let (shown, _, waiting) = shown(&world);
        assert_eq!((shown, waiting), (connection, 1));
    }
    assert_eq!(world.listed("device")[0]["standing"], "on_device");
}
