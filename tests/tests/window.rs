//! The packaged window.
