//! Handoff: `cipherdb`.
