//! Who waits for news is woken when there is some.

use tokio::sync::watch;

/// A bell. What rang before somebody listened is not missed: they compare
/// what they know with what is stored before they wait.
#[derive(Debug)]
pub struct Wake(watch::Sender<u64>);

impl Default for Wake {
    fn default() -> Self {
        Self(watch::Sender::new(0))
    }
}

impl Wake {
    /// Something was committed.
    pub fn ring(&self) {
        self.0.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// To wait for the next ring.
    #[must_use]
    pub fn listen(&self) -> watch::Receiver<u64> {
        self.0.subscribe()
    }
}
