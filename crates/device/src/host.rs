//! Time, randomness and ids, through one port that a simulator can own.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, FixedOffset, Offset as _, Utc};
use chrono_tz::Tz;
use handoff_domain::EntryId;
use handoff_vault::Random;
use uuid::Uuid;

/// Where the device's time, randomness and ids come from.
#[derive(Clone)]
pub struct Host {
    now: Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>,
    random: Arc<dyn Random + Send + Sync>,
}

/// No record is older than this program: a clock before it is impossible.
const FIRST_POSSIBLE_MS: i64 = 1_767_225_600_000; // 2026-01-01

impl Host {
    /// A host with a clock and a source of randomness.
    #[must_use]
    pub fn new(
        now: impl Fn() -> DateTime<Utc> + Send + Sync + 'static,
        random: impl Random + Send + Sync + 'static,
    ) -> Self {
        Self {
            now: Arc::new(now),
            random: Arc::new(random),
        }
    }

    /// The machine's own clock and randomness. For binaries.
    #[must_use]
    pub fn system() -> Self {
        #[expect(
            clippy::disallowed_methods,
            reason = "the one place where a device reads the clock"
        )]
        let now = || DateTime::<Utc>::from(std::time::SystemTime::now());
        Self::new(now, handoff_vault::OsRandom)
    }

    /// The device's clock, to the millisecond.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        let now = (self.now)();
        DateTime::from_timestamp_millis(now.timestamp_millis()).unwrap_or(now)
    }

    /// Local time in a zone, with its offset, to the second.
    #[must_use]
    pub fn local(&self, zone: Tz) -> DateTime<FixedOffset> {
        let now = self.now();
        let seconds = DateTime::from_timestamp(now.timestamp(), 0).unwrap_or(now);
        let offset = seconds.with_timezone(&zone).offset().fix();
        seconds.with_timezone(&offset)
    }

    /// Whether the clock can be right at all.
    #[must_use]
    pub fn clock_is_possible(&self) -> bool {
        self.now().timestamp_millis() >= FIRST_POSSIBLE_MS
    }

    /// The source of randomness.
    #[must_use]
    pub fn random(&self) -> &dyn Random {
        self.random.as_ref()
    }

    /// `N` random bytes.
    #[must_use]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.random.fill(&mut bytes);
        bytes
    }

    /// A new id that sorts roughly by time (UUID version 7).
    #[must_use]
    pub fn uuid_v7(&self) -> Uuid {
        let millis = u64::try_from(self.now().timestamp_millis()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &self.bytes()).into_uuid()
    }

    /// A new random id (UUID version 4).
    #[must_use]
    pub fn uuid_v4(&self) -> Uuid {
        uuid::Builder::from_random_bytes(self.bytes()).into_uuid()
    }

    /// A new id of an entry.
    #[must_use]
    pub fn entry_id(&self) -> EntryId {
        EntryId(self.uuid_v7())
    }
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Host")
    }
}
