//! What is under way between devices and the site.

use handoff_protocol::message::ProtocolRange;

/// Where a packet goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// A request.
    ToSite,
    /// A reply, or the end of waiting for one.
    ToDevice,
}

/// Something under way.
#[derive(Debug, Clone)]
pub(super) struct Packet {
    /// Rises: earlier packets have lower ones.
    pub number: u64,
    pub way: Way,
    /// The device's place in the world.
    pub host: usize,
    /// Which life of its process.
    pub life: u32,
    /// Versions that its program speaks.
    pub speaks: ProtocolRange,
    /// The number of the request within its session, and its nonce.
    pub request: u64,
    pub nonce: [u8; 16],
    /// `None`: no answer came in time.
    pub bytes: Option<Vec<u8>>,
    /// It is a second copy of one that arrived.
    pub is_again: bool,
    /// Deliveries of others since it was sent.
    pub overtaken: u32,
}

#[derive(Debug, Default)]
pub(super) struct Wire {
    packets: Vec<Packet>,
    next: u64,
}

impl Wire {
    pub fn send(&mut self, packet: Packet) {
        self.next += 1;
        let number = self.next;
        self.packets.push(Packet { number, ..packet });
    }

    pub fn len(&self) -> usize {
        self.packets.len()
    }

    /// Takes one out; whether an earlier one of the same device stays behind,
    /// and whether it had waited long.
    pub fn take(&mut self, at: usize) -> (Packet, bool, bool) {
        let packet = self.packets.remove(at);
        let is_earlier = |other: &Packet| {
            other.number < packet.number && other.host == packet.host && other.way == packet.way
        };
        let is_reordered = self.packets.iter().any(is_earlier);
        for other in &mut self.packets {
            other.overtaken += 1;
        }
        let was_delayed = packet.overtaken >= 4;
        (packet, is_reordered, was_delayed)
    }

    /// Takes everything out that is a device's.
    pub fn take_of(&mut self, host: usize) -> Vec<Packet> {
        let (taken, left) = std::mem::take(&mut self.packets)
            .into_iter()
            .partition(|packet| packet.host == host);
        self.packets = left;
        taken
    }
}
