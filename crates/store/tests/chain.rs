//! Whatever happens on a device, its lanes link, each entry is there exactly
//! once, and the site opens what was saved.

#![allow(clippy::unwrap_used)]

mod common;

use std::collections::BTreeMap;

use common::answers::{apply, epoch};
use common::{Lab, NOW, save, sign_epoch};
use handoff_domain::{Entry, EntryId, Record};
use handoff_protocol::certificate::Context;
use handoff_protocol::chain::{self, Head};
use handoff_protocol::item::Item;
use handoff_protocol::message::Answer;
use handoff_protocol::pack::Unpacker;
use handoff_protocol::receipt::{ParkCode, Receipt};
use handoff_protocol::{Signed, from_cbor};
use handoff_store::{DeviceStore, TakeBackError, UserSession};
use handoff_sync::Standing;
use handoff_vault::{ContextKey, OsRandom, open_context};
use proptest::prelude::*;

/// Every item of every lane, with the chain checked as the site checks it.
fn verified(device: &DeviceStore) -> Vec<Item> {
    let mut all = Vec::new();
    for report in device.lane_reports().unwrap() {
        let mut head = chain::genesis(&report.lane, report.parent.as_ref());
        loop {
            // In pieces, as a sync reads them.
            let (before, items) = device.read_items(&report.lane, head.seq + 1, 3).unwrap();
            assert_eq!(before, head);
            if items.is_empty() {
                break;
            }
            for item in items {
                head = chain::link(&report.lane, &head, &item.digest());
                all.push(item);
            }
        }
        assert_eq!(head, report.head);
    }
    all
}

#[test]
fn the_site_opens_what_was_saved_and_knows_who_signed() {
    let lab = Lab::with_two();
    let device = lab.open();
    let mut saved: BTreeMap<EntryId, Entry> = BTreeMap::new();
    for n in [0, 1, 0] {
        let session = lab.unlock_as(&device, n);
        for _ in 0..2 {
            let entry = lab.referral_by(n);
            save(&session, &entry);
            saved.insert(entry.id, entry);
        }
    }
    let mut contexts: BTreeMap<_, (ContextKey, Context)> = BTreeMap::new();
    let mut unpacker = Unpacker::new();
    let mut opened = 0;
    for item in verified(&device) {
        match item {
            Item::Context { id, bytes } => {
                let signed: Signed<Context> = from_cbor(&bytes, "a context").unwrap();
                let author = lab
                    .officers
                    .iter()
                    .find(|officer| officer.keys.signing.id() == signed.key)
                    .unwrap();
                let context = signed.open(&author.keys.signing.public()).unwrap();
                assert_eq!((context.context, context.author), (id, author.user));
                let key = open_context(&lab.site.sealing, &context).unwrap();
                contexts.insert(id, (key, context));
            }
            Item::Entry {
                id,
                context,
                sealed,
            } => {
                let (key, context) = &contexts[&context];
                let packed = key.open(&id, &sealed).unwrap();
                let record = Record::from_bytes(&unpacker.unpack(&packed).unwrap()).unwrap();
                let entry = &saved[&EntryId(id.0)];
                assert_eq!(
                    (record, context.author),
                    (entry.record.clone(), entry.author)
                );
                opened += 1;
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((contexts.len(), opened), (3, 6));
}

/// What may happen on a device.
#[derive(Debug, Clone)]
enum Step {
    Save,
    SaveTwo,
    SaveAgain(usize),
    TakeBack(usize),
    Send,
    /// The site has taken this share of the lane, in eighths, and says so.
    Receive(u64),
    /// The same, and it parks the last of it.
    Park,
    Forge,
    Restore,
    Reopen,
    /// As [`Step::Reopen`], and the last writes of the vault are lost.
    Crash,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => Just(Step::Save),
        1 => Just(Step::SaveTwo),
        1 => (0usize..8).prop_map(Step::SaveAgain),
        2 => (0usize..8).prop_map(Step::TakeBack),
        2 => Just(Step::Send),
        2 => (1u64..=8).prop_map(Step::Receive),
        1 => Just(Step::Park),
        1 => Just(Step::Forge),
        1 => Just(Step::Restore),
        1 => Just(Step::Reopen),
        1 => Just(Step::Crash),
    ];
    prop::collection::vec(step, 1..24)
}

/// A device under test beside what it should hold.
struct World {
    lab: Lab,
    open: Option<(DeviceStore, UserSession)>,
    saved: Vec<(Entry, bool)>,
    revision: u64,
    epochs: Vec<handoff_protocol::EpochId>,
    left: u64,
}

impl World {
    fn new() -> Self {
        let lab = Lab::new();
        let epochs = vec![lab.epoch_id];
        let mut world = Self {
            lab,
            open: None,
            saved: Vec::new(),
            revision: 0,
            epochs,
            left: 0,
        };
        world.reopen();
        world
    }

    fn reopen(&mut self) {
        self.open = None;
        let device = self.lab.open();
        let session = self.lab.unlock(&device);
        self.open = Some((device, session));
    }

    fn parts(&self) -> (&DeviceStore, &UserSession) {
        let (device, session) = self.open.as_ref().unwrap();
        (device, session)
    }

    fn head(&self) -> Head {
        self.parts().0.lane_reports().unwrap()[0].head
    }

    fn answer(&self, receipts: Vec<Signed<Receipt>>) -> Answer {
        let (current, before) = self.epochs.split_last().unwrap();
        Answer {
            epoch: sign_epoch(&self.lab.site, *current, before),
            ..self.lab.answer(receipts)
        }
    }

    fn receipt(&mut self, eighths: u64) -> Receipt {
        self.revision += 1;
        let (device, _) = self.parts();
        let lane = device.lane_reports().unwrap()[0].lane;
        // Only what was sent can be there.
        let through = (self.left * eighths).div_ceil(8);
        let (before, _) = device.read_items(&lane, through + 1, 0).unwrap();
        Receipt {
            epoch: *self.epochs.last().unwrap(),
            ..self.lab.receipt_for(lane, before, self.revision)
        }
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Save => self.save(1),
            Step::SaveTwo => self.save(2),
            Step::SaveAgain(n) => {
                if let Some((entry, gone)) = self.pick(*n) {
                    let again = self.parts().1.save(&OsRandom, &[entry], None, NOW);
                    assert_eq!(again.is_ok_and(|saved| saved.already), !gone);
                }
            }
            Step::TakeBack(n) => self.take_back(*n),
            Step::Send => {
                self.left = self.head().seq;
                self.lab.send_all(self.parts().0);
            }
            Step::Receive(eighths) => {
                let receipt = self.receipt(*eighths);
                let answer = self.answer(vec![self.lab.sign(&receipt)]);
                assert!(apply(self.parts().0, &answer).ignored.is_empty());
            }
            Step::Park => {
                let receipt = self.receipt(8);
                let parked = vec![(receipt.through.seq, ParkCode::UnknownKind)];
                let receipt = Receipt { parked, ..receipt };
                let answer = self.answer(vec![self.lab.sign(&receipt)]);
                apply(self.parts().0, &answer);
            }
            Step::Forge => {
                let receipt = self.receipt(8);
                let mut signed = self.lab.sign(&receipt);
                signed.signature.0[3] ^= 4;
                let before = self.parts().0.counts().unwrap();
                apply(self.parts().0, &self.answer(vec![signed]));
                assert_eq!(self.parts().0.counts().unwrap(), before);
            }
            Step::Restore => {
                let n = u8::try_from(self.epochs.len()).unwrap();
                self.epochs.push(epoch(0xf0 ^ n));
                assert!(apply(self.parts().0, &self.answer(Vec::new())).restarted);
                let counts = self.parts().0.counts().unwrap();
                assert_eq!((counts.received, counts.parked), (0, 0));
            }
            Step::Reopen => self.reopen(),
            Step::Crash => {
                self.reopen();
                self.open = None;
                let vault = self.lab.keep("vault-");
                self.reopen();
                self.save(1);
                self.open = None;
                vault.put_back();
                self.reopen();
            }
        }
    }

    fn pick(&self, n: usize) -> Option<(Entry, bool)> {
        let len = self.saved.len();
        (len > 0).then(|| self.saved[n % len].clone())
    }

    fn save(&mut self, entries: usize) {
        let new: Vec<Entry> = (0..entries).map(|_| self.lab.referral()).collect();
        let saved = self.parts().1.save(&OsRandom, &new, None, NOW).unwrap();
        assert!(saved.in_view && !saved.already);
        self.saved
            .extend(new.into_iter().map(|entry| (entry, false)));
    }

    fn take_back(&mut self, n: usize) {
        let Some((entry, gone)) = self.pick(n) else {
            return;
        };
        match self.parts().1.take_back(entry.id) {
            Ok(()) => {
                assert!(!gone);
                let kept = self.saved.iter_mut().find(|(e, _)| e.id == entry.id);
                kept.unwrap().1 = true;
            }
            Err(TakeBackError::AlreadyTakenBack(_)) => assert!(gone),
            Err(TakeBackError::AlreadySent(_)) => {
                // Sent, or read by the checks of this test.
                assert!(!gone);
            }
            Err(other) => panic!("{other}"),
        }
    }

    fn check(&self) {
        let (device, session) = self.parts();
        let counts = device.counts().unwrap();
        let live = self.saved.iter().filter(|(_, gone)| !gone).count() as u64;
        assert_eq!(counts.waiting + counts.received + counts.parked, live);
        let mut standings = (0, 0);
        for (entry, gone) in &self.saved {
            let view = session.referral(entry.id.into()).unwrap();
            assert_eq!(view.is_none(), *gone);
            if let Some(view) = view {
                assert_eq!(view.entries[0].entry, *entry);
                match view.standing().unwrap() {
                    Standing::Received => standings.0 += 1,
                    Standing::Parked(_) => standings.1 += 1,
                    Standing::Sent | Standing::OnDevice => {}
                }
            }
        }
        assert_eq!(standings, (counts.received, counts.parked));
    }

    fn check_chain(&self) {
        let items = verified(self.parts().0);
        for (entry, gone) in &self.saved {
            let found: Vec<&Item> = items
                .iter()
                .filter(|item| item.id().0 == entry.id.0)
                .collect();
            assert_eq!(found.len(), 1);
            assert_eq!(matches!(found[0], Item::Placeholder { .. }), *gone);
        }
        let contexts = items.iter().filter(|item| item.kind() == 1).count();
        assert_eq!(items.len(), contexts + self.saved.len());
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 32,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn whatever_happens_each_entry_is_there_once_and_the_chain_holds(steps in steps()) {
        let mut world = World::new();
        for step in &steps {
            world.step(step);
            world.check();
        }
        // Reading items closes the way to take them back: so at the end only,
        // and once more after opening again.
        world.check_chain();
        world.reopen();
        world.check();
        world.check_chain();
    }
}
