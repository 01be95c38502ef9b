//! Deaths, clocks, disks, backups and images.

use std::collections::BTreeSet;

use fastrand::Rng;
use handoff_domain::EntryId;
use handoff_protocol::ids::ItemId;
use handoff_protocol::item::Item;
use handoff_site::storage::{HeldItem, StorageError};

use crate::sim::fault::Fault;
use crate::sim::fuse::{Blow, Fuse};
use crate::sim::host::Host;
use crate::sim::ledger::Ordered;
use crate::sim::site::Bring;
use crate::sim::world::{Held, MOST_HOSTS, World};

const YEAR_MS: i64 = 365 * 24 * 3_600_000;

impl World {
    pub(super) fn device_dies(&mut self, rng: &mut Rng) -> Held {
        // Rather one that is about to take something up, or in the middle of a
        // sync: there is more to lose.
        let those = |is: &dyn Fn(&Host) -> bool| -> Vec<usize> {
            let all = 0..self.hosts.len();
            all.filter(|at| is(&self.hosts[*at])).collect()
        };
        let taking = those(&Host::is_about_to_apply);
        let syncing = those(&|host| host.sync.is_some());
        let at = match (taking.len(), syncing.len()) {
            (0, 0) => self.any_host(rng),
            (0, some) => Some(syncing[rng.usize(..some)]),
            (some, _) => Some(taking[rng.usize(..some)]),
        };
        if let Some(at) = at {
            let blow = if rng.bool() {
                Blow::Before
            } else {
                Blow::After
            };
            self.hosts[at].fuse.set(rng.u32(..4), blow);
        }
        Ok(())
    }

    pub(super) fn site_dies(&mut self, rng: &mut Rng) -> Held {
        let blow = if rng.bool() {
            Blow::Before
        } else {
            Blow::After
        };
        self.site.fuse.set(rng.u32(..4), blow);
        Ok(())
    }

    pub(super) fn device_full(&mut self, rng: &mut Rng) -> Held {
        if let Some(at) = self.any_host(rng) {
            self.hosts[at].fuse.set(rng.u32(..3), Blow::Full);
        }
        Ok(())
    }

    pub(super) fn site_full(&mut self, rng: &mut Rng) -> Held {
        self.site.fuse.set(rng.u32(..3), Blow::Full);
        Ok(())
    }

    pub(super) fn site_down(&mut self) -> Held {
        if self.site.is_down {
            self.site.start();
        } else {
            self.site.is_down = true;
        }
        Ok(())
    }

    pub(super) fn device_clock(&mut self, rng: &mut Rng) -> Held {
        if let Some(at) = self.any_host(rng) {
            self.hosts[at].skew_ms = skew(rng);
            self.fired(Fault::DeviceClock);
        }
        Ok(())
    }

    pub(super) fn site_clock(&mut self, rng: &mut Rng) -> Held {
        self.site_skew_ms = skew(rng);
        self.tick();
        self.fired(Fault::SiteClock);
        Ok(())
    }

    pub(super) fn back_up(&mut self) -> Held {
        if !self.site.is_down && self.site.backups.len() < 8 {
            self.site.back_up();
        }
        Ok(())
    }

    fn any_backup(&self, rng: &mut Rng) -> usize {
        let number = rng.usize(..self.site.backups.len());
        if self.site.lets_devices_go() {
            return self.site.backups.len() - 1;
        }
        number
    }

    pub(super) fn restore(&mut self, rng: &mut Rng) -> Held {
        let number = self.any_backup(rng);
        let how = if rng.bool() {
            Bring::WithLog
        } else {
            Bring::Awaiting
        };
        self.fired(Fault::Restored);
        self.bring_back(number, how)
    }

    pub(super) fn put_back(&mut self, rng: &mut Rng) -> Held {
        let number = self.any_backup(rng);
        self.fired(Fault::PutBack);
        let how = if rng.bool() {
            Bring::WholeMachine
        } else {
            Bring::WithoutAWord
        };
        self.bring_back(number, how)
    }

    pub(super) fn restore_again(&mut self, rng: &mut Rng) -> Held {
        let Some(number) = self.site.brought_back else {
            return Ok(());
        };
        let number = if self.site.lets_devices_go() {
            self.any_backup(rng)
        } else {
            number
        };
        let how = if rng.bool() {
            Bring::WithLog
        } else {
            Bring::WithoutAWord
        };
        self.fired(Fault::RestoredAgain);
        self.bring_back(number, how)
    }

    fn bring_back(&mut self, number: usize, how: Bring) -> Held {
        self.site.bring_back(number, how);
        self.seen.forget();
        if how != Bring::WithLog {
            for order in self.ledger.erased.values_mut() {
                *order = Ordered::PerhapsForgotten;
            }
        }
        self.write_off()
    }

    pub(super) fn image(&mut self, rng: &mut Rng) -> Held {
        if let Some(at) = self.any_host(rng) {
            let host = &mut self.hosts[at];
            if host.images.len() < 3 {
                host.images.push(host.files.image());
            }
        }
        Ok(())
    }

    pub(super) fn device_image(&mut self, rng: &mut Rng) -> Held {
        let with: Vec<usize> = (0..self.hosts.len())
            .filter(|at| !self.hosts[*at].images.is_empty())
            .collect();
        if with.is_empty() {
            return Ok(());
        }
        let at = with[rng.usize(..with.len())];
        let host = &mut self.hosts[at];
        let image = &host.images[rng.usize(..host.images.len())];
        host.fuse.renew();
        host.files = image.open(host.fuse.clone());
        host.life += 1;
        host.sync = None;
        host.unlocked = BTreeSet::new();
        host.was_copied = true;
        self.fired(Fault::DeviceImage);
        self.copied(at);
        // Who was added since is not on it; nor is what was saved since.
        let users = self.hosts[at].files.users().unwrap_or_default();
        self.hosts[at].keys.retain(|user, _| users.contains(user));
        let saved: Vec<EntryId> = self.ledger.facts.keys().copied().collect();
        for id in saved {
            let place = self.hosts[at].files.place(ItemId(id.0));
            let place = place.unwrap_or_default();
            let Some(fact) = self.ledger.facts.get_mut(&id) else {
                continue;
            };
            fact.shown.remove(&at);
            match place {
                Some(place) => {
                    fact.on.insert(at);
                    fact.gone = false;
                    if place.taken_back {
                        fact.back_on.insert(at);
                    } else {
                        fact.back_on.remove(&at);
                    }
                }
                None => {
                    fact.on.remove(&at);
                    fact.back_on.remove(&at);
                }
            }
        }
        self.write_off()
    }

    pub(super) fn clone_device(&mut self, rng: &mut Rng) -> Held {
        let Some(at) = self.any_host(rng).filter(|_| self.hosts.len() < MOST_HOSTS) else {
            return Ok(());
        };
        let host = &mut self.hosts[at];
        host.was_copied = true;
        let fuse = Fuse::default();
        let twin = Host {
            device: host.device,
            site: host.site,
            key: host.key.clone(),
            files: host.files.image().open(fuse.clone()),
            fuse,
            life: 0,
            speaks: host.speaks,
            skew_ms: host.skew_ms,
            offset_ms: host.offset_ms,
            sync: None,
            keys: host.keys.clone(),
            unlocked: BTreeSet::new(),
            images: Vec::new(),
            was_copied: true,
            strayed: host.strayed.clone(),
            evicted: Vec::new(),
            ordered: Vec::new(),
            batch: host.batch,
            looked: None,
        };
        self.hosts.push(twin);
        let twin = self.hosts.len() - 1;
        for fact in self.ledger.facts.values_mut() {
            if fact.on.contains(&at) {
                fact.on.insert(twin);
                if fact.back_on.contains(&at) {
                    fact.back_on.insert(twin);
                }
            }
        }
        self.copied(at);
        self.fired(Fault::DeviceCloned);
        Ok(())
    }

    pub(super) fn enrol_one(&mut self, rng: &mut Rng) -> Held {
        if self.hosts.len() < MOST_HOSTS && !self.site.is_down {
            let person = rng.usize(..self.people.len());
            self.enrol(person);
        }
        Ok(())
    }

    pub(super) fn add_one(&mut self, rng: &mut Rng) -> Held {
        if let Some(at) = self.any_host(rng).filter(|_| !self.site.is_down) {
            let person = rng.usize(..self.people.len());
            self.add_user(at, person);
        }
        Ok(())
    }

    fn copied(&mut self, at: usize) {
        for fact in self.ledger.facts.values_mut() {
            fact.copied |= fact.on.contains(&at);
        }
    }

    /// A disk was replaced by an older one: what was only there is gone, and
    /// by nobody's fault. What is gone is counted.
    fn write_off(&mut self) -> Held {
        let held = self.site.storage().reading(|reads| {
            let mut held = BTreeSet::new();
            for (id, fact) in &self.ledger.facts {
                if !fact.on.is_empty() {
                    continue;
                }
                let items = reads.items_by_id(ItemId(id.0))?;
                let has_body =
                    |(_, held): &(_, HeldItem)| !matches!(held.item, Item::Placeholder { .. });
                if items.iter().any(has_body) {
                    held.insert(*id);
                }
            }
            Ok::<_, StorageError>(held)
        });
        let held = held.unwrap_or_default();
        for (id, fact) in &mut self.ledger.facts {
            fact.gone = fact.on.is_empty() && !held.contains(id);
        }
        Ok(())
    }
}

fn skew(rng: &mut Rng) -> i64 {
    let years = [-10, -3, 0, 0, 2, 9][rng.usize(..6)];
    years * YEAR_MS + rng.i64(-3_600_000..3_600_000)
}
