//! Healing: every fault ends, everything comes to rest, and is compared.

mod compare;

use handoff_domain::{Entry, Held as HeldEntry, State, Written, fold};
use handoff_protocol::ids::Lane;
use handoff_protocol::message::ProtocolRange;
use handoff_sync::device::Contact;

use super::device::Opening;
use super::driver::Drove;
use super::fault::Fault;
use super::invariant::Invariant;
use super::world::{Held, World};

/// Syncs that each device has until nothing is left to do: the stated bound.
const ROUNDS: u32 = 16;
/// Steps of a driver in one sync.
const MOST_STEPS: u32 = 4_000;
const DAY_MS: i64 = 24 * 3_600_000;

impl World {
    /// Heals everything, waits until it rests, and compares.
    pub fn heal(&mut self) -> Held {
        self.at = None;
        let began = self.all_steps();
        self.end_faults()?;
        let mut rests = false;
        for _ in 0..ROUNDS {
            let before = self.at_rest();
            for at in 0..self.hosts.len() {
                self.sync_to_the_end(at)?;
                let _ = self.site.apply();
                self.check_hosts()?;
                self.check_site()?;
            }
            // Caps are by the day.
            self.now_ms += DAY_MS;
            self.tick();
            if before == self.at_rest() && self.waiting().is_empty() {
                rests = true;
                break;
            }
        }
        self.recovery = self.all_steps() - began;
        let waiting = self.waiting();
        self.hold(Invariant::ComesToRest, rests && waiting.is_empty(), || {
            format!("after {ROUNDS} syncs of each device: {waiting:?}")
        })?;
        self.compare()
    }

    /// What no longer changes at rest. A new epoch serves its feeds from the next
    /// round on, and who was above a cap comes again on the next day.
    fn at_rest(&self) -> impl PartialEq + use<> {
        let put_off = self.faults.of(Fault::SiteBusy);
        (
            self.fingerprint(),
            self.waiting(),
            self.site_epoch(),
            put_off,
        )
    }

    fn all_steps(&self) -> u64 {
        let commits: u64 = self.hosts.iter().map(|host| host.fuse.commits()).sum();
        self.steps + commits + self.site.fuse.commits()
    }

    fn end_faults(&mut self) -> Held {
        self.site_skew_ms = 0;
        self.tick();
        self.site.start();
        if self.site.has_lost_keys() {
            self.site.find_keys();
        }
        self.site.replace_program(ProtocolRange::OURS);
        for at in 0..self.hosts.len() {
            let host = &mut self.hosts[at];
            host.fuse.renew();
            host.skew_ms = 0;
            self.replace_program(at, ProtocolRange::OURS)?;
        }
        self.confirm_now();
        while self.wire.len() > 0 {
            self.arrive(0, true)?;
            self.check_site()?;
        }
        for at in 0..self.hosts.len() {
            self.finish_sync(at)?;
            let users: Vec<_> = self.hosts[at].keys.keys().copied().collect();
            for user in users {
                self.hosts[at].files.lock(user);
                self.hosts[at].unlocked.remove(&user);
                self.sign_in(at, user, Opening::Reading)?;
            }
        }
        self.confirm_now();
        Ok(())
    }

    fn confirm_now(&self) {
        let _ = self.site.site.confirm(super::site::ADMIN);
    }

    fn sync_to_the_end(&mut self, at: usize) -> Held {
        self.begin_sync(at, Contact::Unknown)?;
        self.finish_sync(at)?;
        // A rollback that this sync proved waits for somebody who confirms.
        self.confirm_now();
        Ok(())
    }

    /// Goes on with a device's sync, and with all that is under way, to its end.
    pub(super) fn finish_sync(&mut self, at: usize) -> Held {
        for _ in 0..MOST_STEPS {
            match self.drive_one(at)? {
                Drove::On => {}
                Drove::Waits if self.wire.len() > 0 => {
                    self.arrive(0, true)?;
                    self.check_site()?;
                }
                Drove::Waits | Drove::Ended(_) | Drove::Stopped => return Ok(()),
            }
        }
        self.hold(Invariant::ComesToRest, false, || {
            format!("a sync of device {at} does not end")
        })
    }

    /// Lanes that are not at the site, except those that went another way than
    /// the site's: no receipt covers them.
    fn waiting(&self) -> Vec<(usize, Lane, u64)> {
        let mut waiting = Vec::new();
        for (at, host) in self.hosts.iter().enumerate() {
            let outlook = host.files.outlook();
            for lane in outlook.into_iter().flat_map(|outlook| outlook.lanes) {
                if !host.strayed.contains(&lane.lane) {
                    waiting.push((at, lane.lane, lane.covered));
                }
            }
        }
        waiting
    }
}

/// What entries amount to.
pub(super) fn folded(held: &[(Entry, Lane)]) -> State {
    fold(held.iter().map(|(entry, lane)| HeldEntry {
        entry,
        written: match lane {
            Lane::Device { .. } => Written::OnDevice,
            Lane::Site { .. } => Written::AtSite,
        },
    }))
}
