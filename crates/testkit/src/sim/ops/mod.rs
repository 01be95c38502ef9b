//! What each operation of a plan does.

mod faults;
mod network;
mod people;
mod staff;
mod versions;

use fastrand::Rng;

use super::fault::Fault;
use super::fuse::Blow;
use super::plan::{Op, What};
use super::world::{Held, World};

impl World {
    pub(super) fn operate(&mut self, op: Op) -> Held {
        let rng = &mut Rng::with_seed(op.salt);
        match op.what {
            What::Unlock => self.unlock(rng),
            What::Lock => self.lock(rng),
            What::Save => self.save(rng),
            What::Draft => self.draft(rng),
            What::Submit => self.submit(rng),
            What::TakeBack => self.take_back(rng),
            What::Amend => self.amend(rng),
            What::Attach => self.attach(rng),
            What::Withdraw => self.withdraw(rng),
            What::Sync => self.sync(rng),
            What::SyncThrough => self.sync_through(rng),
            What::Drive => self.drive(rng),
            What::Deliver => self.deliver(rng),
            What::Lose => self.lose(rng),
            What::Duplicate => self.duplicate(rng),
            What::CutShort => self.cut_short(rng),
            What::Cut => self.cut(rng),
            What::Apply => self.apply_now(),
            What::Decide => self.decide(rng),
            What::Pass => self.pass(rng),
            What::DeviceDies => self.device_dies(rng),
            What::SiteDies => self.site_dies(rng),
            What::DeviceFull => self.device_full(rng),
            What::SiteFull => self.site_full(rng),
            What::SiteDown => self.site_down(),
            What::DeviceClock => self.device_clock(rng),
            What::SiteClock => self.site_clock(rng),
            What::Backup => self.back_up(),
            What::Restore => self.restore(rng),
            What::PutBack => self.put_back(rng),
            What::RestoreAgain => self.restore_again(rng),
            What::Confirm => self.confirm(),
            What::Image => self.image(rng),
            What::DeviceImage => self.device_image(rng),
            What::Clone => self.clone_device(rng),
            What::Disable => self.disable(rng),
            What::Roles => self.roles(rng),
            What::Judge => self.judge(),
            What::Erase => self.erase(rng),
            What::Rotate => self.rotate(rng),
            What::LoseKey => self.lose_key(rng),
            What::Publish => self.publish(rng),
            What::DeviceVersion => self.device_version(rng),
            What::SiteVersion => self.site_version(rng),
            What::Enrol => self.enrol_one(rng),
            What::AddUser => self.add_one(rng),
        }
    }

    /// A device, if there is one.
    pub(super) fn any_host(&self, rng: &mut Rng) -> Option<usize> {
        (!self.hosts.is_empty()).then(|| rng.usize(..self.hosts.len()))
    }

    /// Processes that died of the last operation begin again.
    pub(super) fn settle_deaths(&mut self) -> Held {
        for at in 0..self.hosts.len() {
            let host = &mut self.hosts[at];
            let hit = host.fuse.take_hit();
            if host.fuse.is_blown() {
                let is_late = host.life % 2 == 1;
                host.reboot(is_late);
                if is_late {
                    self.fired(Fault::VaultLags);
                }
                self.check_whole(at)?;
            }
            match hit {
                Some(Blow::Before) => self.fired(Fault::DeviceDiesBefore),
                Some(Blow::After) => self.fired(Fault::DeviceDiesAfter),
                Some(Blow::Full) => self.fired(Fault::DeviceFull),
                None => {}
            }
        }
        let hit = self.site.fuse.take_hit();
        if self.site.fuse.is_blown() {
            self.site.start();
        }
        match hit {
            Some(Blow::Before) => self.fired(Fault::SiteDiesBefore),
            Some(Blow::After) => self.fired(Fault::SiteDiesAfter),
            Some(Blow::Full) => self.fired(Fault::SiteFull),
            None => {}
        }
        Ok(())
    }
}
