//! Handoff: `eligibility`.
