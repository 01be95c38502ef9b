//! A line between device and site that is as bad as one likes.
//!
//! **What.** [`Proxy`] passes TCP connections on to a site. Each [`Trouble`]
//! that it is told of befalls one connection, the next.
//!
//! **Why.** Links in cars cut out within a request, swallow answers, and hold
//! connections open that are dead. What device and site do then can be tested
//! only between the real two.
//!
//! **How data moves through.** One task copies each way; the trouble counts the
//! bytes of its way and strikes at its place. What passes is TLS: it can be
//! cut, held back or spoiled, and not read.
//!
//! **What it does not do.** It shapes no bandwidth; it does not end TLS.

mod pump;

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// Which way bytes go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// From the device to the site.
    Up,
    /// From the site to the device.
    Down,
}

/// What befalls a connection. Places are bytes of one way, counted from its
/// beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// Each piece of data comes later.
    Delay(Duration),
    /// It is closed before a byte has passed.
    Refuse,
    /// Both ends see it break.
    Cut {
        /// Counted on which way.
        way: Way,
        /// Behind so many bytes.
        after: u64,
    },
    /// One way ends in good order, the other goes on.
    HalfClose {
        /// Which way ends.
        way: Way,
        /// Behind so many bytes.
        after: u64,
    },
    /// Nothing more passes, and nobody is told.
    Silence {
        /// Counted on which way.
        way: Way,
        /// Behind so many bytes.
        after: u64,
    },
    /// One bit is another.
    Corrupt {
        /// On which way.
        way: Way,
        /// Which byte.
        at: u64,
    },
    /// It passes; behind it, everything that the device said is said to the
    /// site once more, on a connection of its own.
    Replay,
}

impl Trouble {
    /// Its name in a report.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Delay(_) => "delay",
            Self::Refuse => "refuse",
            Self::Cut { way: Way::Up, .. } => "cut on the way up",
            Self::Cut { way: Way::Down, .. } => "cut on the way down",
            Self::HalfClose { .. } => "half-close",
            Self::Silence { .. } => "blackhole",
            Self::Corrupt { .. } => "corrupt",
            Self::Replay => "replay",
        }
    }
}

/// Bytes that passed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Passed {
    /// From devices to the site.
    pub up: u64,
    /// From the site to devices.
    pub down: u64,
}

/// A line to a site, until it is dropped.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

#[derive(Debug, Default)]
pub(crate) struct Shared {
    coming: Mutex<VecDeque<Trouble>>,
    pub struck: AtomicU64,
    pub up: AtomicU64,
    pub down: AtomicU64,
}

impl Proxy {
    /// Listens on any port of this machine, for a site.
    ///
    /// # Errors
    /// What the system says.
    pub async fn before(site: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared::default());
        let accepting = tokio::spawn(accept(listener, site, Arc::clone(&shared)));
        Ok(Self {
            address,
            shared,
            accepting,
        })
    }

    /// Where devices find the site.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Something befalls the next connection that nothing befalls yet.
    pub fn next(&self, trouble: Trouble) {
        self.shared.coming().push_back(trouble);
    }

    /// Nothing befalls connections from now on; says how many troubles struck
    /// since this was asked last.
    #[must_use]
    pub fn calm(&self) -> u64 {
        self.shared.coming().clear();
        self.shared.struck.swap(0, Ordering::Relaxed)
    }

    /// Bytes that passed since this was asked last.
    #[must_use]
    pub fn passed(&self) -> Passed {
        Passed {
            up: self.shared.up.swap(0, Ordering::Relaxed),
            down: self.shared.down.swap(0, Ordering::Relaxed),
        }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Shared {
    fn coming(&self) -> std::sync::MutexGuard<'_, VecDeque<Trouble>> {
        self.coming.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn accept(listener: TcpListener, site: SocketAddr, shared: Arc<Shared>) {
    while let Ok((device, _)) = listener.accept().await {
        let trouble = shared.coming().pop_front();
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            if trouble == Some(Trouble::Refuse) {
                shared.struck.fetch_add(1, Ordering::Relaxed);
                let _ = device.set_zero_linger();
                return;
            }
            let Ok(to) = TcpStream::connect(site).await else {
                return;
            };
            pump::both(device, to, trouble, site, &shared).await;
        });
    }
}
