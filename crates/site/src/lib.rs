//! Handoff: `site`.
