//! The model of a device's files and the real ones keep the same promises: the
//! same things done to both come to the same, looked at through the port.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test says what went wrong by failing"
)]

use chrono::{DateTime, TimeDelta, Utc};
use fastrand::Rng;
use handoff_domain::{
    AttachmentAdded, AttachmentKind, Body, CapturedAt, Door, Entry, EntryId, Facts, Hlc,
    OccurredAt, Offer, PersonDescription, PersonId, Place, Record, ReferralLogged, ReferralReport,
    Response, Role, SiteId, UserId,
};
use handoff_protocol::KeptRecord;
use handoff_protocol::certificate::{AuthorCertificate, DeviceCertificate, Lease, SiteIdentity};
use handoff_protocol::chain::Head;
use handoff_protocol::enrolment::EnrolReply;
use handoff_protocol::epoch::EpochRecord;
use handoff_protocol::ids::{DeviceId, EpochId, Incarnation, ItemId, Lane, Seq};
use handoff_protocol::item::Gone;
use handoff_protocol::message::{Answer, Cursor, FeedEntry, FeedItem, FeedPart};
use handoff_protocol::pack::Packer;
use handoff_protocol::receipt::{Branch, ParkCode, Receipt};
use handoff_protocol::signed::Signed;
use handoff_store::Draft;
use handoff_testkit::sim::device::{
    DeviceFiles, FilesError, ModelFiles, NewFiles, NewUser, Opening, RealFiles,
};
use handoff_testkit::sim::fuse::{Blow, Fuse};
use handoff_testkit::sim::seeded::Seeded;
use handoff_vault::{SealedAttachment, SigningKey, SiteKeys, UserKeys, seal_attachment};

const NOW: i64 = 1_800_000_000_000;

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp_millis(NOW).unwrap()
}

/// A device twice: in the model and in real files.
struct Pair {
    sides: [Side; 2],
    site: SiteKeys,
    site_id: SiteId,
    user: UserId,
    keys: UserKeys,
    random: Seeded,
    epochs: Vec<EpochRecord>,
    saved: Vec<Entry>,
    attached: Vec<SealedAttachment>,
    drafts: Vec<Draft>,
    revision: u64,
    feed: u64,
    blow: Option<Blow>,
}

struct Side {
    files: Box<dyn DeviceFiles>,
    fuse: Fuse,
}

impl Pair {
    fn enrolled(seed: u64) -> Self {
        let random = Seeded::new(seed);
        let site = SiteKeys::make(&random);
        let site_id = SiteId::new("md-baltimore").unwrap();
        let (device, user) = (DeviceId(random.id()), UserId(random.id()));
        let (key, keys) = (SigningKey::make(&random), UserKeys::make(&random));
        let epoch = EpochRecord {
            site: site.pin(),
            id: EpochId(random.id()),
            ancestors: Vec::new(),
            opened_at: now(),
        };
        let sign = &site.identity;
        let reply = EnrolReply {
            site: site_id.clone(),
            identity: site.identity.public(),
            device: sign
                .sign_statement(&DeviceCertificate {
                    site: site.pin(),
                    device,
                    name: "Unit 4B12".to_owned(),
                    key: key.public(),
                    issued_at: now(),
                })
                .unwrap(),
            author: sign
                .sign_statement(&AuthorCertificate {
                    site: site.pin(),
                    user,
                    name: "Dana Reyes".to_owned(),
                    roles: [Role::Officer].into(),
                    device,
                    signing_key: keys.signing.public(),
                    sealing_key: keys.sealing.public(),
                    issued_at: now(),
                })
                .unwrap(),
            keys: site.certificates(&[], now()).unwrap(),
            epoch: sign.sign_statement(&epoch).unwrap(),
            lease: site
                .receipt
                .sign_statement(&Lease {
                    site: site.pin(),
                    user,
                    device,
                    roles: [Role::Officer].into(),
                    issued_at: now(),
                    not_after: now() + TimeDelta::hours(72),
                })
                .unwrap(),
        };
        let new = NewFiles {
            site: SiteIdentity {
                site: site_id.clone(),
                key: site.identity.public(),
            },
            device,
            key,
            incarnation: Incarnation(random.id()),
            at: now(),
            person: NewUser {
                user,
                name: "Dana Reyes".to_owned(),
                keys: keys.clone(),
                reply,
            },
        };
        let fuses = [Fuse::default(), Fuse::default()];
        let model = ModelFiles::make(&new, random.clone(), fuses[0].clone()).unwrap();
        let real = RealFiles::make(&new, random.clone(), fuses[1].clone()).unwrap();
        let files: [Box<dyn DeviceFiles>; 2] = [Box::new(model), Box::new(real)];
        let mut sides = files.into_iter().zip(fuses);
        let mut side = || {
            let (files, fuse) = sides.next().unwrap();
            Side { files, fuse }
        };
        Self {
            sides: [side(), side()],
            site,
            site_id,
            user,
            keys,
            random,
            epochs: vec![epoch],
            saved: Vec::new(),
            attached: Vec::new(),
            drafts: Vec::new(),
            revision: 0,
            feed: 0,
            blow: None,
        }
    }

    /// Does the same to both; the same must come of it. What commits nothing
    /// cannot die at a commit: a blow hits the files when it hits the model.
    fn both<T: std::fmt::Debug>(
        &mut self,
        what: &str,
        mut act: impl FnMut(&dyn DeviceFiles) -> Result<T, FilesError>,
    ) {
        let mut blow = self.blow.take();
        let said = self.sides.each_ref().map(|side| {
            if let Some(blow) = blow {
                side.fuse.set(0, blow);
            }
            let done = act(side.files.as_ref());
            blow = side.fuse.take_hit();
            let said = match done {
                Ok(_) => "done".to_owned(),
                Err(FilesError::Broken(what)) => panic!("{what}"),
                Err(error) => format!("{error:?}"),
            };
            (said, blow)
        });
        assert_eq!(said[0], said[1], "{what}: the model, and the real files");
        for side in &mut self.sides {
            if side.fuse.is_blown() {
                side.files.die(false);
            }
            side.fuse.renew();
        }
        let seen = [self.seen(0), self.seen(1)];
        assert_eq!(seen[0], seen[1], "{what}: the model, and the real files");
    }

    /// What is to be seen through the port, without what is drawn at random.
    fn seen(&self, side: usize) -> String {
        let files = self.sides[side].files.as_ref();
        let lanes: Vec<_> = files
            .outlook()
            .unwrap()
            .lanes
            .iter()
            .map(|lane| (lane.head.seq, lane.covered, lane.applied))
            .collect();
        let reports: Vec<_> = files
            .lane_reports()
            .unwrap()
            .iter()
            .map(|report| (report.head.seq, report.receipt.is_some()))
            .collect();
        let attachments = files.outlook().unwrap().attachments;
        let pieces: Vec<_> = self
            .attached
            .iter()
            .map(|sealed| {
                let piece = files.read_piece(sealed.address, 3, 900).unwrap();
                piece.map(|bytes| bytes.len())
            })
            .collect();
        let places: Vec<_> = self
            .saved
            .iter()
            .map(|entry| files.place(ItemId(entry.id.0)).unwrap())
            .map(|place| place.map(|place| (place.seq, place.standing, place.taken_back)))
            .collect();
        let drafts = files.drafts(self.user).map(|mut drafts| {
            drafts.sort_by_key(|draft| draft.id);
            let kept = drafts.iter().map(|draft| (draft.id, draft.version));
            kept.collect::<Vec<_>>()
        });
        let vault = files.vault(self.user).unwrap().map(|held| {
            let ids = held.iter().map(|(entry, _)| entry.id);
            ids.collect::<Vec<EntryId>>()
        });
        let position = files.position(self.user).unwrap();
        let whole = files.is_whole().unwrap();
        let attached = format!("{attachments:?}\n{pieces:?}");
        format!(
            "{attached}\n{lanes:?}\n{reports:?}\n{places:?}\n{drafts:?}\n{vault:?}\n{position:?}\n{whole}"
        )
    }

    fn entry(&self, id: EntryId) -> Entry {
        let report = ReferralReport {
            door: Door::SocialContact,
            trigger: None,
            person: PersonDescription::default(),
            facts: Facts::default(),
            place: Place::default(),
            needs: Vec::new(),
            overdose: None,
            offer: Offer::Made(Response::Accepted),
            narrative: String::new(),
            refer_anyway: None,
        };
        Entry {
            id,
            site: self.site_id.clone(),
            author: self.user,
            record: Record {
                occurred_at: OccurredAt(now().fixed_offset()),
                captured_at: CapturedAt {
                    clock_ms: NOW,
                    hlc: Hlc {
                        wall_ms: NOW,
                        count: 0,
                    },
                },
                role: Role::Officer,
                based_on: Vec::new(),
                body: Body::ReferralLogged(ReferralLogged {
                    person: PersonId(id.0),
                    report,
                    screening: None,
                    charge_held: false,
                }),
            },
        }
    }

    /// Lets the next commit fail, perhaps.
    fn blow(&mut self, rng: &mut Rng) {
        let blow = [
            None,
            None,
            Some(Blow::Before),
            Some(Blow::After),
            Some(Blow::Full),
        ];
        self.blow = blow[rng.usize(..blow.len())];
    }

    fn epoch(&self) -> &EpochRecord {
        self.epochs.last().unwrap()
    }

    /// Whether a content was let go, on both sides.
    fn has_let_go(&self) -> bool {
        self.sides.iter().all(|side| {
            let reports = side.files.lane_reports().unwrap();
            reports.iter().any(|report| {
                let (_, items) = side.files.read_items(&report.lane, 1, 500).unwrap();
                items.iter().any(|item| item.gone() == Some(Gone::Pruned))
            })
        })
    }

    /// An answer of the current epoch with a receipt for the lane that is
    /// written to, and a part of the feed. Hashes are each side's own.
    fn answer(&self, files: &dyn DeviceFiles, plan: &Plan) -> Answer {
        let epoch = &self.epochs[plan.epoch];
        let lane = files.current_lane().unwrap();
        let reports = files.lane_reports().unwrap();
        let head = reports
            .iter()
            .find(|report| report.lane == lane)
            .unwrap()
            .head;
        let through = plan.through(head.seq);
        let mut hash = [7; 32];
        if through <= head.seq {
            // The head before the item that follows.
            hash = files.read_items(&lane, through + 1, 0).unwrap().0.hash;
        }
        let receipt = Receipt {
            site: self.site.pin(),
            device: lane.device().unwrap(),
            lane,
            branch: Branch::MAIN,
            through: Head { seq: through, hash },
            applied_through: through.saturating_sub(plan.behind),
            epoch: epoch.id,
            revision: plan.revision,
            parked: plan
                .parked
                .iter()
                .map(|at| (*at, ParkCode::NotPermitted))
                .collect(),
            blobs_missing: plan.missing.clone(),
            elided: Vec::new(),
            backed_up_through: plan.backed_up.min(through),
            received_at: now(),
        };
        let receipts: Vec<Signed<Receipt>> =
            vec![self.site.receipt.sign_statement(&receipt).unwrap()];
        Answer {
            epoch: self.site.identity.sign_statement(epoch).unwrap(),
            keys: Vec::new(),
            receipts,
            gaps: Vec::new(),
            site_feed: None,
            user_feeds: plan
                .feed
                .iter()
                .map(|part| (self.user, part.clone()))
                .collect(),
            leases: Vec::new(),
            not_served: Vec::new(),
            attachments: Vec::new(),
            erasures: None,
            keep_sealed_days: (plan.backed_up > 0).then_some(1),
            keep_vault_days: Some(1),
        }
    }

    fn feed_part(&mut self, rng: &mut Rng) -> FeedPart {
        self.feed += 1;
        let mut items = Vec::new();
        for _ in 0..rng.usize(0..3) {
            let id = ItemId(self.random.id());
            let mut entry = self.entry(EntryId(id.0));
            entry.author = UserId(self.random.id());
            items.push(FeedItem::Include(FeedEntry {
                id,
                lane: Lane::Device {
                    device: DeviceId(self.random.id()),
                    incarnation: Incarnation(self.random.id()),
                },
                seq: 1,
                author: entry.author,
                received_at: now(),
                record: KeptRecord::of(
                    &mut Packer::new().unwrap(),
                    &entry.record.to_bytes().unwrap(),
                )
                .unwrap(),
            }));
        }
        if let Some(own) = self.saved.first().filter(|_| rng.u8(..6) == 0) {
            items.push(FeedItem::Evict(ItemId(own.id.0)));
        }
        FeedPart {
            snapshot: rng.u8(..4) == 0,
            items,
            next: Cursor {
                epoch: self.epoch().id,
                scope_version: 1,
                position: self.feed.saturating_sub(rng.u64(0..2)),
                feed_hash: [1; 32],
            },
            more: rng.u8(..6) == 0,
            without_own: false,
        }
    }

    fn step(&mut self, rng: &mut Rng) {
        let user = self.user;
        match rng.u8(..16) {
            0 | 1 => {
                let how = if rng.u8(..5) == 0 {
                    Opening::WritingOnly
                } else {
                    Opening::Reading
                };
                let keys = self.keys.clone();
                self.both("unlock", |files| files.unlock(user, &keys, how));
            }
            2 if rng.bool() => self.both("lock", |files| {
                files.lock(user);
                Ok(())
            }),
            3 if rng.bool() => {
                let plain = vec![7; rng.usize(..2000)];
                let sealed = seal_attachment(&self.random, &plain).unwrap();
                let mut entry = self.entry(EntryId(self.random.id()));
                entry.record.body = Body::AttachmentAdded(AttachmentAdded {
                    referral: entry.id.into(),
                    what: AttachmentKind::Photo,
                    media_type: "image/jpeg".to_owned(),
                    len: plain.len() as u64,
                    address: sealed.address,
                    sealed_len: sealed.bytes.len() as u64,
                    key: sealed.key.clone(),
                });
                self.saved.push(entry.clone());
                self.attached.push(sealed.clone());
                self.blow(rng);
                let (entry, sealed) = ([entry], [sealed]);
                self.both("attach", |files| {
                    files.save(user, &entry, &sealed, None, NOW)
                });
            }
            3..=5 => {
                let mut entries = Vec::new();
                for _ in 0..rng.usize(1..3) {
                    entries.push(self.entry(EntryId(self.random.id())));
                }
                self.saved.extend(entries.iter().cloned());
                self.blow(rng);
                self.both("save", |files| files.save(user, &entries, &[], None, NOW));
            }
            6 if !self.saved.is_empty() => {
                let again = self.saved[rng.usize(..self.saved.len())].clone();
                let (again, attached) = ([again], self.attached.clone());
                self.both("save again", |files| {
                    files.save(user, &again, &attached, None, NOW)
                });
            }
            7 => {
                let id = EntryId(self.random.id());
                let before = self.drafts.first().filter(|_| rng.bool()).cloned();
                let mut draft = before.unwrap_or(Draft {
                    id,
                    entries: vec![id],
                    form: vec![1],
                    page: 1,
                    saved_at_ms: NOW,
                    version: 0,
                });
                draft.version += rng.u32(0..2);
                self.drafts.retain(|known| known.id != draft.id);
                self.drafts.insert(0, draft.clone());
                self.blow(rng);
                self.both("draft", |files| files.put_draft(user, &draft));
            }
            8 if !self.drafts.is_empty() => {
                let draft = self.drafts[0].clone();
                let entry = [self.entry(draft.id)];
                if !self.saved.contains(&entry[0]) {
                    self.saved.push(entry[0].clone());
                }
                self.blow(rng);
                let id = Some(draft.id);
                self.both("submit", |files| files.save(user, &entry, &[], id, NOW));
            }
            9 if !self.saved.is_empty() => {
                let id = self.saved[rng.usize(..self.saved.len())].id;
                self.blow(rng);
                self.both("take back", |files| files.take_back(user, id));
            }
            10 => {
                let (from, max) = (rng.u64(1..6), rng.usize(1..4));
                self.both("read and mark", |files| {
                    let lane = files.current_lane()?;
                    let (before, items) = files.read_items(&lane, from, max)?;
                    files.mark_sent(&lane, before.seq + items.len() as Seq)
                });
            }
            11..=13 => {
                self.revision += rng.u64(0..2);
                let feed = rng.bool().then(|| self.feed_part(rng));
                let plan = Plan::drawn(rng, self.epochs.len(), self.revision, feed);
                // Leave to read ends after three.
                let days = rng.i64(0..6);
                let answers = self
                    .sides
                    .each_ref()
                    .map(|side| self.answer(side.files.as_ref(), &plan));
                let mut answers = answers.into_iter();
                self.both("apply", |files| {
                    files.apply(&answers.next().unwrap(), now() + TimeDelta::days(days))
                });
            }
            14 if rng.u8(..3) == 0 => {
                let before = self.epoch();
                let mut ancestors = vec![before.id];
                ancestors.extend(&before.ancestors);
                self.epochs.push(EpochRecord {
                    site: self.site.pin(),
                    id: EpochId(self.random.id()),
                    ancestors,
                    opened_at: now(),
                });
            }
            15 if rng.u8(..4) == 0 => {
                let incarnation = Incarnation(self.random.id());
                self.both("begin a lane", |files| files.begin_lane(incarnation));
            }
            15 if rng.u8(..3) == 0 => {
                for side in &mut self.sides {
                    side.files = side.files.image().open(side.fuse.clone());
                }
                self.both("put back", |_| Ok(()));
            }
            _ => {
                for side in &mut self.sides {
                    side.files.die(false);
                }
                self.both("die", |_| Ok(()));
            }
        }
    }
}

/// What an answer says.
struct Plan {
    epoch: usize,
    tenths: u64,
    beyond: u64,
    behind: u64,
    revision: u64,
    parked: Vec<Seq>,
    missing: Vec<Seq>,
    backed_up: Seq,
    feed: Option<FeedPart>,
}

impl Plan {
    fn drawn(rng: &mut Rng, epochs: usize, revision: u64, feed: Option<FeedPart>) -> Self {
        let old = u64::from(rng.u8(..5) == 0);
        Self {
            // Sometimes an answer of an epoch that was left behind.
            epoch: epochs.saturating_sub(1 + rng.usize(..2) * usize::from(rng.u8(..6) == 0)),
            tenths: rng.u64(0..=10),
            beyond: u64::from(rng.u8(..8) == 0),
            behind: rng.u64(0..2),
            revision: revision.saturating_sub(old),
            parked: (1..9).filter(|_| rng.u8(..8) == 0).collect(),
            missing: (1..9).filter(|_| rng.u8(..6) == 0).collect(),
            backed_up: rng.u64(0..9) * u64::from(rng.bool()),
            feed,
        }
    }

    fn through(&self, head: Seq) -> Seq {
        if self.beyond > 0 {
            head + self.beyond
        } else {
            head * self.tenths / 10
        }
    }
}

#[test]
fn both_depths_keep_every_promise_of_a_devices_files() {
    let mut let_go = 0;
    for seed in 0..24 {
        let mut pair = Pair::enrolled(seed);
        let mut rng = Rng::with_seed(seed);
        let keys = pair.keys.clone();
        let user = pair.user;
        pair.both("unlock", |files| {
            files.unlock(user, &keys, Opening::Reading)
        });
        for _ in 0..60 {
            pair.step(&mut rng);
        }
        let_go += usize::from(pair.has_let_go());
    }
    assert!(let_go > 0, "some let contents go");
}
