//! Keeps the device in touch with its site by itself: sends what was saved,
//! also while everybody is locked; hears of decisions at once while the site
//! answers; tries again with a growing pause while it does not.

use std::sync::Arc;
use std::time::Duration;

use handoff_protocol::epoch::EpochRecord;
use handoff_protocol::from_cbor;
use handoff_protocol::ids::Seq;
use handoff_protocol::receipt::Receipt;
use handoff_sync::Backoff;
use handoff_sync::device::Stop;
use tokio::sync::broadcast;
use tokio::time::{Instant, timeout_at};

use super::{Core, CoreError, locked};
use crate::contract::{Connection, ErrorCode, Event, SyncProgress, SyncView, Topic};
use crate::sync::{News, Progress, StopReason, Summary, Tell};

/// What the newest receipt proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// Taken by the site up to here.
    pub through_seq: Seq,
    /// Applied by the site, or parked, up to here.
    pub applied_through: Seq,
    /// The chain hash there, hex; empty without a receipt.
    pub head: String,
    /// The site's epoch.
    pub epoch: String,
}

/// How long the site may hold an answer back while nothing happens.
const HOLD_BACK: Duration = Duration::from_secs(20);
/// How long the site gets to apply what it has taken before it is asked again.
const APPLY_PAUSE: Duration = Duration::from_millis(300);
/// The longest of those pauses.
const LONGEST_APPLY_PAUSE: Duration = Duration::from_secs(30);
/// How often an untouched session is looked at.
const LOOK: Duration = Duration::from_secs(5);

impl Core {
    /// Runs until the core is closed.
    pub async fn drive(self: Arc<Self>) {
        let mut backoff = Backoff::default();
        let mut look = tokio::time::interval(LOOK);
        let mut quiet = false;
        // Answers in a row that said "taken and not applied".
        let mut unapplied = 0;
        loop {
            if self.state().closed {
                return;
            }
            self.lock_when_left();
            if self.state().device.is_none() {
                tokio::select! {
                    () = self.wake.notified() => {}
                    _ = look.tick() => {}
                }
                continue;
            }
            let wait = if quiet { HOLD_BACK } else { Duration::ZERO };
            let session = self.session(wait);
            tokio::pin!(session);
            let ended = loop {
                tokio::select! {
                    summary = &mut session => break Some(summary),
                    // Something to send, somebody signed in or out: begin anew.
                    () = self.wake.notified(), if quiet => break None,
                    // A look at the clock does not end the wait.
                    _ = look.tick() => self.lock_when_left(),
                }
            };
            let Some(summary) = ended else {
                quiet = false;
                continue;
            };
            let pause = match &summary.stop {
                None => {
                    backoff.succeeded();
                    let is_carrying = summary.is_carrying;
                    quiet = !summary.not_yet_applied && !is_carrying;
                    unapplied = if quiet || is_carrying {
                        0
                    } else {
                        unapplied + 1
                    };
                    if quiet || is_carrying {
                        Duration::ZERO
                    } else {
                        apply_pause(unapplied)
                    }
                }
                Some(stop) => {
                    quiet = false;
                    self.pause_after(stop, &mut backoff)
                }
            };
            if !pause.is_zero() {
                let next = self.host.now() + pause;
                self.show(|connection| connection.next_try_at = Some(next));
                tokio::select! {
                    () = self.wake.notified() => {}
                    () = tokio::time::sleep(pause) => {}
                }
                self.show(|connection| connection.next_try_at = None);
            }
        }
    }

    fn pause_after(&self, stop: &StopReason, backoff: &mut Backoff) -> Duration {
        let [jitter] = self.host.bytes();
        match stop {
            StopReason::Site(Stop::Busy(seconds)) => Duration::from_secs(u64::from(*seconds)),
            StopReason::Site(Stop::UpdateNeeded | Stop::SiteUpdateNeeded | Stop::Refused(_)) => {
                Duration::from_secs(60)
            }
            _ => backoff.failed(link_is_up(), jitter),
        }
    }

    /// One sync now, whatever the pause says.
    pub async fn sync_once(&self, wait: Duration) -> SyncView {
        // A wait in the driver gives way.
        self.wake.notify_one();
        let summary = self.session(wait).await;
        self.sync_view(&summary)
    }

    /// Syncs until the site has applied what it has taken, or the time is up.
    pub async fn sync_until_applied(&self, at_most: Duration) -> SyncView {
        let mut whole = Summary::default();
        let mut until = Instant::now() + at_most;
        // Taken and not applied in time is no failure: receipts are here.
        while let Ok(summary) = timeout_at(until, self.session(Duration::ZERO)).await {
            whole.sent += summary.sent;
            whole.received += summary.received;
            whole.parked += summary.parked;
            whole.went_on |= summary.went_on;
            whole.stop = summary.stop;
            if whole.stop.is_some() || !(summary.not_yet_applied || summary.is_carrying) {
                break;
            }
            if summary.is_carrying {
                // A long one takes its time.
                until = Instant::now() + at_most;
            } else {
                tokio::time::sleep_until(until.min(Instant::now() + APPLY_PAUSE)).await;
            }
        }
        self.sync_view(&whole)
    }

    /// What the newest receipt of the lane that is written to proves.
    ///
    /// # Errors
    /// [`CoreError`].
    pub fn proof(&self) -> Result<Proof, CoreError> {
        let device = self.device()?;
        let report = device.store.lane_reports()?.into_iter().last();
        let receipt = report.and_then(|report| report.receipt);
        let receipt: Option<Receipt> = match receipt {
            Some(signed) => Some(from_cbor(&signed.bytes, "a receipt")?),
            None => None,
        };
        let epoch: EpochRecord = from_cbor(&device.store.enrolment()?.epoch.bytes, "an epoch")?;
        Ok(Proof {
            through_seq: receipt.as_ref().map_or(0, |receipt| receipt.through.seq),
            applied_through: receipt
                .as_ref()
                .map_or(0, |receipt| receipt.applied_through),
            head: receipt.map_or_else(String::new, |receipt| {
                receipt
                    .through
                    .hash
                    .iter()
                    .map(|byte| format!("{byte:02x}"))
                    .collect()
            }),
            epoch: epoch.id.to_string(),
        })
    }

    fn sync_view(&self, summary: &Summary) -> SyncView {
        let short = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
        let waiting = self
            .device()
            .and_then(|device| Ok(device.store.counts()?.waiting))
            .unwrap_or_default();
        SyncView {
            sent: short(summary.sent),
            received: short(summary.received),
            parked: short(summary.parked),
            waiting: short(waiting),
            went_on: summary.went_on,
            error: summary.stop.as_ref().map(error_of),
        }
    }

    /// One session, and what it means for the window.
    async fn session(&self, wait: Duration) -> Summary {
        let _one_at_a_time = self.syncing.lock().await;
        let Ok(device) = self.device() else {
            return Summary::default();
        };
        let pullers = self
            .state()
            .signed_in
            .iter()
            .map(|signed_in| Arc::downgrade(&signed_in.session))
            .collect();
        let (total, events) = (self.waiting(), self.events.clone());
        if total > 0 {
            self.show(|connection| connection.state = Connection::Syncing);
        }
        let progress: Progress = Arc::new(move |done, all| {
            if all > 0 && done > 0 {
                let _ = events.send(Event::Changed {
                    topics: vec![Topic::Connection, Topic::Queue],
                });
            }
        });
        let events = self.events.clone();
        let tell: Tell = Arc::new(move |news| announce_news(&events, &news));
        let summary = device.link.session(pullers, wait, progress, tell).await;
        self.after(&summary);
        summary
    }

    fn after(&self, summary: &Summary) {
        let now = self.host.now();
        // Whoever may not read any more is signed out; the next unlock of
        // theirs lets them write.
        let is_out = self
            .state()
            .signed_in
            .as_ref()
            .is_some_and(|who| who.session.can_read() && summary.disabled.contains(&who.user));
        if is_out {
            self.lock_now();
        }
        let error = summary.stop.as_ref().map(error_of);
        self.show(|connection| {
            connection.progress = None;
            connection.last_error = error;
            if summary.reached {
                connection.last_success_at = Some(now);
            }
            connection.state = match error {
                None => Connection::Online,
                Some(ErrorCode::UpdateNeeded) => Connection::UpdateNeeded,
                Some(ErrorCode::SiteUpdateNeeded) => Connection::SiteUpdateNeeded,
                Some(ErrorCode::SiteNotPinned | ErrorCode::NotEnrolled) => Connection::NotAccepted,
                Some(ErrorCode::SiteAnswerUnreadable) if summary.reached => Connection::NotAccepted,
                Some(_) => Connection::Offline,
            };
        });
        if summary.sent > 0 {
            self.announce(&[Topic::Queue, Topic::Referrals]);
        }
    }

    fn waiting(&self) -> u32 {
        let waiting = self
            .device()
            .and_then(|device| Ok::<_, CoreError>(device.store.counts()?.waiting));
        u32::try_from(waiting.unwrap_or_default()).unwrap_or(u32::MAX)
    }

    /// Changes what is shown of the connection, and says so if it did change.
    fn show(&self, change: impl FnOnce(&mut crate::contract::ConnectionView)) {
        let changed = {
            let mut connection = locked(&self.connection);
            let before = connection.clone();
            change(&mut connection);
            if connection.state == Connection::Syncing {
                let total = self.waiting();
                connection.progress = Some(SyncProgress { done: 0, total });
            }
            before != *connection
        };
        if changed {
            self.announce(&[Topic::Connection]);
        }
    }
}

/// How long the site gets before it is asked again what it has applied: longer
/// each time, because one that is stuck is not helped by being asked.
fn apply_pause(times: u32) -> Duration {
    let doubled = APPLY_PAUSE.saturating_mul(1 << times.saturating_sub(1).min(8));
    doubled.min(LONGEST_APPLY_PAUSE)
}

/// Says what an answer has changed: the topics first, so that a window that
/// hears of a decision reads it.
fn announce_news(events: &broadcast::Sender<Event>, news: &News) {
    let mut topics = Vec::new();
    if news.site {
        topics.extend([Topic::Packs, Topic::Device]);
    }
    if news.referrals || !news.decided.is_empty() {
        topics.extend([Topic::Queue, Topic::Referrals]);
    }
    // Nobody listening is not an error.
    if !topics.is_empty() {
        let _ = events.send(Event::Changed { topics });
    }
    for (referral, verification) in &news.decided {
        let _ = events.send(Event::Decided {
            referral: referral.0,
            verification: *verification,
        });
    }
}

/// The code that the window has a sentence for.
fn error_of(stop: &StopReason) -> ErrorCode {
    match stop {
        StopReason::Site(Stop::NotReached | Stop::Busy(_)) => ErrorCode::SiteNotReached,
        StopReason::Site(Stop::NotPinned) => ErrorCode::SiteNotPinned,
        StopReason::Site(Stop::UpdateNeeded) => ErrorCode::UpdateNeeded,
        StopReason::Site(Stop::SiteUpdateNeeded) => ErrorCode::SiteUpdateNeeded,
        StopReason::Site(Stop::Refused(_) | Stop::Unreadable | Stop::GoesInCircles) => {
            ErrorCode::SiteAnswerUnreadable
        }
        StopReason::Files(error) => {
            tracing::error!(%error, "a sync stopped at this device's files");
            ErrorCode::Internal
        }
    }
}

/// Whether any network link but the loopback is up. Where the system does not
/// say, it counts as up: a try costs little.
fn link_is_up() -> bool {
    let Ok(links) = std::fs::read_dir("/sys/class/net") else {
        return true;
    };
    let mut any = false;
    for link in links.flatten() {
        if link.file_name() == "lo" {
            continue;
        }
        any = true;
        let state = std::fs::read_to_string(link.path().join("operstate")).unwrap_or_default();
        if matches!(state.trim(), "up" | "unknown") {
            return true;
        }
    }
    // A machine with no link at all talks to itself, if to anybody.
    !any
}
