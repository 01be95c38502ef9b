use std::collections::{BTreeMap, VecDeque};

use chrono::DateTime;
use handoff_protocol::chain::{self, ChainHash};
use handoff_protocol::codec;
use handoff_protocol::epoch::EpochRecord;
use handoff_protocol::ids::{DeviceId, EpochId, Incarnation, ItemId, SitePin, UserId};
use handoff_protocol::message::{AttachmentHeld, Gap, ProtocolRange};
use handoff_protocol::receipt::Branch;
use handoff_protocol::signed::{PublicKey, Signature, Signed};
use proptest::prelude::*;

use super::*;

mod attachments;
mod feeds;

fn lane() -> Lane {
    Lane::Device {
        device: DeviceId::from_bytes([1; 16]),
        incarnation: Incarnation::from_bytes([2; 16]),
    }
}

/// A public key for statements that nobody checks here.
fn some_key() -> PublicKey {
    let secret = p256::ecdsa::SigningKey::from_slice(&[7; 32]).unwrap();
    PublicKey::from_bytes(secret.verifying_key().to_sec1_point(false).as_bytes()).unwrap()
}

fn answer(gap: Option<Gap>) -> Box<Answer> {
    let epoch = EpochRecord {
        site: SitePin([0; 32]),
        id: EpochId::from_bytes([3; 16]),
        ancestors: Vec::new(),
        opened_at: DateTime::UNIX_EPOCH,
    };
    Box::new(Answer {
        epoch: Signed::make(&epoch, some_key().id(), |_| Signature([0; 64])).unwrap(),
        keys: Vec::new(),
        receipts: Vec::new(),
        gaps: gap.into_iter().collect(),
        site_feed: None,
        user_feeds: Vec::new(),
        leases: Vec::new(),
        not_served: Vec::new(),
        attachments: Vec::new(),
        erasures: None,
        keep_sealed_days: None,
        keep_vault_days: None,
    })
}

/// A device's files and a site, modelled: who has what.
struct World {
    items: Vec<Item>,
    hashes: Vec<ChainHash>,
    sent_marked: Seq,
    site: Vec<Item>,
    covered: Seq,
    applied_by_site: Seq,
    posts: usize,
    /// Requests that asked for the feeds.
    pulls: usize,
    /// Items that were put on the wire.
    sent: usize,
    /// What the next answers that are applied say of more.
    more: VecDeque<bool>,
    /// A request that the next one overtakes.
    overtaken: Option<Post>,
    /// What happens to each request in turn.
    fates: VecDeque<Fate>,
    /// Attachments of entries that are covered, and what the site has of each.
    attachments: BTreeMap<AttachmentAddress, Carrying>,
    /// Most bytes of a piece.
    piece: usize,
    /// Bytes of attachments that were put on the wire.
    carried: usize,
}

#[derive(Debug, Clone, Default, PartialEq)]
struct Carrying {
    sealed: Vec<u8>,
    here: bool,
    at_site: Vec<u8>,
}

#[derive(Debug, Clone, Copy)]
enum Fate {
    Answered,
    RequestLost,
    ReplyLost,
    Late,
    Overtaken,
}

impl World {
    fn new(count: usize, fates: Vec<Fate>) -> Self {
        let items: Vec<Item> = (0..count)
            .map(|i| Item::Entry {
                id: ItemId::from_bytes([i as u8; 16]),
                context: ItemId::from_bytes([9; 16]),
                sealed: vec![i as u8; 40],
            })
            .collect();
        let mut head = chain::genesis(&lane(), None);
        let mut hashes = vec![head.hash];
        for item in &items {
            head = chain::link(&lane(), &head, &item.digest());
            hashes.push(head.hash);
        }
        Self {
            items,
            hashes,
            sent_marked: 0,
            site: Vec::new(),
            covered: 0,
            applied_by_site: 0,
            posts: 0,
            pulls: 0,
            more: VecDeque::new(),
            sent: 0,
            overtaken: None,
            fates: fates.into(),
            attachments: BTreeMap::new(),
            piece: 10,
            carried: 0,
        }
    }

    /// With attachments of these lengths.
    fn with_attachments(mut self, lengths: &[usize]) -> Self {
        for (number, len) in lengths.iter().enumerate() {
            let sealed = vec![number as u8 + 1; *len];
            let carrying = Carrying {
                sealed,
                here: true,
                at_site: Vec::new(),
            };
            let address = AttachmentAddress([number as u8; 32]);
            self.attachments.insert(address, carrying);
        }
        self
    }

    fn is_carried(&self) -> bool {
        let mut all = self.attachments.values();
        all.all(|of| of.at_site == of.sealed)
    }

    fn read(&self, address: AttachmentAddress, offset: u64) -> Event {
        let of = &self.attachments[&address];
        let rest = &of.sealed[offset as usize..];
        let bytes = rest[..rest.len().min(self.piece)].to_vec();
        Event::PieceRead {
            address,
            offset,
            bytes: of.here.then_some(bytes),
        }
    }

    fn take(&mut self, piece: &Piece) -> AttachmentHeld {
        let at_site = &mut self.attachments.get_mut(&piece.address).unwrap().at_site;
        if piece.offset == at_site.len() as u64 {
            at_site.extend_from_slice(&piece.bytes);
        }
        AttachmentHeld {
            address: piece.address,
            held: at_site.len() as u64,
        }
    }

    fn head(&self, seq: Seq) -> Head {
        Head {
            seq,
            hash: self.hashes[seq as usize],
        }
    }

    fn outlook(&self) -> Outlook {
        let head = self.head(self.items.len() as Seq);
        let lanes = if self.applied_by_site < head.seq || self.covered < head.seq {
            vec![LaneOutlook {
                lane: lane(),
                parent: None,
                head,
                covered: self.covered,
                applied: self.applied_by_site,
            }]
        } else {
            Vec::new()
        };
        let covered = self.covered as usize == self.items.len();
        let missing = self
            .attachments
            .iter()
            .filter(|(_, of)| covered && of.at_site.len() < of.sealed.len());
        Outlook {
            lanes,
            attachments: missing
                .map(|(address, of)| AttachmentOutlook {
                    address: *address,
                    total: of.sealed.len() as u64,
                })
                .collect(),
        }
    }

    /// Runs one session to its end and says how it ended.
    fn session(&mut self, limit: usize) -> Finish {
        self.session_of(opening(limit))
    }

    fn session_of(&mut self, opening: Opening) -> Finish {
        let mut session = DeviceSession::new(opening);
        let mut answered = opening.contact == Contact::Fresh;
        let mut queue: VecDeque<Step> = session
            .step(Event::Begin {
                outlook: self.outlook(),
                pull: true,
            })
            .into();
        let mut late: Vec<Event> = Vec::new();
        for _ in 0..10_000 {
            let Some(step) = queue.pop_front() else {
                let event = late.pop().or_else(|| self.arrive_late());
                let event = event.expect("the session waits for nothing");
                answered |= matches!(event, Event::Replied { .. });
                queue.extend(session.step(event));
                continue;
            };
            let event = match step {
                Step::ReadItems { lane, from, max } => {
                    let from = from as usize - 1;
                    let items = self.items[from..(from + max).min(self.items.len())].to_vec();
                    Event::ItemsRead {
                        lane,
                        before: self.head(from as Seq),
                        items,
                    }
                }
                Step::ReadPiece { address, offset } => {
                    assert!(answered, "a piece before the site had answered");
                    self.read(address, offset)
                }
                Step::MarkSent { lane, through } => {
                    assert!(answered, "marked as sent before the site had answered");
                    self.sent_marked = self.sent_marked.max(through);
                    Event::SentMarked { lane, through }
                }
                Step::Post(post) => {
                    self.posts += 1;
                    self.pulls += usize::from(post.pull);
                    self.post(&post, &mut late)
                }
                Step::Apply(_) => {
                    self.covered = self.site.len() as Seq;
                    self.applied_by_site = self.covered;
                    Event::Applied {
                        outlook: self.outlook(),
                        restarted: false,
                        more: self.more.pop_front().unwrap_or(false),
                    }
                }
                Step::Finish(finish) => return finish,
            };
            answered |= matches!(event, Event::Replied { .. });
            queue.extend(session.step(event));
        }
        panic!("the session does not end");
    }

    fn post(&mut self, post: &Post, late: &mut Vec<Event>) -> Event {
        let fate = self.fates.pop_front().unwrap_or(Fate::Answered);
        let failed = Event::Failed {
            request: post.number,
            failure: Failure::NotReached,
        };
        if matches!(fate, Fate::RequestLost) {
            return failed;
        }
        let pieces = post.pieces.iter();
        self.carried += pieces.map(|piece| piece.bytes.len()).sum::<usize>();
        self.sent += post.batch.as_ref().map_or(0, |batch| batch.items.len());
        let nothing = Event::SentMarked {
            lane: lane(),
            through: 0,
        };
        if matches!(fate, Fate::Overtaken) && self.overtaken.is_none() {
            self.overtaken = Some(post.clone());
            return nothing;
        }
        let reply = self.arrive(post);
        if let Some(reply) = self.arrive_late() {
            late.insert(0, reply);
        }
        match fate {
            Fate::ReplyLost => failed,
            Fate::Late => {
                late.insert(0, reply);
                // Something harmless happens meanwhile.
                nothing
            }
            Fate::Answered | Fate::RequestLost | Fate::Overtaken => reply,
        }
    }

    fn arrive_late(&mut self) -> Option<Event> {
        let post = self.overtaken.take()?;
        Some(self.arrive(&post))
    }

    fn arrive(&mut self, post: &Post) -> Event {
        let mut gap = None;
        if let Some(batch) = &post.batch {
            assert!(
                batch.before.seq + batch.items.len() as Seq <= self.sent_marked,
                "a byte left before it was marked as sent"
            );
            if batch.before.seq as usize > self.site.len() {
                gap = Some(Gap {
                    lane: lane(),
                    branch: Branch::MAIN,
                    expected: self.site.len() as Seq + 1,
                });
            } else {
                let held = self.site.len() - batch.before.seq as usize;
                self.site.extend(batch.items.iter().skip(held).cloned());
            }
        }
        let mut answer = answer(gap);
        let pieces = post.pieces.iter();
        answer.attachments = pieces.map(|piece| self.take(piece)).collect();
        replied(post, Outcome::Done(answer))
    }
}

fn replied(post: &Post, outcome: Outcome) -> Event {
    Event::Replied {
        request: post.number,
        reply: Box::new(SyncReply {
            protocol: ProtocolRange::OURS,
            site_time: DateTime::UNIX_EPOCH,
            nonce: [0; 16],
            outcome,
        }),
    }
}

fn opening(batch_items: usize) -> Opening {
    Opening {
        batch_items,
        acquaintance: Acquaintance::Known,
        contact: Contact::Unknown,
    }
}

#[test]
fn what_could_not_leave_is_not_marked_as_sent() {
    let mut world = World::new(3, vec![Fate::RequestLost]);
    assert_eq!(world.session(10), Finish::Stopped(Stop::NotReached));
    assert_eq!((world.sent_marked, world.site.len()), (0, 0));
}

#[test]
fn nothing_new_is_one_round_trip() {
    let mut world = World::new(0, Vec::new());
    assert_eq!(world.session(500), Finish::Done);
    assert_eq!(world.posts, 1);
}

#[test]
fn a_queue_goes_in_batches_and_the_feed_rides_with_the_last() {
    let mut world = World::new(25, Vec::new());
    assert_eq!(world.session(10), Finish::Done);
    // A hello, three batches, and nothing more: the feed rides along.
    assert_eq!((world.posts, world.site.len()), (4, 25));
}

#[test]
fn only_a_batch_that_overtook_another_goes_again() {
    let mut world = World::new(25, vec![Fate::Answered, Fate::Overtaken]);
    assert_eq!(world.session(10), Finish::Done);
    // Ten that came late, ten ahead of them, and those again with the last five.
    assert_eq!((world.sent, world.site.len()), (35, 25));
}

#[test]
fn a_second_sync_sends_nothing() {
    let mut world = World::new(25, Vec::new());
    world.session(10);
    let posts = world.posts;
    world.session(10);
    assert_eq!((world.posts - posts, world.site.len()), (1, 25));
}

#[test]
fn a_site_that_asks_for_the_same_for_ever_is_left() {
    let mut session = DeviceSession::new(opening(10));
    let mut steps = session.step(Event::Begin {
        outlook: Outlook {
            lanes: vec![],
            attachments: vec![],
        },
        pull: true,
    });
    for _ in 0..100 {
        let Some(Step::Post(post)) = steps.pop() else {
            break;
        };
        steps = session.step(replied(&post, Outcome::SendCertificates));
        if let Some(Step::Finish(finish)) = steps.last() {
            assert_eq!(*finish, Finish::Stopped(Stop::GoesInCircles));
            return;
        }
    }
    panic!("it goes on for ever");
}

#[test]
fn who_has_to_be_updated_is_told_apart_and_nothing_is_marked_as_sent() {
    let ours = ProtocolRange::OURS;
    let (older, newer) = (ours.oldest - 1, ours.newest + 1);
    for (version, stop) in [(older, Stop::SiteUpdateNeeded), (newer, Stop::UpdateNeeded)] {
        let mut world = World::new(3, Vec::new());
        let mut session = DeviceSession::new(opening(10));
        let begun = session.step(Event::Begin {
            outlook: world.outlook(),
            pull: true,
        });
        let [Step::Post(hello)] = begun.as_slice() else {
            panic!("{begun:?}");
        };
        let ended = session.step(Event::Replied {
            request: hello.number,
            reply: Box::new(SyncReply {
                protocol: ProtocolRange {
                    oldest: version,
                    newest: version,
                },
                site_time: DateTime::UNIX_EPOCH,
                nonce: [0; 16],
                outcome: Outcome::UpdateNeeded,
            }),
        });
        assert_eq!(ended, [Step::Finish(Finish::Stopped(stop))]);
        assert_eq!(world.sent_marked, 0);
        // Once they speak one version again, all of it goes.
        assert_eq!(world.session(10), Finish::Done);
        assert_eq!(world.site.len(), 3);
    }
}

#[test]
fn a_statement_that_is_encoded_reads_back() {
    let answer = answer(None);
    let bytes = codec::to_cbor(&*answer, "answer").unwrap();
    assert_eq!(
        codec::from_cbor::<Answer>(&bytes, "answer").unwrap(),
        *answer
    );
}

fn fates() -> impl Strategy<Value = Vec<Fate>> {
    prop::collection::vec(
        prop_oneof![
            2 => Just(Fate::Answered),
            1 => Just(Fate::RequestLost),
            1 => Just(Fate::ReplyLost),
            1 => Just(Fate::Late),
            1 => Just(Fate::Overtaken),
        ],
        0..30,
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn whatever_the_link_does_everything_arrives_once_and_in_order(
        count in 0usize..60, limit in 1usize..20, fates in fates(),
        attached in prop::collection::vec(1usize..100, 0..4),
    ) {
        let mut world = World::new(count, fates).with_attachments(&attached);
        let mut ends = BTreeMap::new();
        for _ in 0..40 {
            let finish = world.session(limit);
            *ends.entry(format!("{finish:?}")).or_insert(0) += 1;
            prop_assert!(world.site.len() <= count);
            prop_assert_eq!(&world.site[..], &world.items[..world.site.len()]);
            for of in world.attachments.values() {
                prop_assert_eq!(&of.at_site[..], &of.sealed[..of.at_site.len()]);
            }
            if finish == Finish::Done && world.covered as usize == count {
                prop_assert!(world.is_carried());
                return Ok(());
            }
        }
        prop_assert!(false, "not done after 40 sessions: {:?}", ends);
    }
}
