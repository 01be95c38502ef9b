//! Handoff: `store`.
