//! The world of a run: one site, devices, people, a wire, a clock.

use handoff_domain::{Role, UserId};
use handoff_protocol::certificate::SiteIdentity;
use handoff_protocol::ids::{DeviceId, Incarnation};
use handoff_protocol::message::ProtocolRange;
use handoff_vault::{SigningKey, UserKeys};

use super::case::{Depth, Outcome};
use super::check::Seen;
use super::device::{DeviceFiles, ModelFiles, NewFiles, NewUser, RealFiles};
use super::fault::{Fault, Faults};
use super::fuse::Fuse;
use super::host::Host;
use super::invariant::{Checks, Invariant, Violation};
use super::ledger::Ledger;
use super::plan::Op;
use super::seeded::Seeded;
use super::site::{ADMIN, SiteHost, time};
use super::wire::Wire;

const STARTED: i64 = 1_800_000_000_000;
/// Devices that there are at most, clones included.
pub(super) const MOST_HOSTS: usize = 6;

/// Somebody of the roster.
#[derive(Debug, Clone)]
pub(super) struct Somebody {
    pub name: String,
    pub user: UserId,
    /// Their role at first; a change may give them another.
    pub role: Role,
}

pub(super) struct World {
    pub depth: Depth,
    pub random: Seeded,
    /// The right time, in milliseconds.
    pub now_ms: i64,
    pub site: SiteHost,
    /// How far the site's clock is from the right time.
    pub site_skew_ms: i64,
    pub people: Vec<Somebody>,
    pub hosts: Vec<Host>,
    pub wire: Wire,
    pub ledger: Ledger,
    pub seen: Seen,
    pub steps: u64,
    pub recovery: u64,
    pub faults: Faults,
    pub checks: Checks,
    /// The operation that is performed.
    pub at: Option<usize>,
    batch: usize,
}

/// How far clocks of devices are behind where devices let contents go.
const BEHIND_MS: i64 = 2 * 24 * 3_600_000;

pub(super) type Held<T = ()> = Result<T, Violation>;

impl World {
    pub fn new(seed: u64, depth: Depth) -> Self {
        let random = Seeded::new(seed);
        let mut rng = fastrand::Rng::with_seed(seed ^ 0x7368_6170);
        // A device that is only vouched for has a tenth of it, which must be
        // more than a batch.
        let items_per_day = if rng.u8(..3) == 0 { 250 } else { 100_000 };
        let lets_go = seed % 6 == 1;
        let site = SiteHost::found(depth, &random, STARTED, items_per_day, lets_go);
        site.add_person(ADMIN, Role::SiteAdmin);
        let roles = [
            ("Dana Reyes", Role::Officer),
            ("Sam Whitfield", Role::ProsecutorLiaison),
            ("Luis Ortega", Role::Officer),
            ("Kim Osei", Role::Supervisor),
        ];
        let mut people = Vec::new();
        for (name, role) in &roles[..rng.usize(2..=roles.len())] {
            let user = site.add_person(name, *role);
            people.push(Somebody {
                name: (*name).to_owned(),
                user,
                role: *role,
            });
        }
        let mut world = Self {
            depth,
            random,
            now_ms: STARTED,
            site,
            site_skew_ms: 0,
            people,
            hosts: Vec::new(),
            wire: Wire::default(),
            ledger: Ledger::default(),
            seen: Seen::default(),
            steps: 0,
            recovery: 0,
            faults: Faults::default(),
            checks: Checks::default(),
            at: None,
            batch: [1, 2, 3, 5, 20][rng.usize(..5)],
        };
        // A backup from before any device: what is brought back from it knows
        // none of them.
        world.site.back_up();
        for device in 0..rng.usize(1..=3) {
            world.enrol(device % world.people.len());
            if rng.bool() {
                let other = (device + 1) % world.people.len();
                world.add_user(device, other);
            }
        }
        world
    }

    /// Enrols a new device for somebody; whether the site let it in.
    pub fn enrol(&mut self, person: usize) -> bool {
        let Some(somebody) = self.people.get(person).cloned() else {
            return false;
        };
        let device = DeviceId(self.random.id());
        let key = SigningKey::make(&self.random);
        let keys = UserKeys::make(&self.random);
        let reply = self.site.enrol(&somebody.name, device, &key, &keys);
        let Some(reply) = reply else { return false };
        let site = SiteIdentity {
            site: reply.site.clone(),
            key: reply.identity,
        };
        let pin = site.pin();
        let new = NewFiles {
            site,
            device,
            key: key.clone(),
            incarnation: Incarnation(self.random.id()),
            at: time(self.site.clock()),
            person: NewUser {
                user: somebody.user,
                name: somebody.name.clone(),
                keys: keys.clone(),
                reply,
            },
        };
        // What was saved by its clock is old enough to be let go.
        let skew_ms = if self.site.lets_devices_go() {
            -BEHIND_MS
        } else {
            0
        };
        let fuse = Fuse::default();
        let random = self.random.clone();
        let files: Box<dyn DeviceFiles> = match self.depth {
            Depth::Model => {
                let made = ModelFiles::make(&new, random, fuse.clone());
                Box::new(made.expect("a device's files"))
            }
            Depth::Files => {
                let made = RealFiles::make(&new, random, fuse.clone());
                Box::new(made.expect("a device's files"))
            }
        };
        self.hosts.push(Host {
            device,
            site: pin,
            key,
            files,
            fuse,
            life: 0,
            speaks: ProtocolRange::OURS,
            skew_ms,
            offset_ms: 0,
            sync: None,
            keys: [(somebody.user, keys)].into(),
            unlocked: Default::default(),
            images: Vec::new(),
            was_copied: false,
            strayed: Default::default(),
            batch: self.batch,
            evicted: Vec::new(),
            ordered: Vec::new(),
            looked: None,
        });
        true
    }

    /// Adds somebody to a device; whether the site let them in.
    pub fn add_user(&mut self, host: usize, person: usize) -> bool {
        let Some(somebody) = self.people.get(person).cloned() else {
            return false;
        };
        let host = &mut self.hosts[host];
        if host.keys.contains_key(&somebody.user) {
            return false;
        }
        let keys = UserKeys::make(&self.random);
        let reply = self
            .site
            .enrol(&somebody.name, host.device, &host.key, &keys);
        let Some(reply) = reply else { return false };
        let new = NewUser {
            user: somebody.user,
            name: somebody.name,
            keys: keys.clone(),
            reply,
        };
        if host.files.add_user(&new).is_err() {
            return false;
        }
        host.keys.insert(new.user, keys);
        true
    }

    /// Performs an operation and looks at what must hold afterwards.
    pub fn perform(&mut self, at: usize, op: Op) -> Held {
        self.at = Some(at);
        self.steps += 1;
        self.now_ms += 1_000 + i64::try_from(op.salt % 9_000).unwrap_or(0);
        self.tick();
        self.operate(op)?;
        self.settle_deaths()?;
        self.check_hosts()?;
        self.check_site()
    }

    /// The site's clock goes with the right time.
    pub fn tick(&self) {
        let at = self.now_ms.saturating_add(self.site_skew_ms);
        self.site.set_clock(at);
    }

    pub fn fired(&mut self, fault: Fault) {
        self.faults.fired(fault);
    }

    /// Looks at an invariant; what was found ends the run.
    pub fn hold(
        &mut self,
        invariant: Invariant,
        holds: bool,
        found: impl FnOnce() -> String,
    ) -> Held {
        self.checks.count(invariant);
        if holds {
            return Ok(());
        }
        Err(Violation {
            invariant,
            after: self.at,
            found: found(),
        })
    }

    pub fn outcome(self, violation: Option<Violation>) -> Outcome {
        let commits: u64 = self.hosts.iter().map(|host| host.fuse.commits()).sum();
        let facts = self.ledger.facts.values();
        Outcome {
            steps: self.steps + commits + self.site.fuse.commits(),
            recovery: self.recovery,
            saved: self.ledger.saved,
            gone_with_a_disk: facts.filter(|fact| fact.gone).count() as u64,
            faults: self.faults,
            checks: self.checks,
            violation,
        }
    }
}
