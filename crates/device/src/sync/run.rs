//! Performs one sync session: what `handoff-sync` decides, over HTTPS and the
//! device's files.
//!
//! One session at a time ([`crate::Core`] holds the lock). A session may be
//! dropped at any point: everything that it did is committed or undone, and the
//! next one asks the files what there is to do.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use handoff_domain::{ReferralId, UserId, VerificationState};
use handoff_protocol::ids::Incarnation;
use handoff_protocol::item::Item;
use handoff_protocol::message::{
    Answer, FeedPart, FeedPosition, Greeting, Outcome, ProtocolRange, SyncReply,
};
use handoff_protocol::{DeviceId, SitePin, from_cbor};
use handoff_store::{
    Applied, ApplyError, DeviceStore, Ignored, ReadError, SendError, StorageError,
};
use handoff_sync::Pace;
use handoff_sync::device::{
    Acquaintance, Contact, DeviceSession, Event, Failure, Finish, Opening, Post, Step, Stop,
};
use handoff_sync::pace::MOST_ITEMS;
use handoff_vault::SigningKey;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::ahead::{self, Ahead};
use super::client::{Client, ClientError};
use super::request::{self, Envelope, Puller, RequestError};
use crate::host::Host;

/// How long an answer counts as a moment ago.
const FRESH_MS: i64 = 10_000;

/// Everything that a session needs and that outlives it.
pub struct Link {
    /// Time and randomness.
    pub host: Host,
    /// The device's files.
    pub store: DeviceStore,
    /// The pinned site.
    pub client: Client,
    /// The device key.
    pub device_key: SigningKey,
    /// The pin of the site.
    pub site: SitePin,
    /// This device.
    pub device: DeviceId,
    /// How far site time is from this device's clock, in milliseconds.
    pub offset_ms: AtomicI64,
    /// When the site last answered, by this device's clock; 0 after a failure.
    pub answered_ms: AtomicI64,
    /// How many items the line takes at a time.
    pub pace: Mutex<Pace>,
}

/// What a session did.
#[derive(Debug, Default)]
pub struct Summary {
    /// Entries put on the wire.
    pub sent: u64,
    /// Entries newly proved to be at the site.
    pub received: u64,
    /// Entries that the site newly parked.
    pub parked: u64,
    /// The site answered at least once.
    pub reached: bool,
    /// Why it stopped early.
    pub stop: Option<StopReason>,
    /// The site has everything and has not applied all of it yet.
    pub not_yet_applied: bool,
    /// There is more of an attachment: the next session goes on at once.
    pub is_carrying: bool,
    /// The site knows another copy of this device: the journal went on in a
    /// new life.
    pub went_on: bool,
    /// People whose leave to read the site has withdrawn.
    pub disabled: Vec<UserId>,
}

/// Why a session stopped early.
#[derive(Debug)]
pub enum StopReason {
    /// As the session decided.
    Site(Stop),
    /// The device's files failed. Everything that is saved is kept.
    Files(RunError),
}

/// What can fail on this side.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The files could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// "Sent" could not be made durable, so nothing was sent.
    #[error(transparent)]
    Send(#[from] SendError),
    /// An answer was not taken up.
    #[error(transparent)]
    Apply(#[from] ApplyError),
    /// A request was not made.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// The journal could not go on in a new life; it goes on in the old one,
    /// and the next sync says so again.
    #[error("the journal could not go on in a new life")]
    GoOn(#[source] StorageError),
    /// The work was cut off: the program is ending.
    #[error("the program is ending")]
    Ending,
}

/// A request and what became of it.
struct Landed {
    number: u64,
    nonce: [u8; 16],
    /// How many items went with it: what did not go says nothing of the line.
    items: usize,
    took: Duration,
    answer: Result<Vec<u8>, ClientError>,
}

/// Tells somebody how far a session has come.
pub type Progress = Arc<dyn Fn(u64, u64) + Send + Sync>;

/// What an answer has changed in the files.
#[derive(Debug)]
pub struct News {
    /// Rules or roster of the site.
    pub site: bool,
    /// Standings, or what this device holds of referrals.
    pub referrals: bool,
    /// Decisions that reached an open vault.
    pub decided: Vec<(ReferralId, VerificationState)>,
}

impl News {
    fn of(answer: &Answer, applied: &Applied, went_on: bool) -> Self {
        let site = answer.site_feed.as_ref();
        let held = answer.user_feeds.iter().any(|(_, part)| brings(part));
        Self {
            site: site.is_some_and(brings) || went_on,
            referrals: held
                || applied.received > 0
                || applied.erased > 0
                || !applied.parked.is_empty(),
            decided: applied.decided.clone(),
        }
    }
}

fn brings(part: &FeedPart) -> bool {
    part.snapshot || !part.items.is_empty()
}

/// Tells somebody what is new, as soon as it is in the files: the files keep it
/// when the session is dropped, and nothing would say it a second time.
pub type Tell = Arc<dyn Fn(News) + Send + Sync>;

impl Link {
    /// Runs one session to its end. With `wait`, and nothing to send, the site
    /// may hold its answer back for so long.
    pub async fn session(
        &self,
        pullers: Vec<Puller>,
        wait: Duration,
        progress: Progress,
        tell: Tell,
    ) -> Summary {
        let mut summary = Summary::default();
        let sent = Arc::new(AtomicU64::new(0));
        let run = self.run(pullers, wait, progress, tell, &sent, &mut summary);
        match run.await {
            Ok(Finish::Done) => {}
            Ok(Finish::NotYetApplied) => summary.not_yet_applied = true,
            Ok(Finish::Carrying) => summary.is_carrying = true,
            Ok(Finish::Stopped(stop)) => summary.stop = Some(StopReason::Site(stop)),
            Err(error) => summary.stop = Some(StopReason::Files(error)),
        }
        summary.sent = sent.load(Ordering::Relaxed);
        summary
    }

    async fn run(
        &self,
        pullers: Vec<Puller>,
        wait: Duration,
        progress: Progress,
        tell: Tell,
        sent: &Arc<AtomicU64>,
        summary: &mut Summary,
    ) -> Result<Finish, RunError> {
        let (first_contact, outlook) = self
            .on_files(|store| {
                Ok((
                    store.site_position()? == FeedPosition::Start,
                    store.outlook()?,
                ))
            })
            .await?;
        let total: u64 = outlook
            .lanes
            .iter()
            .map(|lane| lane.head.seq.saturating_sub(lane.covered))
            .sum();
        let mut done = 0;
        progress(done, total);

        // The site holds back only what has nothing to bring.
        let is_quiet = total == 0 && outlook.attachments.is_empty();
        let wait = if is_quiet { wait } else { Duration::ZERO };
        let answered_ms = self.answered_ms.load(Ordering::Relaxed);
        let since = self.host.now().timestamp_millis() - answered_ms;
        let mut session = DeviceSession::new(Opening {
            batch_items: MOST_ITEMS,
            acquaintance: if first_contact {
                Acquaintance::Stranger
            } else {
                Acquaintance::Known
            },
            contact: if (0..FRESH_MS).contains(&since) {
                Contact::Fresh
            } else {
                Contact::Unknown
            },
        });
        let mut steps: VecDeque<Step> = session
            .step(Event::Begin {
                outlook,
                pull: true,
            })
            .into();
        let mut flights: JoinSet<Landed> = JoinSet::new();
        let mut last: Option<Ahead> = None;
        loop {
            let Some(step) = steps.pop_front() else {
                let Some(landed) = flights.join_next().await else {
                    // The session waits for nothing: it has ended.
                    return Ok(Finish::Done);
                };
                let Ok(landed) = landed else {
                    return Ok(Finish::Stopped(Stop::NotReached));
                };
                if landed.items > 0 {
                    match &landed.answer {
                        Ok(_) => self.pace().answered(landed.items, landed.took),
                        Err(_) => self.pace().failed(),
                    }
                }
                let event = self.read_answer(landed.number, landed.nonce, landed.answer);
                summary.reached |= matches!(event, Event::Replied { .. });
                steps.extend(session.step(event));
                continue;
            };
            match step {
                Step::ReadItems { lane, from, max } => {
                    let max = max.min(self.pace().items());
                    let (before, items) = self
                        .on_files(move |store| Ok(store.read_items(&lane, from, max)?))
                        .await?;
                    steps.extend(session.step(Event::ItemsRead {
                        lane,
                        before,
                        items,
                    }));
                }
                Step::ReadPiece { address, offset } => {
                    let max = self.pace().piece_bytes();
                    let bytes = self
                        .on_files(move |store| Ok(store.read_piece(address, offset, max)?))
                        .await?;
                    steps.extend(session.step(Event::PieceRead {
                        address,
                        offset,
                        bytes,
                    }));
                }
                Step::MarkSent { lane, through } => {
                    self.on_files(move |store| Ok(store.mark_sent(&lane, through)?))
                        .await?;
                    steps.extend(session.step(Event::SentMarked { lane, through }));
                }
                Step::Post(post) => {
                    let entries = sent_entries(&post);
                    let pieces: usize = post.pieces.iter().map(|piece| piece.bytes.len()).sum();
                    let items = match &post.batch {
                        Some(batch) => batch.items.len(),
                        None => Pace::as_items(pieces),
                    };
                    let holds_back = if post.batch.is_none() && post.pieces.is_empty() {
                        wait
                    } else {
                        Duration::ZERO
                    };
                    let (number, nonce, body) = self.sign(post, &pullers, holds_back).await?;
                    let client = self.client.clone();
                    let (body, landing, ahead) = ahead::request(body, items);
                    let before = last.replace(ahead);
                    let one_at_a_time = self.pace().is_one_at_a_time();
                    let sent = Arc::clone(sent);
                    flights.spawn(async move {
                        let goes = match before {
                            Some(before) => before.lets_go(items, one_at_a_time).await,
                            None => true,
                        };
                        let begun = Instant::now();
                        let answer = if goes {
                            sent.fetch_add(entries, Ordering::Relaxed);
                            let body = reqwest::Body::wrap(body);
                            client.post("v1/sync", body, holds_back).await
                        } else {
                            Err(ClientError::NotReached(None))
                        };
                        if !matches!(answer, Err(ClientError::NotReached(_))) {
                            landing.answered();
                        }
                        Landed {
                            number,
                            nonce,
                            items: if goes { items } else { 0 },
                            took: begun.elapsed(),
                            answer,
                        }
                    });
                }
                Step::Apply(answer) => {
                    let site_time = self.site_time();
                    let tell = Arc::clone(&tell);
                    let host = self.host.clone();
                    let (applied, went_on, outlook) = self
                        .on_files(move |store| {
                            let applied = store.apply(&answer, site_time)?;
                            let went_on = go_on(store, &applied, &host)?;
                            tell(News::of(&answer, &applied, went_on));
                            Ok((applied, went_on, store.outlook()?))
                        })
                        .await?;
                    summary.went_on |= went_on;
                    summary.disabled.extend(&applied.disabled);
                    // The site says it again, which helps after a pause only.
                    let is_unswept = |ignored: &_| matches!(ignored, Ignored::Unswept(_));
                    summary.not_yet_applied |= applied.ignored.iter().any(is_unswept);
                    for ignored in &applied.ignored {
                        tracing::warn!(?ignored, "something in the site's answer was left alone");
                    }
                    done += applied.received;
                    progress(done.min(total), total);
                    summary.received += applied.received;
                    summary.parked += applied.parked.len() as u64;
                    steps.extend(session.step(Event::Applied {
                        outlook,
                        restarted: applied.restarted,
                        more: applied.more,
                    }));
                }
                Step::Finish(finish) => return Ok(finish),
            }
        }
    }

    fn pace(&self) -> MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn sign(
        &self,
        post: Post,
        pullers: &[Puller],
        wait: Duration,
    ) -> Result<(u64, [u8; 16], Vec<u8>), RunError> {
        let number = post.number;
        let nonce = self.host.bytes();
        let now = self.site_time();
        let (store, device_key) = (self.store.clone(), self.device_key.clone());
        let (site, device, pullers) = (self.site, self.device, pullers.to_vec());
        let wait_seconds = u16::try_from(wait.as_secs()).unwrap_or(u16::MAX);
        let made = tokio::task::spawn_blocking(move || {
            let envelope = Envelope {
                store: &store,
                device_key: &device_key,
                site,
                device,
                nonce,
                now,
                pullers: &pullers,
                wait_seconds,
            };
            request::make(&envelope, post)
        });
        let body = made.await.map_err(|_| RunError::Ending)??;
        Ok((number, nonce, body))
    }

    fn read_answer(
        &self,
        request: u64,
        nonce: [u8; 16],
        answer: Result<Vec<u8>, ClientError>,
    ) -> Event {
        let failed = |failure| {
            self.answered_ms.store(0, Ordering::Relaxed);
            Event::Failed { request, failure }
        };
        let bytes = match answer {
            Ok(bytes) => bytes,
            Err(ClientError::NotPinned) => return failed(Failure::NotPinned),
            Err(ClientError::Status(503)) => {
                let reply = Outcome::Busy {
                    retry_after_seconds: 2,
                };
                return self.replied(request, ProtocolRange::OURS, nonce, reply);
            }
            Err(ClientError::Status(_) | ClientError::TooLong) => {
                return failed(Failure::Unreadable);
            }
            Err(_) => return failed(Failure::NotReached),
        };
        match from_cbor::<SyncReply>(&bytes, "a reply") {
            Ok(reply) if reply.nonce == nonce => {
                let now = self.host.now();
                let offset = reply.site_time - now;
                self.offset_ms
                    .store(offset.num_milliseconds(), Ordering::Relaxed);
                self.answered_ms
                    .store(now.timestamp_millis(), Ordering::Relaxed);
                Event::Replied {
                    request,
                    reply: Box::new(reply),
                }
            }
            _ => match Greeting::of_reply(&bytes) {
                // A version that shares none with ours may have changed all the
                // rest, and cannot know which request it did not read.
                Ok(Greeting { protocol, .. })
                    if ProtocolRange::OURS.common(&protocol).is_none() =>
                {
                    self.answered_ms.store(0, Ordering::Relaxed);
                    self.replied(request, protocol, nonce, Outcome::UpdateNeeded)
                }
                _ => failed(Failure::Unreadable),
            },
        }
    }

    /// A reply that did not come as one.
    fn replied(
        &self,
        request: u64,
        protocol: ProtocolRange,
        nonce: [u8; 16],
        outcome: Outcome,
    ) -> Event {
        let reply = SyncReply {
            protocol,
            site_time: self.host.now(),
            nonce,
            outcome,
        };
        Event::Replied {
            request,
            reply: Box::new(reply),
        }
    }
}

impl Link {
    /// Site time as this device believes it: its own clock, and how far the
    /// site was from it at the last answer.
    fn site_time(&self) -> DateTime<Utc> {
        let offset = TimeDelta::milliseconds(self.offset_ms.load(Ordering::Relaxed));
        let clock = self.host.now();
        clock.checked_add_signed(offset).unwrap_or(clock)
    }

    /// Work on the files, off the threads that wait for the network.
    async fn on_files<T: Send + 'static>(
        &self,
        work: impl FnOnce(&DeviceStore) -> Result<T, RunError> + Send + 'static,
    ) -> Result<T, RunError> {
        let store = self.store.clone();
        tokio::task::spawn_blocking(move || work(&store))
            .await
            .map_err(|_| RunError::Ending)?
    }
}

/// Goes on in a new life of the journal when the site has proved that another
/// copy of this device exists.
fn go_on(store: &DeviceStore, applied: &Applied, host: &Host) -> Result<bool, RunError> {
    let Some((lane, why)) = &applied.outlived else {
        return Ok(false);
    };
    let incarnation = Incarnation(host.uuid_v4());
    let now_ms = host.now().timestamp_millis();
    let begun = store
        .go_on(lane, *why, incarnation, now_ms)
        .map_err(RunError::GoOn)?;
    if begun.is_some() {
        tracing::warn!(
            ?why,
            "another copy of this device exists: the journal goes on in a new lane"
        );
    }
    Ok(begun.is_some())
}

/// Entries in a post; contexts and placeholders are not somebody's work.
fn sent_entries(post: &Post) -> u64 {
    post.batch.as_ref().map_or(0, |batch| {
        let entries = batch
            .items
            .iter()
            .filter(|item| matches!(item, Item::Entry { .. } | Item::Resealed { .. }));
        entries.count() as u64
    })
}
