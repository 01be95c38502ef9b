//! Handoff: `sync`.
