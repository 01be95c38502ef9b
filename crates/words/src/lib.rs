//! Handoff: `words`.
