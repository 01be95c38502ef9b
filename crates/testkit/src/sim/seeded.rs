//! Randomness that the simulator owns.

use std::sync::{Arc, Mutex, PoisonError};

use handoff_vault::Random;
use uuid::Uuid;

/// Reproducible bytes. Clones draw from one stream.
#[derive(Debug, Clone)]
pub struct Seeded(Arc<Mutex<fastrand::Rng>>);

impl Seeded {
    /// The stream of a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(fastrand::Rng::with_seed(seed))))
    }

    /// An id.
    #[must_use]
    pub fn id(&self) -> Uuid {
        let mut bytes = [0; 16];
        self.fill(&mut bytes);
        Uuid::from_bytes(bytes)
    }
}

impl Random for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        let mut rng = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        rng.fill(bytes);
    }
}
