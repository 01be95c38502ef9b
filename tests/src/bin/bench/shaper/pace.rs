//! What a line does to packets, as arithmetic: no clock and no socket. Times
//! are counted from when the line began.

use std::time::Duration;

use handoff_tests::synthetic::Seeded;

/// Bytes of a stream that one packet carries.
pub const PAYLOAD: usize = 1448;
/// Headers of IPv4 and of TCP with timestamps.
const HEADERS: u64 = 52;
/// How long TCP waits before it sends a lost packet again, at least; then twice
/// as long each time. Where others follow at once it notices within one round
/// trip, so that this is the worse case.
const RESEND_AFTER: Duration = Duration::from_millis(200);
/// The same for the packets that open a connection.
const OPEN_AGAIN_AFTER: Duration = Duration::from_secs(1);
/// Nothing is lost more often than this.
const MOST_LOSSES: u32 = 8;

/// Bytes on the wire for so many bytes of a stream in one packet.
pub fn on_wire(payload: usize) -> u64 {
    payload as u64 + HEADERS
}

/// A line, as it is for everybody who uses it.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    /// Bits that go up in a second.
    pub up: u64,
    /// Bits that come down in a second.
    pub down: u64,
    /// From one end to the other.
    pub latency: Duration,
    /// Packets of a thousand that are lost.
    pub lost_per_mille: u64,
    /// When it works at all; always, without.
    pub windows: Option<Windows>,
    /// What decides which packets are lost.
    pub seed: u64,
}

/// A line that works for some time, then not, and again.
#[derive(Debug, Clone, Copy)]
pub struct Windows {
    /// It works for so long.
    pub up: Duration,
    /// Then it does not for so long.
    pub down: Duration,
    /// How much of the first of these times had passed when the line began.
    pub passed: Duration,
}

impl Windows {
    /// When the line works, from a time on: that time, or later.
    pub fn works_from(&self, at: Duration) -> Duration {
        let cycle = self.up + self.down;
        let place = (at + self.passed).as_nanos() % cycle.as_nanos().max(1);
        if place < self.up.as_nanos() {
            return at;
        }
        let left = cycle.as_nanos().saturating_sub(place);
        at + Duration::from_nanos(u64::try_from(left).unwrap_or(u64::MAX))
    }

    /// Whether it works at a time.
    pub fn works(&self, at: Duration) -> bool {
        self.works_from(at) == at
    }
}

/// Lets bytes through at a rate: a bucket that begins empty and holds nothing
/// back for later, so that a packet has left when its own last bit has.
#[derive(Debug)]
pub struct Bucket {
    bits_a_second: u64,
    free_at: Duration,
}

impl Bucket {
    /// At this rate.
    pub fn new(bits_a_second: u64) -> Self {
        Self {
            bits_a_second: bits_a_second.max(1),
            free_at: Duration::ZERO,
        }
    }

    /// When so many bytes have left that are there at a time; those before them
    /// leave first.
    pub fn leave(&mut self, at: Duration, bytes: u64) -> Duration {
        let nanos = bytes.saturating_mul(8_000_000_000) / self.bits_a_second;
        self.free_at = self.free_at.max(at) + Duration::from_nanos(nanos);
        self.free_at
    }
}

/// Decides which packets are lost: from a seed, the same each time.
#[derive(Debug)]
pub struct Losses {
    rng: Seeded,
    per_mille: u64,
}

impl Losses {
    /// So many of a thousand.
    pub fn new(seed: u64, per_mille: u64) -> Self {
        Self {
            rng: Seeded::new(seed),
            per_mille,
        }
    }

    /// How often the next packet is lost before it arrives.
    pub fn next(&mut self) -> u32 {
        let mut times = 0;
        while times < MOST_LOSSES && self.rng.below(1000) < self.per_mille {
            times += 1;
        }
        times
    }
}

/// What waiting for so many losses of one packet adds up to.
fn waited(first: Duration, losses: u32) -> Duration {
    first * (2_u32.pow(losses.min(MOST_LOSSES)) - 1)
}

/// One way of a line.
#[derive(Debug)]
pub struct OneWay {
    bucket: Bucket,
    losses: Losses,
    latency: Duration,
}

/// A packet on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Passage {
    /// Its sender is rid of it.
    pub left: Duration,
    /// It is there, if nothing before it is missing.
    pub arrives: Duration,
}

impl OneWay {
    /// A way with this rate.
    pub fn new(shape: &Shape, bits_a_second: u64, seed: u64) -> Self {
        Self {
            bucket: Bucket::new(bits_a_second),
            losses: Losses::new(seed, shape.lost_per_mille),
            latency: shape.latency,
        }
    }

    /// A packet that is there at a time. Each time that it is lost it is sent
    /// again, which takes room on the line too.
    pub fn pass(&mut self, at: Duration, payload: usize) -> Passage {
        let losses = self.losses.next();
        let bytes = on_wire(payload) * u64::from(losses + 1);
        let left = self.bucket.leave(at, bytes);
        Passage {
            left,
            arrives: left + self.latency + waited(RESEND_AFTER, losses),
        }
    }

    /// When a connection that is opened at a time carries its first byte: one
    /// round trip after the first try that no loss and no outage swallows.
    pub fn open(&mut self, at: Duration, windows: Option<&Windows>) -> Duration {
        let lost = self.losses.next();
        let mut tries = lost;
        let mut sent = at + waited(OPEN_AGAIN_AFTER, tries);
        while let Some(windows) = windows
            && !windows.works(sent)
            && tries < MOST_LOSSES
        {
            tries += 1;
            sent = at + waited(OPEN_AGAIN_AFTER, tries);
        }
        sent + 2 * self.latency
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const MS: Duration = Duration::from_millis(1);

    fn shape(lost_per_mille: u64) -> Shape {
        Shape {
            up: 1_000_000,
            down: 4_000_000,
            latency: 50 * MS,
            lost_per_mille,
            windows: None,
            seed: 1,
        }
    }

    fn windows(passed: Duration) -> Windows {
        Windows {
            up: 10 * SECOND,
            down: 20 * SECOND,
            passed,
        }
    }

    #[test]
    fn a_bucket_never_lets_through_more_than_its_rate() {
        let mut bucket = Bucket::new(1_000_000);
        let mut rng = Seeded::new(7);
        let (mut at, mut bytes) = (Duration::ZERO, 0);
        for _ in 0..5_000 {
            at += Duration::from_micros(rng.below(20_000));
            let packet = rng.below(1500) + 1;
            bytes += packet;
            let left = bucket.leave(at, packet);
            let most = left.as_secs_f64() * 1e6 / 8.0;
            assert!(bytes as f64 <= most + 1.0, "{bytes} bytes at {left:?}");
        }
    }

    #[test]
    fn a_bucket_saves_nothing_up_while_nobody_sends() {
        let mut bucket = Bucket::new(8_000);
        assert_eq!(bucket.leave(Duration::ZERO, 1000), SECOND);
        assert_eq!(bucket.leave(9 * SECOND, 500), 9 * SECOND + 500 * MS);
        assert_eq!(bucket.leave(9 * SECOND, 500), 10 * SECOND);
    }

    #[test]
    fn losses_are_as_frequent_as_asked_and_the_same_from_the_same_seed() {
        let drawn = |seed| {
            let mut losses = Losses::new(seed, 20);
            (0..100_000).map(|_| losses.next()).collect::<Vec<_>>()
        };
        let lost = drawn(3).iter().filter(|times| **times > 0).count();
        assert!((1_800..2_200).contains(&lost), "{lost} of 100000");
        assert_eq!(drawn(3), drawn(3));
        assert_ne!(drawn(3), drawn(4));
        let mut none = Losses::new(3, 0);
        assert!((0..1000).all(|_| none.next() == 0));
    }

    #[test]
    fn a_lost_packet_comes_later_and_takes_room_twice() {
        let mut good = OneWay::new(&shape(0), 1_000_000, 1);
        let first = good.pass(Duration::ZERO, PAYLOAD);
        assert_eq!(first.left, 12 * MS);
        assert_eq!(first.arrives, 62 * MS);
        let mut bad = OneWay::new(&shape(1000), 1_000_000, 1);
        let lost = bad.pass(Duration::ZERO, PAYLOAD);
        assert_eq!(lost.left, first.left * (MOST_LOSSES + 1));
        assert_eq!(lost.arrives, lost.left + 50 * MS + 255 * RESEND_AFTER);
    }

    #[test]
    fn windows_open_and_close() {
        let begins = windows(Duration::ZERO);
        assert!(begins.works(Duration::ZERO) && begins.works(10 * SECOND - MS));
        assert!(!begins.works(10 * SECOND) && !begins.works(30 * SECOND - MS));
        assert_eq!(begins.works_from(12 * SECOND), 30 * SECOND);
        let ends = windows(9 * SECOND);
        assert!(ends.works(999 * MS) && !ends.works(SECOND));
        assert_eq!(ends.works_from(SECOND), 21 * SECOND);
        assert_eq!(ends.works_from(60 * SECOND), 60 * SECOND);
    }

    #[test]
    fn a_connection_opens_by_the_first_try_that_gets_through() {
        let mut way = OneWay::new(&shape(0), 1_000_000, 1);
        let ends = windows(9 * SECOND);
        assert_eq!(way.open(Duration::ZERO, None), 100 * MS);
        assert_eq!(way.open(500 * MS, Some(&ends)), 600 * MS);
        // Tries at 19, 20 and 22 s; it works from 21 s.
        let opened = way.open(19 * SECOND, Some(&ends));
        assert_eq!(opened, 22 * SECOND + 100 * MS);
    }
}
