//! The field app's use cases, its sync driver, and the contract with the window.

pub mod contract;
pub mod referral;
