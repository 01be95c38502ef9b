//! Requests that do not overtake each other.
//!
//! **Why.** Requests are in flight on connections of their own. One that needs a
//! new connection takes longer to begin, and one that is small is through before
//! a large one with which it shares the line. The site would then lack what
//! comes before, and what was overtaking would have to go again.
//!
//! **How.** Each request waits for the one before it: until its bytes are on
//! their way, or, when it has more items or the line is quick, until it has
//! landed.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::sync::oneshot;

/// A request's body in one piece, which says when it has left.
pub struct Told {
    bytes: Option<Bytes>,
    /// Dropped, which tells, once the connection has taken the bytes.
    leaving: Option<Gone>,
}

/// Nothing is ever sent on it: what waits for it sees that it has gone.
type Gone = oneshot::Sender<()>;

/// Held for as long as a request is on its way.
pub struct Landing(#[expect(dead_code, reason = "held until it is dropped")] Gone);

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
    /// Waits until a request of so many items may go.
    pub async fn lets_go(self, items: usize, one_at_a_time: bool) {
        let _ = self.left.await;
        if one_at_a_time || items < self.items {
            let _ = self.landed.await;
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

    /// Whether a request of so many items may go now.
    fn may_go(ahead: Ahead, items: usize, one_at_a_time: bool) -> bool {
        let mut waiting = pin!(ahead.lets_go(items, one_at_a_time));
        let mut now = Context::from_waker(Waker::noop());
        waiting.as_mut().poll(&mut now).is_ready()
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
        assert!(!may_go(ahead, 5, false));

        let (mut body, _landing, ahead) = request(vec![7; 3], 5);
        assert_eq!(body.size_hint().exact(), Some(3));
        assert_eq!(leave(&mut body), vec![7; 3]);
        assert!(body.is_end_stream());
        assert!(may_go(ahead, 5, false));
    }

    #[test]
    fn a_smaller_one_and_one_on_a_quick_line_wait_until_the_other_has_landed() {
        let (mut body, _landing, ahead) = request(vec![7; 3], 5);
        leave(&mut body);
        assert!(!may_go(ahead, 4, false));

        let (mut body, _landing, ahead) = request(vec![7; 3], 5);
        leave(&mut body);
        assert!(!may_go(ahead, 5, true));

        let (mut body, landing, ahead) = request(vec![7; 3], 5);
        leave(&mut body);
        drop(landing);
        assert!(may_go(ahead, 4, false));
    }

    #[test]
    fn one_that_never_leaves_holds_nobody_up() {
        let (body, landing, ahead) = request(Vec::new(), 5);
        drop((body, landing));
        assert!(may_go(ahead, 1, true));
    }
}
