//! A device's sync driver: performs what the session decides, as the one of
//! `handoff-device` does.

use std::collections::VecDeque;

use chrono::{DateTime, Utc};
use handoff_domain::UserId;
use handoff_protocol::batch::Batch;
use handoff_protocol::codec;
use handoff_protocol::ids::{Incarnation, ItemId};
use handoff_protocol::message::{
    Answer, Cursor, DeviceState, ErasureOrder, FeedItem, FeedPosition, Greeting, Outcome,
    SyncReply, SyncRequest, UserPull,
};
use handoff_sync::ReceiptRefused;
use handoff_sync::device::{
    Acquaintance, Contact, DeviceSession, Event, Failure, Finish, Opening, Post, Step,
};

use super::device::FilesError;
use super::host::Host;
use super::seeded::Seeded;
use super::wire::{Packet, Way, Wire};

/// Bytes of a piece for each item that a batch may have.
const PIECE: usize = 200;

/// A sync that is under way.
#[derive(Debug)]
pub(super) struct Running {
    session: DeviceSession,
    steps: VecDeque<Step>,
    /// Requests that wait for an answer.
    waits: Vec<(u64, [u8; 16])>,
}

/// What a driver needs of the world.
pub(super) struct Around<'a> {
    pub wire: &'a mut Wire,
    pub random: &'a Seeded,
    /// The device's own clock, in milliseconds.
    pub clock_ms: i64,
    /// Events delivered.
    pub steps: &'a mut u64,
    /// The device's place in the world.
    pub host: usize,
}

/// What one step of a driver came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Drove {
    /// It did something.
    On,
    /// It waits for an answer, or does nothing.
    Waits,
    /// The sync has ended.
    Ended(Finish),
    /// The files refused; the sync has ended.
    Stopped,
}

/// Entries that an answer takes from somebody, and where it leaves their feed.
fn evictions(answer: &Answer) -> impl Iterator<Item = (UserId, ItemId, Cursor)> {
    answer.user_feeds.iter().flat_map(|(user, part)| {
        let evicted = part.items.iter().filter_map(|item| match item {
            FeedItem::Evict(id) => Some(*id),
            FeedItem::Include(_) => None,
        });
        evicted.map(|id| (*user, id, part.next.clone()))
    })
}

/// Entries whose content an answer orders away.
fn ordered(answer: &Answer) -> Vec<ItemId> {
    let order = answer
        .erasures
        .as_ref()
        .and_then(|signed| codec::from_cbor::<ErasureOrder>(&signed.bytes, "an order").ok());
    order.map(|order| order.items).unwrap_or_default()
}

impl Host {
    /// Whether it is about to take up what brings somebody something.
    pub fn is_about_to_apply(&self) -> bool {
        let next = self.sync.as_ref().and_then(|running| running.steps.front());
        let brings = |answer: &Answer| {
            let mut parts = answer.user_feeds.iter();
            parts.any(|(_, part)| !part.items.is_empty())
        };
        matches!(next, Some(Step::Apply(answer)) if brings(answer))
    }

    /// Begins a sync, unless one is under way.
    pub fn begin_sync(&mut self, contact: Contact, steps: &mut u64) -> Result<bool, FilesError> {
        if self.sync.is_some() {
            return Ok(false);
        }
        let is_stranger = self.files.site_position()? == FeedPosition::Start;
        let outlook = self.files.outlook()?;
        let mut session = DeviceSession::new(Opening {
            batch_items: self.batch,
            acquaintance: if is_stranger {
                Acquaintance::Stranger
            } else {
                Acquaintance::Known
            },
            contact,
        });
        *steps += 1;
        let begun = session.step(Event::Begin {
            outlook,
            pull: true,
        });
        self.sync = Some(Running {
            session,
            steps: begun.into(),
            waits: Vec::new(),
        });
        Ok(true)
    }

    /// Performs the next step of the sync.
    pub fn drive(&mut self, around: &mut Around<'_>) -> Result<Drove, FilesError> {
        let Some(running) = &mut self.sync else {
            return Ok(Drove::Waits);
        };
        let Some(step) = running.steps.pop_front() else {
            if running.waits.is_empty() {
                // The session waits for nothing: it has ended.
                self.sync = None;
                return Ok(Drove::Ended(Finish::Done));
            }
            return Ok(Drove::Waits);
        };
        let event = match step {
            Step::ReadItems { lane, from, max } => {
                let (before, items) = self.files.read_items(&lane, from, max)?;
                Event::ItemsRead {
                    lane,
                    before,
                    items,
                }
            }
            Step::ReadPiece { address, offset } => {
                let bytes = self.files.read_piece(address, offset, self.batch * PIECE)?;
                Event::PieceRead {
                    address,
                    offset,
                    bytes,
                }
            }
            Step::MarkSent { lane, through } => {
                self.files.mark_sent(&lane, through)?;
                Event::SentMarked { lane, through }
            }
            Step::Post(post) => {
                self.post(post, around)?;
                return Ok(Drove::On);
            }
            Step::Apply(answer) => {
                let site_time = self.site_time(around.clock_ms);
                let taken = self.files.apply(&answer, site_time)?;
                self.evicted.extend(evictions(&answer));
                self.ordered.extend(ordered(&answer));
                self.react(&taken.refused, around)?;
                Event::Applied {
                    outlook: self.files.outlook()?,
                    restarted: taken.restarted,
                    more: taken.more,
                }
            }
            Step::Finish(finish) => {
                self.sync = None;
                return Ok(Drove::Ended(finish));
            }
        };
        self.tell(event, around.steps);
        Ok(Drove::On)
    }

    /// A reply came, or none did in time.
    pub fn receive(&mut self, packet: &Packet, clock_ms: i64, steps: &mut u64) {
        let waits = |running: &Running| {
            let wait = (packet.request, packet.nonce);
            running.waits.contains(&wait)
        };
        if packet.life != self.life || !self.sync.as_ref().is_some_and(waits) {
            return;
        }
        if let Some(running) = &mut self.sync {
            running
                .waits
                .retain(|(request, _)| *request != packet.request);
        }
        let request = packet.request;
        let failed = |failure| Event::Failed { request, failure };
        let event = match &packet.bytes {
            None => failed(Failure::NotReached),
            Some(bytes) => match codec::from_cbor::<SyncReply>(bytes, "a reply") {
                Ok(reply) if reply.nonce == packet.nonce => {
                    self.offset_ms = reply.site_time.timestamp_millis() - clock_ms;
                    Event::Replied {
                        request,
                        reply: Box::new(reply),
                    }
                }
                _ => match Greeting::of_reply(bytes) {
                    // A version that shares none with this one may have changed
                    // all the rest, and did not read which request it answers.
                    Ok(Greeting { protocol, .. }) if self.speaks.common(&protocol).is_none() => {
                        let reply = SyncReply {
                            protocol,
                            site_time: self.site_time(clock_ms),
                            nonce: packet.nonce,
                            outcome: Outcome::UpdateNeeded,
                        };
                        Event::Replied {
                            request,
                            reply: Box::new(reply),
                        }
                    }
                    _ => failed(Failure::Unreadable),
                },
            },
        };
        self.tell(event, steps);
    }

    /// Requests of this life that wait for an answer.
    pub fn waits(&self) -> Vec<(u64, [u8; 16])> {
        let running = self.sync.iter();
        running.flat_map(|running| running.waits.clone()).collect()
    }

    fn tell(&mut self, event: Event, steps: &mut u64) {
        if let Some(running) = &mut self.sync {
            *steps += 1;
            let more = running.session.step(event);
            running.steps.extend(more);
        }
    }

    fn site_time(&self, clock_ms: i64) -> DateTime<Utc> {
        let ms = clock_ms.saturating_add(self.offset_ms);
        DateTime::from_timestamp_millis(ms).unwrap_or(DateTime::UNIX_EPOCH)
    }

    /// A receipt shows that the site has what this device does not: it is
    /// behind, or went another way. It goes on in a new life of its journal,
    /// and what it has is sent all the same.
    fn react(
        &mut self,
        refused: &[(handoff_protocol::ids::Lane, ReceiptRefused)],
        around: &Around<'_>,
    ) -> Result<(), FilesError> {
        for (lane, why) in refused {
            if !why.is_of_a_copy() {
                continue;
            }
            self.strayed.insert(*lane);
            if self.files.current_lane()? == *lane {
                self.files.begin_lane(Incarnation(around.random.id()))?;
            }
        }
        Ok(())
    }

    fn post(&mut self, post: Post, around: &mut Around<'_>) -> Result<(), FilesError> {
        let broken = |what: &dyn std::fmt::Display| FilesError::Broken(what.to_string());
        let nonce = *around.random.id().as_bytes();
        let site_time = post
            .site_time
            .unwrap_or_else(|| self.site_time(around.clock_ms));
        let number = post.number;
        let batches = match post.batch {
            None => Vec::new(),
            Some(plan) => {
                let sign = |head: &_| self.key.sign_statement(head);
                let batch = Batch::make(
                    self.site,
                    plan.lane,
                    plan.parent,
                    plan.before,
                    &plan.items,
                    sign,
                );
                vec![batch.map_err(|error| broken(&error))?]
            }
        };
        let mut pulls = Vec::new();
        let mut site_feed = None;
        if post.pull {
            site_feed = Some(self.files.site_position()?);
            for user in &self.unlocked {
                let Some((position, with_own)) = self.files.position(*user)? else {
                    continue;
                };
                let pull = UserPull {
                    site: self.site,
                    device: self.device,
                    user: *user,
                    nonce,
                    site_time,
                    position,
                    with_own,
                    lease_only: false,
                    lease: None,
                };
                pulls.push(self.files.sign_pull(*user, &pull)?);
            }
        }
        let request = SyncRequest {
            protocol: self.speaks,
            site: self.site,
            device: self.device,
            nonce,
            site_time,
            certificates: if post.with_certificates {
                Some(self.files.certificates()?)
            } else {
                None
            },
            epoch: self.files.epoch()?,
            lanes: self.files.lane_reports()?,
            batches,
            pieces: post.pieces,
            site_feed,
            pulls,
            wait_seconds: 0,
            state: Some(DeviceState {
                version: String::new(),
                waiting: 0,
                oldest_waiting_minute: None,
                erased_through: self.files.erased_through()?,
            }),
        };
        let signed = self.key.sign_statement(&request);
        let signed = signed.map_err(|error| broken(&error))?;
        let bytes = codec::to_cbor(&signed, "a request").map_err(|error| broken(&error))?;
        if let Some(running) = &mut self.sync {
            running.waits.push((number, nonce));
        }
        around.wire.send(Packet {
            number: 0,
            way: Way::ToSite,
            host: around.host,
            life: self.life,
            speaks: self.speaks,
            request: number,
            nonce,
            bytes: Some(bytes),
            is_again: false,
            overtaken: 0,
        });
        Ok(())
    }
}
