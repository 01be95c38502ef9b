//! What people at the site do, and time.

use std::collections::BTreeSet;

use fastrand::Rng;
use handoff_domain::{ReferralId, Role, VerificationMove};
use handoff_site::Rotated;
use handoff_site::storage::ErasureReason;

use crate::sim::fault::Fault;
use crate::sim::ledger::Ordered;
use crate::sim::site::{ADMIN, PACK};
use crate::sim::world::{Held, World};

impl World {
    pub(super) fn apply_now(&mut self) -> Held {
        if !self.site.is_down {
            // A failure is undone, and the next run goes on.
            let _ = self.site.apply();
        }
        Ok(())
    }

    pub(super) fn judge(&mut self) -> Held {
        let parked = self.site.storage().reading(|reads| reads.parked());
        if !self.site.is_down && parked.is_ok_and(|parked| !parked.is_empty()) {
            self.fired(Fault::JudgedAgain);
            let _ = self.site.judge();
        }
        Ok(())
    }

    pub(super) fn decide(&mut self, rng: &mut Rng) -> Held {
        let Some(id) = self.any_at_site(rng) else {
            return Ok(());
        };
        let by = VerificationMove::ALL[rng.usize(..VerificationMove::ALL.len())];
        let name = &self.people[rng.usize(..self.people.len())].name;
        // Not every one of them may, and not every decision is a step.
        let _ = self.site.site.decide(id, name, by, "seen");
        Ok(())
    }

    pub(super) fn confirm(&mut self) -> Held {
        if !self.site.is_down {
            let _ = self.site.site.confirm(ADMIN);
        }
        Ok(())
    }

    pub(super) fn disable(&mut self, rng: &mut Rng) -> Held {
        let person = self.people[rng.usize(..self.people.len())].clone();
        let is_off = self.roles_of(&person.name).is_empty();
        let roles: BTreeSet<Role> = if is_off {
            [person.role].into()
        } else {
            BTreeSet::new()
        };
        if !self.site.is_down && self.site.site.set_roles(&person.name, roles).is_ok() && !is_off {
            self.fired(Fault::UserDisabled);
        }
        Ok(())
    }

    pub(super) fn roles(&mut self, rng: &mut Rng) -> Held {
        let person = self.people[rng.usize(..self.people.len())].clone();
        let others = [
            Role::Officer,
            Role::Sergeant,
            Role::CaseManager,
            Role::Supervisor,
            Role::ProsecutorLiaison,
        ];
        let role = others[rng.usize(..others.len())];
        if !self.site.is_down
            && self
                .site
                .site
                .set_roles(&person.name, [role].into())
                .is_ok()
        {
            self.fired(Fault::RolesChanged);
        }
        Ok(())
    }

    /// A referral that the site has opened, while it is there.
    fn any_at_site(&self, rng: &mut Rng) -> Option<ReferralId> {
        if self.site.is_down {
            return None;
        }
        let listed = self.site.storage().reading(|reads| reads.referrals());
        let listed = listed.unwrap_or_default();
        (!listed.is_empty()).then(|| listed[rng.usize(..listed.len())].referral)
    }

    /// Somebody who may has a referral erased that the site has opened.
    pub(super) fn erase(&mut self, rng: &mut Rng) -> Held {
        let Some(id) = self.any_at_site(rng) else {
            return Ok(());
        };
        let erased = self
            .site
            .site
            .erase_referral(id, ADMIN, ErasureReason::CourtOrder);
        match erased {
            Ok(_) => {
                self.ledger.erased.insert(id, Ordered::Stands);
                self.fired(Fault::Erased);
            }
            // The control log knows of it before the database does.
            Err(_) => {
                self.ledger.erased.insert(id, Ordered::PerhapsForgotten);
            }
        }
        Ok(())
    }

    pub(super) fn rotate(&mut self, rng: &mut Rng) -> Held {
        let which = if rng.u8(..3) == 0 {
            Rotated::Receipt
        } else {
            Rotated::Sealing
        };
        if !self.site.is_down && self.site.site.rotate_key(which, ADMIN).is_ok() {
            self.fired(Fault::KeyRotated);
        }
        Ok(())
    }

    pub(super) fn lose_key(&mut self, rng: &mut Rng) -> Held {
        if self.site.has_lost_keys() && rng.bool() {
            self.site.find_keys();
        } else if self.site.lose_key(rng) {
            self.fired(Fault::KeyMissing);
        }
        Ok(())
    }

    pub(super) fn publish(&mut self, rng: &mut Rng) -> Held {
        let pack = format!("# {}\n{PACK}", rng.u32(..));
        if !self.site.is_down && self.site.site.publish_pack(ADMIN, &pack).is_ok() {
            self.fired(Fault::PackChanged);
        }
        Ok(())
    }

    fn roles_of(&self, name: &str) -> BTreeSet<Role> {
        let people = self.site.site.people().unwrap_or_default();
        let person = people.into_iter().find(|person| person.name == name);
        person.map(|person| person.roles).unwrap_or_default()
    }

    pub(super) fn pass(&mut self, rng: &mut Rng) -> Held {
        self.now_ms += rng.i64(60_000..6 * 3_600_000);
        self.tick();
        Ok(())
    }
}
