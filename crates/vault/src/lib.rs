//! Handoff: `vault`.
