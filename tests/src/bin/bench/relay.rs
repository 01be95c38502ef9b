//! A relay that counts: what a connection carries, TLS and TCP's payload, and
//! how often the device waits for an answer.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use anyhow::Result;

/// What its threads are called.
pub const THREADS: &str = "relay";

/// What went through so far.
#[derive(Debug, Default)]
pub struct Counted {
    connections: AtomicU64,
    up: AtomicU64,
    down: AtomicU64,
    turns: AtomicU64,
    /// The last bytes came from the device.
    asked: AtomicBool,
}

/// What went through between two looks.
#[derive(Debug, Clone, Copy)]
pub struct Seen {
    /// Bytes from the device.
    pub up: u64,
    /// Bytes to the device.
    pub down: u64,
    /// Answers that the device waited for: one for each connection, and one for
    /// each time that the site's bytes followed the device's.
    pub round_trips: u64,
}

impl Counted {
    /// What went through since the last look.
    pub fn take(&self) -> Seen {
        let take = |counter: &AtomicU64| counter.swap(0, Ordering::SeqCst);
        Seen {
            up: take(&self.up),
            down: take(&self.down),
            round_trips: take(&self.turns) + take(&self.connections),
        }
    }
}

/// Listens on one port of this machine and passes on to another, until the
/// program ends.
pub fn between(listen: u16, to: u16) -> Result<Arc<Counted>> {
    let listener = TcpListener::bind(("127.0.0.1", listen))?;
    let counted = Arc::new(Counted::default());
    let counts = Arc::clone(&counted);
    std::thread::spawn(move || {
        for device in listener.incoming().flatten() {
            let Ok(site) = TcpStream::connect(("127.0.0.1", to)) else {
                continue;
            };
            counts.connections.fetch_add(1, Ordering::SeqCst);
            let _ = (device.set_nodelay(true), site.set_nodelay(true));
            if let (Ok(from_device), Ok(from_site)) = (device.try_clone(), site.try_clone()) {
                let counts_up = Arc::clone(&counts);
                let _ = named(move || pass(from_device, site, &counts_up, true));
                let counts_down = Arc::clone(&counts);
                let _ = named(move || pass(from_site, device, &counts_down, false));
            }
        }
    });
    Ok(counted)
}

/// A thread whose cost can be told from the device's, in the same process.
pub fn named(work: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
    let thread = std::thread::Builder::new().name(THREADS.to_owned());
    thread.spawn(work).map(drop)
}

fn pass(mut from: TcpStream, mut to: TcpStream, counts: &Counted, up: bool) {
    let mut bytes = vec![0; 64 * 1024];
    while let Ok(count) = from.read(&mut bytes) {
        if count == 0 || to.write_all(&bytes[..count]).is_err() {
            break;
        }
        let counter = if up { &counts.up } else { &counts.down };
        counter.fetch_add(count as u64, Ordering::SeqCst);
        let asked = counts.asked.swap(up, Ordering::SeqCst);
        if asked && !up {
            counts.turns.fetch_add(1, Ordering::SeqCst);
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}
