//! One connection: copied both ways, until its trouble strikes.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

use super::{Shared, Trouble, Way};

/// How one way ended.
enum End {
    /// Its sender has closed it, or it is broken.
    Closed,
    /// Both ways break now.
    Cut,
}

/// How long a replayed request may be answered.
const REPLAY_FOR: Duration = Duration::from_millis(300);

pub(super) async fn both(
    device: TcpStream,
    site: TcpStream,
    trouble: Option<Trouble>,
    address: SocketAddr,
    shared: &Shared,
) {
    if matches!(trouble, Some(Trouble::Delay(_))) {
        shared.struck.fetch_add(1, Ordering::Relaxed);
    }
    let mut said = Vec::new();
    pass(device, site, trouble, shared, &mut said).await;
    if trouble == Some(Trouble::Replay) {
        shared.struck.fetch_add(1, Ordering::Relaxed);
        replay(address, &said).await;
    }
}

/// Copies both ways; both connections are closed behind this.
async fn pass(
    device: TcpStream,
    site: TcpStream,
    trouble: Option<Trouble>,
    shared: &Shared,
    said: &mut Vec<u8>,
) {
    let _ = device.set_nodelay(true);
    let _ = site.set_nodelay(true);
    let (from_device, to_device) = device.into_split();
    let (from_site, to_site) = site.into_split();
    let up = one(from_device, to_site, Way::Up, trouble, shared, Some(said));
    let down = one(from_site, to_device, Way::Down, trouble, shared, None);
    tokio::pin!(up, down);
    // A way that has ended keeps its halves open as long as the other goes on.
    let mut kept = Vec::new();
    let (mut up_ended, mut down_ended) = (false, false);
    while !(up_ended && down_ended) {
        let (end, halves) = tokio::select! {
            done = &mut up, if !up_ended => { up_ended = true; done }
            done = &mut down, if !down_ended => { down_ended = true; done }
        };
        if let End::Cut = end {
            let (from, to) = &halves;
            let _ = from.as_ref().set_zero_linger();
            let _ = to.as_ref().set_zero_linger();
            return;
        }
        kept.push(halves);
    }
}

/// Copies one way; gives its halves back.
async fn one(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    way: Way,
    trouble: Option<Trouble>,
    shared: &Shared,
    mut said: Option<&mut Vec<u8>>,
) -> (End, (OwnedReadHalf, OwnedWriteHalf)) {
    let count = match way {
        Way::Up => &shared.up,
        Way::Down => &shared.down,
    };
    let strike = Strike::of(trouble, way, &shared.struck);
    let mut bytes = vec![0; 16 * 1024];
    let mut at = 0_u64;
    let mut is_mute = false;
    loop {
        if let Some(place) = strike.due(at, is_mute) {
            match place {
                Trouble::Cut { .. } => return (End::Cut, (from, to)),
                Trouble::HalfClose { .. } => {
                    let _ = to.shutdown().await;
                }
                _ => {}
            }
            is_mute = true;
        }
        let Ok(read) = from.read(&mut bytes).await else {
            return (End::Closed, (from, to));
        };
        if read == 0 {
            if !is_mute {
                let _ = to.shutdown().await;
            }
            return (End::Closed, (from, to));
        }
        if is_mute {
            continue;
        }
        let passes = strike.before(at, read);
        let piece = &mut bytes[..passes];
        strike.spoil(at, piece);
        if let Some(Trouble::Delay(time)) = trouble {
            tokio::time::sleep(time).await;
        }
        if let Some(said) = &mut said {
            said.extend_from_slice(piece);
        }
        if to.write_all(piece).await.is_err() {
            return (End::Closed, (from, to));
        }
        at += passes as u64;
        count.fetch_add(passes as u64, Ordering::Relaxed);
    }
}

/// Where a trouble strikes on this way, if it does.
struct Strike<'a> {
    trouble: Option<Trouble>,
    place: Option<u64>,
    struck: &'a AtomicU64,
}

impl<'a> Strike<'a> {
    fn of(trouble: Option<Trouble>, on: Way, struck: &'a AtomicU64) -> Self {
        let place = match trouble {
            Some(
                Trouble::Cut { way, after }
                | Trouble::HalfClose { way, after }
                | Trouble::Silence { way, after },
            ) if way == on => Some(after),
            _ => None,
        };
        let is_ours =
            place.is_some() || matches!(trouble, Some(Trouble::Corrupt { way, .. }) if way == on);
        Self {
            trouble: trouble.filter(|_| is_ours),
            place,
            struck,
        }
    }

    /// The trouble, when its place is reached for the first time.
    fn due(&self, at: u64, has_struck: bool) -> Option<Trouble> {
        if has_struck || self.place? > at {
            return None;
        }
        self.struck.fetch_add(1, Ordering::Relaxed);
        self.trouble
    }

    /// How many of these bytes still pass.
    fn before(&self, at: u64, read: usize) -> usize {
        self.place.map_or(read, |place| {
            usize::try_from(place.saturating_sub(at)).map_or(read, |left| left.min(read))
        })
    }

    fn spoil(&self, at: u64, piece: &mut [u8]) {
        if let Some(Trouble::Corrupt { at: place, .. }) = self.trouble
            && let Some(offset) = place.checked_sub(at)
            && let Ok(offset) = usize::try_from(offset)
            && let Some(byte) = piece.get_mut(offset)
        {
            *byte ^= 0x10;
            self.struck.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Says once more what a device has said.
async fn replay(site: SocketAddr, said: &[u8]) {
    let again = async {
        let mut site = TcpStream::connect(site).await?;
        site.write_all(said).await?;
        let mut answer = vec![0; 16 * 1024];
        while site.read(&mut answer).await? > 0 {}
        Ok::<_, std::io::Error>(())
    };
    // Whatever comes back proves nothing to anybody.
    let _ = tokio::time::timeout(REPLAY_FOR, again).await;
}
