//! A relay that is as slow and as lossy as a line in a car: bandwidth, latency,
//! loss and outages, in user space, because the kernel's own traffic control
//! is not everywhere.
//!
//! **How data moves through.** Device and site talk to the relay through the
//! kernel's TCP. The relay reads no more than a packet at a time, waits until
//! the line would be rid of it, and writes it when it would be there. What is
//! lost comes later, and with it everything behind it on its connection. What
//! is on a connection when the line fails never comes, and neither does
//! anything behind it: the device has to notice by itself.
//!
//! **What it does not do.** It delays no acknowledgement, so that TCP's first
//! window does not show. Where bandwidth × round trip is less than that window
//! (ten packets), as on the lines measured here, a real line would not show it
//! either.

mod pace;

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::relay::named;
use pace::OneWay;
pub use pace::{Shape, Windows};

/// Between one port of this machine and another, until the program ends.
pub struct Shaper {
    line: Mutex<Line>,
}

/// What went through a line since it began.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Carried {
    /// Bytes from the device, headers included; each packet counted once.
    pub up: u64,
    /// Bytes to the device.
    pub down: u64,
    /// Answers that the device waited for on the connection that had the most
    /// of them, its opening being one.
    pub round_trips: u64,
    /// Connections.
    pub connections: u64,
}

struct Line {
    begun: Instant,
    shaped: Option<Shaped>,
    carried: Carried,
    /// The line breaks behind so many bytes from the device.
    cut_behind: Option<u64>,
    live: Vec<Arc<Connection>>,
}

struct Shaped {
    up: OneWay,
    down: OneWay,
    windows: Option<Windows>,
}

struct Connection {
    device: TcpStream,
    site: TcpStream,
    /// Nothing passes any more, and nobody is told.
    is_dead: AtomicBool,
    turns: Mutex<Turns>,
}

impl Connection {
    fn is_dead(&self) -> bool {
        self.is_dead.load(Ordering::SeqCst)
    }
}

/// Who spoke last, and how often the site spoke after the device.
#[derive(Default)]
struct Turns {
    asked: bool,
    answered: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Up,
    Down,
}

impl Shaper {
    /// Listens on a port; the line is a good one until it is told otherwise.
    pub fn between(listen: u16, to: u16) -> Result<Arc<Self>> {
        let listener = TcpListener::bind(("127.0.0.1", listen))?;
        let shaper = Arc::new(Self {
            line: Mutex::new(Line::new(None)),
        });
        let accepting = Arc::clone(&shaper);
        named(move || {
            for device in listener.incoming().flatten() {
                if let Ok(site) = TcpStream::connect(("127.0.0.1", to)) {
                    let _ = accepting.join(device, site);
                }
            }
        })?;
        Ok(shaper)
    }

    /// Begins a line of this shape. Connections of the one before break.
    pub fn begin(&self, shape: Shape) {
        self.line().break_all();
        *self.line() = Line::new(Some(shape));
    }

    /// Breaks the line behind so many bytes from the device, counted from now,
    /// once: both ends of each connection see it.
    pub fn cut_behind(&self, bytes: u64) {
        let mut line = self.line();
        line.cut_behind = Some(line.carried.up + bytes);
    }

    /// Whether a cut is still to come.
    pub fn is_cut_to_come(&self) -> bool {
        self.line().cut_behind.is_some()
    }

    /// What went through since the line began.
    pub fn carried(&self) -> Carried {
        self.line().carried
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Passes a connection on, from when it would have opened.
    fn join(self: &Arc<Self>, device: TcpStream, site: TcpStream) -> Result<()> {
        device.set_nodelay(true)?;
        site.set_nodelay(true)?;
        let from = [device.try_clone()?, site.try_clone()?];
        let to = [site.try_clone()?, device.try_clone()?];
        let connection = Arc::new(Connection {
            device,
            site,
            is_dead: AtomicBool::new(false),
            turns: Mutex::default(),
        });
        let (begun, opens) = self.line().open(&connection);
        for ((way, from), to) in [Way::Up, Way::Down].into_iter().zip(from).zip(to) {
            let (sender, receiver) = channel();
            let (shaper, of) = (Arc::clone(self), Arc::clone(&connection));
            named(move || shaper.take_in(way, from, &of, (begun, opens), &sender))?;
            let of = Arc::clone(&connection);
            named(move || hand_out(to, &of, begun, &receiver))?;
        }
        Ok(())
    }

    /// Reads packets and says when they arrive.
    fn take_in(
        &self,
        way: Way,
        mut from: TcpStream,
        connection: &Arc<Connection>,
        (begun, opens): (Instant, Duration),
        sender: &Sender<(Duration, Vec<u8>)>,
    ) {
        // Nothing of it is on the line before, nor in the way of others.
        wait_until(begun, opens);
        let mut bytes = vec![0; pace::PAYLOAD];
        let mut last = Duration::ZERO;
        while let Ok(count) = from.read(&mut bytes) {
            if count == 0 {
                break;
            }
            let passage = self.line().pass(way, count, connection);
            // A dead connection is read on, so that its end is noticed.
            let Some(passage) = passage else { continue };
            last = last.max(passage.arrives);
            if sender.send((last, bytes[..count].to_vec())).is_err() {
                break;
            }
            wait_until(begun, passage.left);
        }
    }
}

impl Line {
    fn new(shape: Option<Shape>) -> Self {
        let shaped = shape.map(|shape| Shaped {
            up: OneWay::new(&shape, shape.up, shape.seed),
            down: OneWay::new(&shape, shape.down, !shape.seed),
            windows: shape.windows,
        });
        Self {
            begun: Instant::now(),
            shaped,
            carried: Carried::default(),
            cut_behind: None,
            live: Vec::new(),
        }
    }

    fn open(&mut self, connection: &Arc<Connection>) -> (Instant, Duration) {
        self.carried.connections += 1;
        self.carried.round_trips = self.carried.round_trips.max(1);
        self.live.push(Arc::clone(connection));
        let now = self.begun.elapsed();
        let opens = match &mut self.shaped {
            Some(shaped) => shaped.up.open(now, shaped.windows.as_ref()),
            None => now,
        };
        (self.begun, opens)
    }

    fn pass(&mut self, way: Way, payload: usize, connection: &Connection) -> Option<pace::Passage> {
        if connection.is_dead() {
            return None;
        }
        self.count(way, payload, connection);
        if self
            .cut_behind
            .is_some_and(|place| self.carried.up >= place)
        {
            self.cut_behind = None;
            self.break_all();
            return None;
        }
        let at = self.begun.elapsed();
        let Some(shaped) = &mut self.shaped else {
            return Some(pace::Passage {
                left: at,
                arrives: at,
            });
        };
        let passage = match way {
            Way::Up => shaped.up.pass(at, payload),
            Way::Down => shaped.down.pass(at, payload),
        };
        let works = |at| shaped.windows.is_none_or(|windows| windows.works(at));
        if works(passage.left) && works(passage.arrives) {
            return Some(passage);
        }
        connection.is_dead.store(true, Ordering::SeqCst);
        None
    }

    fn count(&mut self, way: Way, payload: usize, connection: &Connection) {
        let mut turns = connection
            .turns
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        match way {
            Way::Up => self.carried.up += pace::on_wire(payload),
            Way::Down => self.carried.down += pace::on_wire(payload),
        }
        if way == Way::Down && turns.asked {
            turns.answered += 1;
            let with_opening = turns.answered + 1;
            self.carried.round_trips = self.carried.round_trips.max(with_opening);
        }
        turns.asked = way == Way::Up;
    }

    fn break_all(&mut self) {
        for connection in self.live.drain(..) {
            connection.is_dead.store(true, Ordering::SeqCst);
            let _ = connection.device.shutdown(Shutdown::Both);
            let _ = connection.site.shutdown(Shutdown::Both);
        }
    }
}

/// Writes packets when they arrive.
fn hand_out(
    mut to: TcpStream,
    connection: &Connection,
    begun: Instant,
    packets: &Receiver<(Duration, Vec<u8>)>,
) {
    for (arrives, bytes) in packets {
        wait_until(begun, arrives);
        if connection.is_dead() || to.write_all(&bytes).is_err() {
            return;
        }
    }
    if !connection.is_dead() {
        let _ = to.shutdown(Shutdown::Write);
    }
}

fn wait_until(begun: Instant, at: Duration) {
    std::thread::sleep(at.saturating_sub(begun.elapsed()));
}
