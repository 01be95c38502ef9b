//! Programs of another age.

use fastrand::Rng;
use handoff_protocol::codec;
use handoff_protocol::message::{Greeting, Outcome, ProtocolRange, SyncReply, SyncRequest};
use handoff_protocol::signed::Signed;

use crate::sim::fault::Fault;
use crate::sim::invariant::Invariant;
use crate::sim::wire::Packet;
use crate::sim::world::{Held, World};

impl World {
    pub(super) fn device_version(&mut self, rng: &mut Rng) -> Held {
        if let Some(at) = self.any_host(rng) {
            let speaks = another(rng, self.hosts[at].speaks);
            self.replace_program(at, speaks)?;
        }
        Ok(())
    }

    /// A device begins again with another program.
    pub(crate) fn replace_program(&mut self, at: usize, speaks: ProtocolRange) -> Held {
        let host = &mut self.hosts[at];
        if host.speaks == speaks {
            return Ok(());
        }
        host.speaks = speaks;
        host.reboot(false);
        self.check_whole(at)
    }

    pub(super) fn site_version(&mut self, rng: &mut Rng) -> Held {
        if !self.site.is_down {
            let speaks = another(rng, self.site.speaks());
            self.site.replace_program(speaks);
        }
        Ok(())
    }

    /// Whether who sent a request shares no version with the site.
    pub(super) fn is_strange(&self, packet: &Packet) -> bool {
        self.site.speaks().common(&packet.speaks).is_none()
    }

    /// Looks at the answer to a device that shares no version with the site.
    pub(super) fn look_at_versions(
        &mut self,
        packet: &Packet,
        reply: &SyncReply,
        is_same: bool,
    ) -> Held {
        let (device, site) = (packet.speaks, self.site.speaks());
        self.fired(if site == ProtocolRange::OURS {
            Fault::DeviceVersion
        } else {
            Fault::SiteVersion
        });
        let is_told = reply.outcome == Outcome::UpdateNeeded && reply.protocol == site;
        self.hold(Invariant::OtherVersionIsTold, is_told && is_same, || {
            format!("{device:?} asked {site:?}: {reply:?}; nothing changed: {is_same}")
        })
    }
}

/// The request in a form that only its own version reads, in every other case.
pub(super) fn in_another_form(packet: &Packet, bytes: &[u8]) -> Vec<u8> {
    let mut signed: Signed<SyncRequest> = codec::from_cbor(bytes, "a request").expect("a request");
    if packet.nonce[0].is_multiple_of(2) {
        let greeting = Greeting::of_request(bytes).expect("its greeting");
        signed.bytes = codec::to_cbor(&greeting, "a greeting").expect("a greeting encodes");
    }
    codec::to_cbor(&signed, "a request").expect("a request encodes")
}

/// The reply in a form of which an older version reads the greeting alone, in
/// every other case.
pub(super) fn answer_in_another_form(packet: &Packet, reply: &SyncReply) -> Vec<u8> {
    let encoded = if packet.nonce[1].is_multiple_of(2) {
        let greeting = Greeting {
            protocol: reply.protocol,
            nonce: [0; 16],
        };
        codec::to_cbor(&greeting, "a greeting")
    } else {
        codec::to_cbor(reply, "a reply")
    };
    encoded.expect("a reply encodes")
}

/// One version back, one ahead, both, or ours again.
fn another(rng: &mut Rng, now: ProtocolRange) -> ProtocolRange {
    let ours = ProtocolRange::OURS;
    if now != ours && rng.bool() {
        return ours;
    }
    let (before, after) = (ours.oldest - 1, ours.newest + 1);
    let (oldest, newest) = [
        (before, before),
        (before, ours.newest),
        (after, after),
        (ours.oldest, after),
    ][rng.usize(..4)];
    ProtocolRange { oldest, newest }
}
