//! The store in memory keeps every promise that the site's own stores keep.

#![allow(clippy::unwrap_used, reason = "a test says what went wrong by failing")]

use handoff_testkit::memory::MemoryStorage;

#[path = "../../site/src/storage/conformance.rs"]
#[allow(dead_code, clippy::pedantic, reason = "the site's own suite")]
mod conformance;

#[test]
fn memory_keeps_every_promise_of_a_store() {
    for (name, promise) in conformance::ALL {
        let storage = MemoryStorage::default();
        let kept = std::panic::catch_unwind(|| conformance::check(&storage, *promise));
        assert!(kept.is_ok(), "{name}");
    }
}
