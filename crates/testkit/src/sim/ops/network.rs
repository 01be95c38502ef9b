//! Syncs, and what happens to their packets.

use fastrand::Rng;
use handoff_domain::UserId;
use handoff_protocol::codec;
use handoff_protocol::message::{Outcome, Refusal, SyncReply};
use handoff_sync::device::{Contact, Finish, Stop};

use super::versions::{answer_in_another_form, in_another_form};
use crate::sim::driver::{Around, Drove};
use crate::sim::fault::Fault;
use crate::sim::invariant::Invariant;
use crate::sim::site::Answered;
use crate::sim::wire::{Packet, Way};
use crate::sim::world::{Held, World};

impl World {
    pub(super) fn sync(&mut self, rng: &mut Rng) -> Held {
        let Some(at) = self.any_host(rng) else {
            return Ok(());
        };
        let contact = if rng.u8(..4) == 0 {
            Contact::Fresh
        } else {
            Contact::Unknown
        };
        self.begin_sync(at, contact)
    }

    pub(super) fn sync_through(&mut self, rng: &mut Rng) -> Held {
        let Some(at) = self.any_host(rng) else {
            return Ok(());
        };
        if rng.bool() {
            self.unlock_on(at, rng)?;
        }
        self.begin_sync(at, Contact::Unknown)?;
        self.finish_sync(at)
    }

    pub(crate) fn begin_sync(&mut self, at: usize, contact: Contact) -> Held {
        let begun = self.hosts[at].begin_sync(contact, &mut self.steps);
        if self.survives(at, &begun)? && begun == Ok(true) && self.hosts[at].unlocked.is_empty() {
            self.fired(Fault::VaultsLocked);
        }
        Ok(())
    }

    pub(super) fn drive(&mut self, rng: &mut Rng) -> Held {
        let running: Vec<usize> = (0..self.hosts.len())
            .filter(|at| self.hosts[*at].sync.is_some())
            .collect();
        if running.is_empty() {
            return Ok(());
        }
        let at = running[rng.usize(..running.len())];
        for _ in 0..rng.usize(1..=4) {
            if self.drive_one(at)? != Drove::On {
                break;
            }
        }
        Ok(())
    }

    /// Performs one step of a device's sync.
    pub(crate) fn drive_one(&mut self, at: usize) -> Held<Drove> {
        let clock_ms = self.hosts[at].clock(self.now_ms);
        let drove = self.hosts[at].drive(&mut Around {
            wire: &mut self.wire,
            random: &self.random,
            clock_ms,
            steps: &mut self.steps,
            host: at,
        });
        self.check_evicted(at)?;
        let drove = if self.survives(at, &drove)? {
            drove.unwrap_or(Drove::Stopped)
        } else {
            self.hosts[at].sync = None;
            Drove::Stopped
        };
        if drove == Drove::Ended(Finish::Stopped(Stop::Refused(Refusal::BadBatch))) {
            self.hold(Invariant::ChainsVerify, false, || {
                format!("the site says that a batch of device {at} does not prove itself")
            })?;
        }
        Ok(drove)
    }

    pub(super) fn deliver(&mut self, rng: &mut Rng) -> Held {
        if self.wire.len() == 0 {
            return Ok(());
        }
        let at = rng.usize(..self.wire.len());
        self.arrive(at, rng.u8(..4) != 0)
    }

    /// A packet arrives.
    pub(crate) fn arrive(&mut self, at: usize, apply: bool) -> Held {
        let (packet, is_reordered, was_delayed) = self.wire.take(at);
        self.steps += 1;
        if is_reordered {
            self.fired(Fault::Reordered);
        }
        if was_delayed {
            self.fired(Fault::Delayed);
        }
        match packet.way {
            Way::ToSite => self.arrive_at_site(&packet, apply),
            Way::ToDevice => {
                let host = &mut self.hosts[packet.host];
                let clock_ms = host.clock(self.now_ms);
                host.receive(&packet, clock_ms, &mut self.steps);
                Ok(())
            }
        }
    }

    fn arrive_at_site(&mut self, packet: &Packet, apply: bool) -> Held {
        let Some(bytes) = &packet.bytes else {
            return Ok(());
        };
        if self.site.is_down {
            self.fired(Fault::SiteDown);
        }
        let is_strange = self.is_strange(packet);
        let form = is_strange.then(|| in_another_form(packet, bytes));
        let before = (packet.is_again || is_strange).then(|| self.fingerprint());
        let bytes = form.as_deref().unwrap_or(bytes);
        let answered = self
            .site
            .perform(bytes, apply && !packet.is_again && !is_strange);
        if let Some(before) = &before
            && let Answered::Reply(reply) = &answered
            && matches!(reply.outcome, Outcome::Refused(Refusal::Replayed))
        {
            let after = self.fingerprint();
            self.hold(Invariant::ReplayChangesNothing, *before == after, || {
                format!("before: {before:?}, after: {after:?}")
            })?;
        }
        let reply = match answered {
            Answered::Nothing => None,
            Answered::Reply(reply) => {
                self.look_at_reply(packet, &reply)?;
                Some(if is_strange {
                    let is_same = before.is_some_and(|before| before == self.fingerprint());
                    self.look_at_versions(packet, &reply, is_same)?;
                    answer_in_another_form(packet, &reply)
                } else {
                    codec::to_cbor(&*reply, "a reply").expect("a reply encodes")
                })
            }
        };
        if packet.is_again {
            // The connection that this copy came on is gone.
            return Ok(());
        }
        self.wire.send(Packet {
            way: Way::ToDevice,
            bytes: reply,
            overtaken: 0,
            ..packet.clone()
        });
        Ok(())
    }

    fn look_at_reply(&mut self, packet: &Packet, reply: &SyncReply) -> Held {
        match &reply.outcome {
            Outcome::Busy { .. } => self.fired(Fault::SiteBusy),
            Outcome::SendCertificates => self.fired(Fault::DeviceUnknown),
            Outcome::Done(answer) => {
                let feeds: Vec<(UserId, _)> = answer.user_feeds.clone();
                for (user, part) in feeds {
                    self.check_feed(packet.host, user, &part)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    pub(super) fn lose(&mut self, rng: &mut Rng) -> Held {
        if self.wire.len() == 0 {
            return Ok(());
        }
        let at = rng.usize(..self.wire.len());
        let (packet, ..) = self.wire.take(at);
        if packet.is_again {
            return Ok(());
        }
        match (packet.way, &packet.bytes) {
            (Way::ToSite, _) => self.fired(Fault::RequestLost),
            (Way::ToDevice, Some(_)) => self.fired(Fault::ReplyLost),
            (Way::ToDevice, None) => {}
        }
        self.give_up(packet);
        Ok(())
    }

    /// The device gives up waiting for an answer, sooner or later.
    fn give_up(&mut self, packet: Packet) {
        self.wire.send(Packet {
            way: Way::ToDevice,
            bytes: None,
            overtaken: 0,
            ..packet
        });
    }

    pub(super) fn duplicate(&mut self, rng: &mut Rng) -> Held {
        if self.wire.len() == 0 {
            return Ok(());
        }
        let at = rng.usize(..self.wire.len());
        let (packet, ..) = self.wire.take(at);
        if packet.way == Way::ToSite && !packet.is_again {
            self.fired(Fault::Duplicated);
            self.wire.send(Packet {
                is_again: true,
                ..packet.clone()
            });
            return self.arrive_at_site(&packet, rng.bool());
        }
        self.wire.send(packet);
        Ok(())
    }

    /// A message ends within: whoever reads it has to notice.
    pub(super) fn cut_short(&mut self, rng: &mut Rng) -> Held {
        if self.wire.len() == 0 {
            return Ok(());
        }
        let at = rng.usize(..self.wire.len());
        let (packet, ..) = self.wire.take(at);
        let Some(bytes) = packet.bytes.as_ref().filter(|bytes| !bytes.is_empty()) else {
            self.wire.send(packet);
            return Ok(());
        };
        self.fired(Fault::CutShort);
        let part = bytes[..rng.usize(..bytes.len())].to_vec();
        match packet.way {
            Way::ToDevice => {
                let cut = Packet {
                    bytes: Some(part),
                    ..packet
                };
                let host = &mut self.hosts[cut.host];
                let clock_ms = host.clock(self.now_ms);
                host.receive(&cut, clock_ms, &mut self.steps);
            }
            Way::ToSite => {
                let before = self.fingerprint();
                let answered = self.site.perform(&part, false);
                let after = self.fingerprint();
                let is_done = matches!(
                    &answered,
                    Answered::Reply(reply) if matches!(reply.outcome, Outcome::Done(_))
                );
                self.hold(
                    Invariant::BrokenChangesNothing,
                    before == after && !is_done,
                    || format!("{} of {} bytes were taken", part.len(), bytes.len()),
                )?;
                if !packet.is_again {
                    self.give_up(packet);
                }
            }
        }
        Ok(())
    }

    pub(super) fn cut(&mut self, rng: &mut Rng) -> Held {
        let Some(at) = self.any_host(rng) else {
            return Ok(());
        };
        let waits = self.hosts[at].waits();
        if waits.is_empty() {
            return Ok(());
        }
        self.fired(Fault::Cut);
        let (life, speaks) = (self.hosts[at].life, self.hosts[at].speaks);
        for packet in self.wire.take_of(at) {
            // Requests that had left may still arrive; replies are gone.
            if packet.way == Way::ToSite && rng.bool() {
                let is_again = true;
                self.wire.send(Packet { is_again, ..packet });
            }
        }
        for (request, nonce) in waits {
            self.wire.send(Packet {
                number: 0,
                way: Way::ToDevice,
                host: at,
                life,
                speaks,
                request,
                nonce,
                bytes: None,
                is_again: false,
                overtaken: 0,
            });
        }
        Ok(())
    }
}
