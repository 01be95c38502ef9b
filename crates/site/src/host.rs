//! Time, randomness and ids, through one port that a simulator can own.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use handoff_vault::Random;
use uuid::Uuid;

/// Where the site's time, randomness and ids come from.
#[derive(Clone)]
pub struct Host {
    now: Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>,
    random: Arc<dyn Random + Send + Sync>,
}

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

    /// The machine's own clock and randomness. For the binary.
    #[must_use]
    pub fn system() -> Self {
        #[expect(
            clippy::disallowed_methods,
            reason = "the one place where a site reads the clock"
        )]
        let now = || Utc::now();
        Self::new(now, handoff_vault::OsRandom)
    }

    /// Site time, to the millisecond: what is stored is what was signed.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        let now = (self.now)();
        DateTime::from_timestamp_millis(now.timestamp_millis()).unwrap_or(now)
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
    pub fn new_id(&self) -> Uuid {
        let ms = u64::try_from(self.now().timestamp_millis()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(ms, &self.bytes()).into_uuid()
    }

    /// A new id without a time in it (UUID version 4).
    #[must_use]
    pub fn random_id(&self) -> Uuid {
        uuid::Builder::from_random_bytes(self.bytes()).into_uuid()
    }
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Host")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_of_the_host_carries_its_time_and_no_two_are_alike() {
        let at = DateTime::from_timestamp_millis(1_800_000_000_123);
        let host = Host::new(move || at.unwrap(), handoff_vault::OsRandom);
        let (a, b) = (host.new_id(), host.new_id());
        assert_ne!(a, b);
        assert_eq!(a.get_version_num(), 7);
        let (seconds, nanos) = a.get_timestamp().unwrap().to_unix();
        assert_eq!((seconds, nanos / 1_000_000), (1_800_000_000, 123));
        assert_eq!(host.random_id().get_version_num(), 4);
    }
}
