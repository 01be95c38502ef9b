//! How a session opens.

/// How a session opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opening {
    /// Items in one batch.
    pub batch_items: usize,
    /// What the site knows of this device.
    pub acquaintance: Acquaintance,
    /// Whether the site is there.
    pub contact: Contact,
}

/// What the site knows of this device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acquaintance {
    /// It has answered this device before.
    Known,
    /// First contact: certificates go along in full.
    Stranger,
}

/// Whether the site is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contact {
    /// It answered a moment ago, on a connection that is still open.
    Fresh,
    /// Nobody knows: a hello goes first.
    Unknown,
}
