//! Handoff: `protocol`.
