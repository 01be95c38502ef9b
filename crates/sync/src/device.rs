//! The device's half of a sync.
//!
//! ```text
//! Begin ─► ReadItems ─► (items) ─► MarkSent ─► (durable) ─► Post ─► (reply) ─► Apply ─► (applied) ─┐
//!   ▲                                                                                             │
//!   └──────────────── more to send, more of the feed, or one more try ◄───────────────────────────┘
//! ```
//!
//! Nothing is marked as sent before the site has answered in this session: an
//! entry that could not leave can still be taken back. A session that opens on
//! a connection which answered a moment ago skips that hello.
//!
//! Attachments follow behind the entries that name them, piece by piece, each
//! from where the site says that it has come to: a line that breaks costs one
//! piece. An entry that is saved meanwhile goes before the next piece.
//!
//! Up to [`WINDOW`] requests are in flight, so that the site works while the
//! device reads and seals. A reply is applied in one transaction; what it
//! proves is judged there ([`crate::standing::judge`]), because only the store
//! knows the hashes. The session asks again after every transaction what there
//! is to do ([`Outlook`]), so nothing here can get out of step with the files.

mod carry;
mod opening;

use std::collections::VecDeque;

use chrono::{DateTime, Utc};
use handoff_domain::AttachmentAddress;
use handoff_protocol::chain::{Head, Parent};
use handoff_protocol::ids::{Lane, Seq};
use handoff_protocol::item::Item;
use handoff_protocol::message::{Answer, Outcome, Piece, ProtocolRange, Refusal, SyncReply};

pub use carry::AttachmentOutlook;
use carry::{Away, Carry, Next, away};
pub use opening::{Acquaintance, Contact, Opening};

/// Requests in flight.
pub const WINDOW: usize = 2;
/// What the store says there is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outlook {
    /// Lanes with items that no receipt of the current epoch covers, oldest
    /// lane first.
    pub lanes: Vec<LaneOutlook>,
    /// Attachments of entries that a receipt covers, of which none says that the
    /// site has all.
    pub attachments: Vec<AttachmentOutlook>,
}

/// One lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LaneOutlook {
    /// The lane.
    pub lane: Lane,
    /// Where it goes on from.
    pub parent: Option<Parent>,
    /// Its head here.
    pub head: Head,
    /// Covered by a receipt of the current epoch up to here.
    pub covered: Seq,
    /// The site has taken it up to here and not applied all of it yet.
    pub applied: Seq,
}

/// What the performer tells the session.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// Start. Once, first.
    Begin {
        /// What there is to do.
        outlook: Outlook,
        /// Ask for the feeds too.
        pull: bool,
    },
    /// Items were read, at most as many as were asked for.
    ItemsRead {
        /// Whose.
        lane: Lane,
        /// The head before the first of them.
        before: Head,
        /// The items.
        items: Vec<Item>,
    },
    /// A piece of an attachment was read.
    PieceRead {
        /// Which attachment.
        address: AttachmentAddress,
        /// Where it begins.
        offset: u64,
        /// The bytes; none when they are not here.
        bytes: Option<Vec<u8>>,
    },
    /// "Sent" is durable for everything up to here.
    SentMarked {
        /// Whose.
        lane: Lane,
        /// Up to here.
        through: Seq,
    },
    /// The site answered request number `request`.
    Replied {
        /// Which request.
        request: u64,
        /// The answer, its nonce checked.
        reply: Box<SyncReply>,
    },
    /// Request number `request` got no answer.
    Failed {
        /// Which request.
        request: u64,
        /// Why.
        failure: Failure,
    },
    /// What an answer brought is durable.
    Applied {
        /// What there is to do now.
        outlook: Outlook,
        /// The epoch changed, or a receipt took coverage back: whatever is in
        /// flight starts from a wrong place.
        restarted: bool,
        /// The feed has more, or the site has to hear that something was done.
        more: bool,
    },
}

/// Why a request got no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// No connection, a time-out, a cut line.
    NotReached,
    /// Somebody else answered: the TLS key is not pinned.
    NotPinned,
    /// An answer came and does not read.
    Unreadable,
}

/// What the performer has to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Read items of a lane, from a position on, at most so many.
    ReadItems {
        /// Whose.
        lane: Lane,
        /// The first wanted.
        from: Seq,
        /// At most so many.
        max: usize,
    },
    /// Read a piece of an attachment, as long as the line takes in a moment.
    ReadPiece {
        /// Which attachment.
        address: AttachmentAddress,
        /// Where the piece begins.
        offset: u64,
    },
    /// Commit durably that everything up to here is on its way.
    MarkSent {
        /// Whose.
        lane: Lane,
        /// Up to here.
        through: Seq,
    },
    /// Sign and post a request.
    Post(Post),
    /// Verify what an answer brought and commit it in one transaction.
    Apply(Box<Answer>),
    /// The session is over.
    Finish(Finish),
}

/// A request to sign and post.
#[derive(Debug, Clone, PartialEq)]
pub struct Post {
    /// Its number within the session.
    pub number: u64,
    /// Certificates in full.
    pub with_certificates: bool,
    /// Items to put into a batch, if any.
    pub batch: Option<BatchPlan>,
    /// Pieces of attachments, if any.
    pub pieces: Vec<Piece>,
    /// Ask for the feeds.
    pub pull: bool,
    /// Use this for site time instead of what the device believes.
    pub site_time: Option<DateTime<Utc>>,
}

/// Items for a batch.
#[derive(Debug, Clone, PartialEq)]
pub struct BatchPlan {
    /// Whose.
    pub lane: Lane,
    /// Where the lane goes on from.
    pub parent: Option<Parent>,
    /// The head before the first item.
    pub before: Head,
    /// The items.
    pub items: Vec<Item>,
}

/// How a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finish {
    /// Everything is covered and the feed is read.
    Done,
    /// The site has everything and has not applied all of it yet, or lacks an
    /// attachment that did not go now.
    NotYetApplied,
    /// There is more of an attachment, and the line carries it: the next session
    /// goes on at once.
    Carrying,
    /// It stopped early; everything is kept.
    Stopped(Stop),
}

/// Why a session stopped early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// The site did not answer.
    NotReached,
    /// Somebody else answered.
    NotPinned,
    /// The answer does not read.
    Unreadable,
    /// The site is busy: come again after so many seconds.
    Busy(u32),
    /// No common protocol version: the app has to be updated.
    UpdateNeeded,
    /// No common protocol version: the site has to be updated.
    SiteUpdateNeeded,
    /// The site refused the request.
    Refused(Refusal),
    /// The site keeps asking for the same thing.
    GoesInCircles,
}

#[derive(Debug)]
struct Flight {
    number: u64,
    /// The lane of its batch, and the position before its first item.
    batch: Option<(Lane, Seq)>,
    /// Its pieces.
    pieces: Vec<Away>,
    /// It asks for the feeds.
    pull: bool,
}

/// The device's half of one sync, from connection to quiet.
#[derive(Debug)]
pub struct DeviceSession {
    batch_items: usize,
    reached: bool,
    outlook: Outlook,
    /// The feeds are still to be asked for.
    pull: bool,
    with_certificates: bool,
    site_time: Option<DateTime<Utc>>,
    next_number: u64,
    in_flight: VecDeque<Flight>,
    /// The newest request that was answered.
    newest_answered: u64,
    /// Requests that may be in flight: one only, once one has overtaken another.
    window: usize,
    /// Sent in this session up to here, by lane.
    cursor: Vec<(Lane, Seq)>,
    reading: bool,
    plan: Option<BatchPlan>,
    carry: Carry,
    applying: bool,
    answers: VecDeque<Box<Answer>>,
    said_hello: bool,
    retries: u8,
    stop: Option<Stop>,
    finished: bool,
}

/// Times a session begins anew (certificates, clock, gaps) before it gives up.
const MAX_RETRIES: u8 = 8;

impl DeviceSession {
    /// A new session.
    #[must_use]
    pub fn new(opening: Opening) -> Self {
        Self {
            batch_items: opening.batch_items,
            reached: opening.contact == Contact::Fresh,
            outlook: Outlook {
                lanes: Vec::new(),
                attachments: Vec::new(),
            },
            pull: false,
            with_certificates: opening.acquaintance == Acquaintance::Stranger,
            site_time: None,
            next_number: 1,
            in_flight: VecDeque::new(),
            newest_answered: 0,
            window: WINDOW,
            cursor: Vec::new(),
            reading: false,
            plan: None,
            carry: Carry::default(),
            applying: false,
            answers: VecDeque::new(),
            said_hello: false,
            retries: 0,
            stop: None,
            finished: false,
        }
    }

    /// Takes an event, returns what to do.
    pub fn step(&mut self, event: Event) -> Vec<Step> {
        let mut steps = Vec::new();
        match event {
            Event::Begin { outlook, pull } => {
                self.outlook = outlook;
                self.pull = pull;
            }
            Event::ItemsRead {
                lane,
                before,
                items,
            } => {
                self.reading = false;
                // A restart makes what was being read pointless.
                let expected = self.position(&lane);
                if expected == Some(before.seq) && !items.is_empty() {
                    let through = before.seq + items.len() as Seq;
                    let parent = self.lane(&lane).and_then(|lane| lane.parent);
                    self.set_cursor(lane, through);
                    self.plan = Some(BatchPlan {
                        lane,
                        parent,
                        before,
                        items,
                    });
                    steps.push(Step::MarkSent { lane, through });
                }
            }
            Event::PieceRead {
                address,
                offset,
                bytes,
            } => {
                let wanted = &self.outlook.attachments;
                if let Some(piece) = self.carry.read(wanted, address, offset, bytes) {
                    steps.push(self.post(None, vec![piece]));
                }
            }
            Event::SentMarked { lane, .. } => {
                if let Some(plan) = self.plan.take_if(|plan| plan.lane == lane) {
                    steps.push(self.post(Some(plan), Vec::new()));
                }
            }
            Event::Replied { request, reply } => self.replied(request, *reply),
            Event::Failed { request, failure } => {
                self.landed(request);
                self.stop.get_or_insert(match failure {
                    Failure::NotReached => Stop::NotReached,
                    Failure::NotPinned => Stop::NotPinned,
                    Failure::Unreadable => Stop::Unreadable,
                });
            }
            Event::Applied {
                outlook,
                restarted,
                more,
            } => {
                self.applying = false;
                self.outlook = outlook;
                // An answer that has no more does not end the asking.
                self.pull |= more;
                if restarted {
                    self.restart();
                }
            }
        }
        self.go_on(&mut steps);
        steps
    }

    fn replied(&mut self, request: u64, reply: SyncReply) {
        let Some(flight) = self.landed(request) else {
            return;
        };
        self.reached = true;
        let is_done = matches!(reply.outcome, Outcome::Done(_));
        self.pull |= flight.pull && !is_done;
        match reply.outcome {
            Outcome::Done(mut answer) => {
                let has_gap = |lane: &Lane| answer.gaps.iter().any(|gap| gap.lane == *lane);
                if let Some((lane, before)) = flight.batch.filter(|(lane, _)| has_gap(lane)) {
                    self.gap(lane, before);
                }
                self.with_certificates = false;
                self.carry.landed(&flight.pieces, &answer.attachments);
                if flight.number < self.newest_answered && !answer.user_feeds.is_empty() {
                    // What was answered before it proves that the site has applied
                    // more than these feeds know of.
                    answer.user_feeds.clear();
                    self.pull = true;
                }
                self.newest_answered = self.newest_answered.max(flight.number);
                self.answers.push_back(answer);
            }
            Outcome::SendCertificates => {
                self.with_certificates = true;
                self.restart();
            }
            Outcome::StaleClock => {
                self.site_time = Some(reply.site_time);
                self.restart();
            }
            Outcome::UpdateNeeded => {
                let is_older = reply.protocol.newest < ProtocolRange::OURS.oldest;
                self.stop.get_or_insert(if is_older {
                    Stop::SiteUpdateNeeded
                } else {
                    Stop::UpdateNeeded
                });
            }
            Outcome::Busy {
                retry_after_seconds,
            } => {
                self.stop.get_or_insert(Stop::Busy(retry_after_seconds));
            }
            Outcome::Refused(refusal) => {
                self.stop.get_or_insert(Stop::Refused(refusal));
            }
        }
    }

    /// What to do next, whatever just happened.
    fn go_on(&mut self, steps: &mut Vec<Step>) {
        if self.finished {
            return;
        }
        if !self.applying
            && let Some(answer) = self.answers.pop_front()
        {
            self.applying = true;
            steps.push(Step::Apply(answer));
        }
        if self.stop.is_none() && !self.reading && self.plan.is_none() {
            if let Some((lane, from)) = self.next_to_send().filter(|_| self.reached) {
                if self.in_flight.len() < self.window {
                    self.reading = true;
                    steps.push(Step::ReadItems {
                        lane,
                        from,
                        max: self.batch_items,
                    });
                }
            } else if let Some(next) = self.next_piece() {
                steps.push(next);
            } else if self.in_flight.is_empty()
                && !self.applying
                && !self.carry.is_reading()
                && (self.pull || !self.said_hello)
            {
                steps.push(self.post(None, Vec::new()));
            }
        }
        let idle = self.in_flight.is_empty()
            && !self.applying
            && !self.reading
            && !self.carry.is_reading()
            && self.plan.is_none()
            && self.answers.is_empty();
        if idle && !steps.iter().any(|step| matches!(step, Step::Post(_))) {
            self.finished = true;
            let is_carrying = self.carry.goes_on(&self.outlook.attachments);
            steps.push(Step::Finish(match self.stop {
                Some(stop) => Finish::Stopped(stop),
                None if is_carrying => Finish::Carrying,
                None if !self.outlook.attachments.is_empty() => Finish::NotYetApplied,
                None if self
                    .outlook
                    .lanes
                    .iter()
                    .any(|lane| lane.applied < lane.head.seq) =>
                {
                    Finish::NotYetApplied
                }
                None => Finish::Done,
            }));
        }
    }

    fn next_to_send(&self) -> Option<(Lane, Seq)> {
        self.outlook.lanes.iter().find_map(|lane| {
            let at = self.position(&lane.lane)?;
            (at < lane.head.seq).then_some((lane.lane, at + 1))
        })
    }

    /// What to do next about attachments: one thing at a time, once the site has
    /// answered.
    fn next_piece(&mut self) -> Option<Step> {
        let is_away = self
            .in_flight
            .iter()
            .any(|flight| !flight.pieces.is_empty());
        if !self.reached || is_away {
            return None;
        }
        Some(match self.carry.next(&self.outlook.attachments)? {
            Next::Ask(questions) => self.post(None, questions),
            Next::Read(address, offset) => Step::ReadPiece { address, offset },
        })
    }

    /// Sent (in this session) or covered up to here.
    fn position(&self, lane: &Lane) -> Option<Seq> {
        let covered = self.lane(lane)?.covered;
        let sent = self
            .cursor
            .iter()
            .find(|(sent, _)| sent == lane)
            .map(|(_, seq)| *seq);
        Some(sent.map_or(covered, |sent| sent.max(covered)))
    }

    fn lane(&self, lane: &Lane) -> Option<&LaneOutlook> {
        self.outlook.lanes.iter().find(|known| known.lane == *lane)
    }

    fn set_cursor(&mut self, lane: Lane, through: Seq) {
        match self.cursor.iter_mut().find(|(known, _)| *known == lane) {
            Some((_, seq)) => *seq = through,
            None => self.cursor.push((lane, through)),
        }
    }

    /// The site lacks what comes before a batch. If that is still on its way, the
    /// batch has overtaken it on another connection: only the batch goes again,
    /// once the other has landed. Or else what receipts cover is where to begin.
    fn gap(&mut self, lane: Lane, before: Seq) {
        let is_before =
            |flight: &Flight| matches!(flight.batch, Some((of, at)) if of == lane && at < before);
        self.window = 1;
        if self.in_flight.iter().any(is_before) {
            self.set_cursor(lane, before);
        } else {
            self.restart();
        }
    }

    /// Begins again from what receipts cover.
    fn restart(&mut self) {
        self.retries += 1;
        if self.retries > MAX_RETRIES {
            self.stop.get_or_insert(Stop::GoesInCircles);
        }
        self.cursor.clear();
        self.carry.begin_again();
        self.plan = None;
        self.said_hello = false;
    }

    fn post(&mut self, batch: Option<BatchPlan>, pieces: Vec<Piece>) -> Step {
        let number = self.next_number;
        self.next_number += 1;
        self.said_hello = true;
        let last = batch.is_none() || self.next_to_send().is_none();
        let of = batch.as_ref().map(|plan| (plan.lane, plan.before.seq));
        // The feed rides with the last batch.
        let pull = last && std::mem::take(&mut self.pull);
        self.in_flight.push_back(Flight {
            number,
            batch: of,
            pieces: away(&pieces),
            pull,
        });
        Step::Post(Post {
            number,
            with_certificates: self.with_certificates,
            batch,
            pieces,
            pull,
            site_time: self.site_time,
        })
    }

    fn landed(&mut self, number: u64) -> Option<Flight> {
        let at = self
            .in_flight
            .iter()
            .position(|flight| flight.number == number)?;
        self.in_flight.remove(at)
    }
}

#[cfg(test)]
mod tests;
