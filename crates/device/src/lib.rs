//! Handoff: `device`.
