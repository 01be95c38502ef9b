//! Handoff: `domain`.
