//! Requests that do not overtake each other.
//!
//! **Why.** Requests are in flight on connections of their own. One that needs a
//! new connection takes longer to begin, and one that is small is through before
//! a large one with which it shares the line. The site would then lack what
//! comes before, and what was overtaking would have to go again.
//!
//! **How.** Each request waits for the one before it: until its bytes are on
//! their way, or, when that one has more items, the line is quick, or both
//! together are more than one batch may be, until it has landed. One that waits
//! for another that fails does not go. So a break costs one batch at most
//! ([`MOST_ITEMS`]).

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use handoff_sync::pace::MOST_ITEMS;
use http_body::{Body, Frame, SizeHint};
use tokio::sync::oneshot;
use tokio::sync::oneshot::error::TryRecvError;

/// A request's body in one piece, which says when it has left.
pub struct Told {
    bytes: Option<Bytes>,
    /// Dropped, which tells, once the connection has taken the bytes.
    leaving: Option<Gone>,
}

/// Nothing is ever sent on it: what waits for it sees that it has gone.
type Gone = oneshot::Sender<()>;

/// Held for as long as a request is on its way; dropped, it has failed.
pub struct Landing(oneshot::Sender<()>);

impl Landing {
    /// The request was answered.
    pub fn answered(self) {
        // Nobody may wait for it.
        let _ = self.0.send(());
    }
}

/// A request that the next one must not overtake.
pub struct Ahead {
    left: oneshot::Receiver<()>,
    landed: oneshot::Receiver<()>,
    items: usize,
}

/// A request of so many items: its body, what has to be held until it has
/// landed, and what the next one waits for.
pub fn request(bytes: Vec<u8>, items: usize) -> (Told, Landing, Ahead) {
    let (leaving, left) = oneshot::channel();
    let (landing, landed) = oneshot::channel();
    let body = Told {
        bytes: Some(bytes.into()),
        leaving: Some(leaving),
    };
    let ahead = Ahead {
        left,
        landed,
        items,
    };
    (body, Landing(landing), ahead)
}

impl Ahead {
    /// Waits until a request of so many items may go. `false`: the one before it
    /// has failed, and so would this one.
    pub async fn lets_go(mut self, items: usize, one_at_a_time: bool) -> bool {
        let _ = self.left.await;
        if one_at_a_time || items < self.items || items + self.items > MOST_ITEMS {
            self.landed.await.is_ok()
        } else {
            self.landed.try_recv() != Err(TryRecvError::Closed)
        }
    }
}

impl Body for Told {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.leaving = None;
        Poll::Ready(self.bytes.take().map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.bytes.as_ref().map_or(0, |bytes| bytes.len() as u64))
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::Waker;

    use super::*;

    const WAITS: Poll<bool> = Poll::Pending;
    const GOES: Poll<bool> = Poll::Ready(true);
    const DOES_NOT_GO: Poll<bool> = Poll::Ready(false);

    /// What a request of so many items does now.
    fn then(ahead: Ahead, items: usize, one_at_a_time: bool) -> Poll<bool> {
        let mut waiting = pin!(ahead.lets_go(items, one_at_a_time));
        let mut now = Context::from_waker(Waker::noop());
        waiting.as_mut().poll(&mut now)
    }

    fn leave(body: &mut Told) -> Bytes {
        let mut now = Context::from_waker(Waker::noop());
        match Pin::new(body).poll_frame(&mut now) {
            Poll::Ready(Some(frame)) => frame.unwrap().into_data().unwrap(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_next_one_waits_until_the_bytes_are_taken() {
        let (_body, _landing, ahead) = request(vec![7; 3], 5);
        assert_eq!(then(ahead, 5, false), WAITS);

        let (mut body, _landing, ahead) = request(vec![7; 3], 5);
        assert_eq!(body.size_hint().exact(), Some(3));
        assert_eq!(leave(&mut body), vec![7; 3]);
        assert!(body.is_end_stream());
        assert_eq!(then(ahead, 5, false), GOES);
    }

    #[test]
    fn a_smaller_one_and_one_on_a_quick_line_wait_until_the_other_has_landed() {
        let (mut body, _landing, ahead) = request(vec![7; 3], 5);
        leave(&mut body);
        assert_eq!(then(ahead, 4, false), WAITS);

        let (mut body, _landing, ahead) = request(vec![7; 3], 5);
        leave(&mut body);
        assert_eq!(then(ahead, 5, true), WAITS);

        let (mut body, landing, ahead) = request(vec![7; 3], 5);
        leave(&mut body);
        landing.answered();
        assert_eq!(then(ahead, 4, false), GOES);
    }

    #[test]
    fn what_is_in_flight_is_one_batch_at_most() {
        let (mut body, _landing, ahead) = request(vec![7; 3], MOST_ITEMS / 2);
        leave(&mut body);
        assert_eq!(then(ahead, MOST_ITEMS / 2, false), GOES);

        let (mut body, _landing, ahead) = request(vec![7; 3], MOST_ITEMS / 2);
        leave(&mut body);
        assert_eq!(then(ahead, MOST_ITEMS / 2 + 1, false), WAITS);
    }

    #[test]
    fn none_goes_after_one_that_failed() {
        for one_at_a_time in [false, true] {
            let (body, landing, ahead) = request(vec![7; 3], 5);
            drop((body, landing));
            assert_eq!(then(ahead, 5, one_at_a_time), DOES_NOT_GO);
        }
    }
}
