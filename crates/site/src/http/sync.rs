//! `POST /v1/sync`.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::http::{Request, StatusCode};
use axum::response::{IntoResponse as _, Response};
use handoff_protocol::message::{Answer, FeedPart, Greeting, MAX_MESSAGE, Outcome};
use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};

use super::{Shared, cbor, read};
use crate::answer::AnswerError;
use crate::custody::Taken;
use crate::storage::StorageError;

/// How long the last batch's answer waits for the applier, so that it says at
/// once what became of the entries.
const APPLY_FOR: Duration = Duration::from_millis(500);
/// It waits for no more entries than the applier gets through in that time;
/// behind more, the receipt is all that a device waits for.
const APPLIED_SOON: u64 = 500;
/// How long a batch waits for the one that it follows: they come by two
/// connections, and a lost packet lets either be first.
const FOLLOWS_WITHIN: Duration = Duration::from_secs(1);
/// How long a device may ask to wait for news.
const LONGEST_WAIT: Duration = Duration::from_secs(55);
/// Seconds after which a device may come again when too many wait.
const CROWDED_FOR: u32 = 2;

pub(super) async fn sync(State(shared): State<Arc<Shared>>, request: Request<Body>) -> Response {
    if shared.is_damaged() {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let (bytes, room) = match read(&shared, request, MAX_MESSAGE).await {
        Ok(read) => read,
        Err(status) => return status.into_response(),
    };
    // Rung before anything is read, so that nothing is missed.
    let mut news = shared.site.wake().listen();
    let Some(turn) = shared.turn().await else {
        let now = shared.site.host.now();
        let busy = Outcome::Busy {
            retry_after_seconds: CROWDED_FOR,
        };
        return cbor(&shared.site.reply(nonce(&bytes), now, busy));
    };
    let site = Arc::clone(&shared.site);
    let taken = tokio::task::spawn_blocking(move || site.take(&bytes)).await;
    drop(turn);
    let taken = match taken {
        Ok(Ok(taken)) => taken,
        Ok(Err((reply, None))) => return cbor(&reply),
        Ok(Err((reply, Some(error)))) => {
            shared.note(&error);
            return if error.is_transient() {
                cbor(&reply)
            } else {
                StatusCode::SERVICE_UNAVAILABLE.into_response()
            };
        }
        Err(_) => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    };
    let taken = match follow(&shared, taken, &mut news).await {
        Ok(taken) => Arc::new(taken),
        Err(status) => return status.into_response(),
    };
    drop(room);
    match answer(&shared, &taken, &mut news).await {
        Ok(answer) => {
            let (nonce, now) = (taken.request.nonce, shared.site.host.now());
            let done = Outcome::Done(Box::new(answer));
            cbor(&shared.site.reply(nonce, now, done))
        }
        // What was taken is taken; the device asks again and gets its receipt.
        Err(status) => status.into_response(),
    }
}

/// The nonce of a request that is not worked on.
fn nonce(bytes: &[u8]) -> [u8; 16] {
    Greeting::of_request(bytes).map_or([0; 16], |greeting| greeting.nonce)
}

/// Takes what is ahead of its lane too, if what it follows comes in time.
async fn follow(
    shared: &Arc<Shared>,
    mut taken: Taken,
    news: &mut watch::Receiver<u64>,
) -> Result<Taken, StatusCode> {
    let until = Instant::now() + FOLLOWS_WITHIN;
    while taken.is_ahead() && timeout_at(until, news.changed()).await.is_ok() {
        let _turn = shared.turn().await.ok_or(StatusCode::SERVICE_UNAVAILABLE)?;
        let site = Arc::clone(&shared.site);
        let again = tokio::task::spawn_blocking(move || {
            let done = site.take_ahead(&mut taken);
            (taken, done)
        });
        let (after, done) = again.await.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
        taken = after;
        if let Err(error) = done {
            shared.note(&error);
            // The gap is told, and the device sends it again.
            break;
        }
    }
    Ok(taken)
}

async fn answer(
    shared: &Arc<Shared>,
    taken: &Arc<Taken>,
    news: &mut watch::Receiver<u64>,
) -> Result<Answer, StatusCode> {
    let started = Instant::now();
    if is_last(taken) {
        let until = started + APPLY_FOR;
        while (1..=APPLIED_SOON).contains(&left_to_apply(shared, taken).await?) {
            if timeout_at(until, news.changed()).await.is_err() {
                break;
            }
        }
    }
    let wait = Duration::from_secs(u64::from(taken.request.wait_seconds)).min(LONGEST_WAIT);
    let until = started + wait;
    loop {
        news.borrow_and_update();
        let answer = make(shared, taken).await?;
        let may_wait = wait > Duration::ZERO && !taken.any_new && !shared.is_closing();
        if !may_wait || has_news(&answer) || timeout_at(until, news.changed()).await.is_err() {
            return Ok(answer);
        }
    }
}

async fn make(shared: &Arc<Shared>, taken: &Arc<Taken>) -> Result<Answer, StatusCode> {
    let _turn = shared.turn().await.ok_or(StatusCode::SERVICE_UNAVAILABLE)?;
    let (site, taken) = (Arc::clone(&shared.site), Arc::clone(taken));
    let made = tokio::task::spawn_blocking(move || site.answer(&taken)).await;
    match made {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(AnswerError::Storage(error))) => {
            shared.note(&error);
            Err(StatusCode::SERVICE_UNAVAILABLE)
        }
        Ok(Err(AnswerError::Codec(_))) | Err(_) => Err(StatusCode::INTERNAL_SERVER_ERROR),
    }
}

/// Nothing of the device's lanes follows this request.
fn is_last(taken: &Taken) -> bool {
    taken.any_new
        && taken.request.batches.iter().all(|batch| {
            // Verified before it was taken.
            handoff_protocol::from_cbor::<handoff_protocol::batch::BatchHead>(
                &batch.head.bytes,
                "a head",
            )
            .is_ok_and(|head| {
                taken
                    .request
                    .lanes
                    .iter()
                    .filter(|report| report.lane == head.lane)
                    .all(|report| report.head.seq <= head.through.seq)
            })
        })
}

/// How many entries of these lanes are not judged yet.
async fn left_to_apply(shared: &Arc<Shared>, taken: &Arc<Taken>) -> Result<u64, StatusCode> {
    let (site, taken) = (Arc::clone(&shared.site), Arc::clone(taken));
    let looked = tokio::task::spawn_blocking(move || {
        site.storage.reading(|reads| {
            let mut left = 0;
            for (_, id) in &taken.lines {
                if let Some(line) = reads.line(*id)? {
                    left += line.head.seq.saturating_sub(line.applied_through);
                }
            }
            Ok::<_, StorageError>(left)
        })
    });
    match looked.await {
        Ok(Ok(left)) => Ok(left),
        Ok(Err(error)) => {
            shared.note(&error);
            Err(StatusCode::SERVICE_UNAVAILABLE)
        }
        Err(_) => Err(StatusCode::INTERNAL_SERVER_ERROR),
    }
}

/// Something that the device did not know.
fn has_news(answer: &Answer) -> bool {
    let has = |part: &FeedPart| part.snapshot || !part.items.is_empty();
    answer.site_feed.as_ref().is_some_and(has)
        || answer.user_feeds.iter().any(|(_, part)| has(part))
        || !answer.gaps.is_empty()
        || answer.erasures.is_some()
}
