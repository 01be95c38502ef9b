//! Pieces of work that a failing disk interrupts.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use handoff_domain::{Entry, EntryId, VerificationMove};
use handoff_protocol::ids::ItemId;
use handoff_protocol::message::{Answer, FeedItem};
use handoff_site::storage::{StorageError, Writes};
use handoff_site::{Opener, Site};
use handoff_store::{DeviceStore, UserSession};
use handoff_vault::OsRandom;

use crate::lab::{Badge, Lab, SLOT, answer, open_device, open_site, opener, request};
use crate::power::{Fact, NOW_MS, downgrade, draft_of, feed};
use crate::synthetic::Seeded;
use crate::world::LIAISON;

/// One piece of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Job {
    /// A device is opened.
    Open,
    /// A device of an older schema is opened.
    Migrate,
    /// Somebody signs in.
    Unlock,
    /// Somebody signs in to a vault that lacks what they saved.
    CatchUp,
    /// A form is changed.
    Draft,
    /// A form is saved.
    Save,
    /// What waits is read and marked as sent.
    Send,
    /// A receipt is taken up.
    Receipt,
    /// A snapshot of the feed is taken up.
    Feed,
    /// Evictions are taken up.
    Evict,
    /// A site is opened.
    SiteOpen,
    /// The site takes custody, applies and answers.
    Take,
    /// The site decides.
    Decide,
}

impl Job {
    /// Every job.
    pub const ALL: [Self; 13] = [
        Self::Open,
        Self::Migrate,
        Self::Unlock,
        Self::CatchUp,
        Self::Draft,
        Self::Save,
        Self::Send,
        Self::Receipt,
        Self::Feed,
        Self::Evict,
        Self::SiteOpen,
        Self::Take,
        Self::Decide,
    ];

    /// Whether it is the site's.
    #[must_use]
    pub fn is_the_sites(self) -> bool {
        matches!(self, Self::SiteOpen | Self::Take | Self::Decide)
    }

    /// Its name in a report.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Migrate => "migrate",
            Self::Unlock => "unlock",
            Self::CatchUp => "catch up",
            Self::Draft => "draft",
            Self::Save => "save",
            Self::Send => "send",
            Self::Receipt => "receipt",
            Self::Feed => "feed",
            Self::Evict => "evict",
            Self::SiteOpen => "open a site",
            Self::Take => "take custody",
            Self::Decide => "decide",
        }
    }
}

/// A folder that is ready for a job, and what the job needs.
pub(super) struct Ready {
    pub job: Job,
    /// The folder, to be copied for each try.
    pub folder: PathBuf,
    pub badge: Badge,
    /// What was acknowledged while it was made ready.
    pub facts: Vec<Fact>,
    ids: Vec<EntryId>,
    entry: Entry,
    answer: Option<Answer>,
    /// One for each try: a request counts once.
    requests: Vec<Vec<u8>>,
}

/// How many entries a folder has before the job.
const BEFORE: usize = 4;

/// Makes a folder ready for a job.
pub(super) fn ready(lab: &Lab, job: Job) -> Ready {
    let badge = lab.badges[0].clone();
    let home = lab.copy(&lab.device_folder(0), &format!("ready-{job:?}"));
    let data = lab.copy(&lab.site_folder(), &format!("ready-{job:?}-site"));
    let mut rng = Seeded::new(job as u64);
    let store = open_device(&home).expect("a device");
    let (mut facts, mut ids) = (Vec::new(), Vec::new());
    {
        let keys = if job == Job::CatchUp {
            badge.writing_only()
        } else {
            badge.reading()
        };
        let session = store.unlock(SLOT, keys).expect("an unlock");
        for _ in 0..BEFORE {
            let entry = badge.referral(&mut rng);
            session
                .save(&OsRandom, std::slice::from_ref(&entry), None, NOW_MS)
                .expect("a save");
            facts.push(Fact::Saved(entry.id));
            ids.push(entry.id);
        }
    }
    let entry = badge.referral(&mut rng);
    let mut ready = Ready {
        job,
        folder: home.clone(),
        badge,
        facts,
        ids,
        entry,
        answer: None,
        requests: Vec::new(),
    };
    ready.prepare(&store, &data);
    drop(store);
    if job == Job::Migrate {
        downgrade(&home);
    }
    if job.is_the_sites() {
        ready.facts.clear();
        if job == Job::Decide {
            ready.facts = ready.ids.iter().map(|id| Fact::Custody(*id)).collect();
        }
        ready.folder = data;
    }
    ready
}

impl Ready {
    fn prepare(&mut self, store: &DeviceStore, data: &Path) {
        let site = open_site(data);
        free_applier(&site).expect("a free applier");
        let mut opener = opener();
        match self.job {
            Job::Receipt => {
                let request = request(store, None);
                self.answer = Some(answer(&site, &mut opener, &request).expect("an answer"));
            }
            Job::Feed | Job::Evict | Job::Decide => {
                let session = self.badge.unlock(store);
                let request = request(store, Some(&session));
                let answered = answer(&site, &mut opener, &request).expect("an answer");
                if self.job == Job::Feed {
                    self.answer = Some(answered);
                    return;
                }
                take_up(store, &answered).expect("an answer is taken up");
                self.facts
                    .extend(self.ids.iter().map(|id| Fact::Received(*id)));
                if self.job == Job::Evict {
                    let evicts = self.ids[..2].iter().map(|id| FeedItem::Evict(ItemId(id.0)));
                    self.answer = Some(feed(store, &session, evicts.collect()));
                }
            }
            Job::Take => self.requests = (0..3).map(|_| request(store, None)).collect(),
            _ => {}
        }
    }

    /// What holds once the job has begun, whether or not it succeeds.
    pub fn begun(&self) -> Vec<Fact> {
        match self.job {
            Job::Evict => self.ids[..2].iter().map(|id| Fact::MayGo(*id)).collect(),
            _ => Vec::new(),
        }
    }

    fn site(&self, stage: &mut Stage) -> Result<(), String> {
        if stage.site.is_none() {
            let site = Site::open(&stage.home, |_| None, handoff_site::Host::system())
                .map_err(|error| format!("{error:?}"))?;
            free_applier(&site)?;
            stage.site = Some((site, opener()));
        }
        Ok(())
    }
}

/// What is open while a job is done.
pub(super) struct Stage {
    home: PathBuf,
    store: Option<DeviceStore>,
    session: Option<Arc<UserSession>>,
    site: Option<(Site, Opener)>,
    tries: usize,
}

impl Stage {
    /// Opens what the job itself does not open; so often it was tried before.
    pub fn set(ready: &Ready, home: &Path, tries: usize) -> Result<Self, String> {
        let mut stage = Self {
            home: home.to_owned(),
            store: None,
            session: None,
            site: None,
            tries,
        };
        let said = |error: &dyn std::fmt::Debug| format!("{error:?}");
        match ready.job {
            Job::Open | Job::Migrate | Job::SiteOpen => {}
            Job::Take | Job::Decide => ready.site(&mut stage)?,
            _ => stage.store = Some(open_device(home)?),
        }
        if matches!(ready.job, Job::Draft | Job::Save | Job::Feed | Job::Evict)
            && let Some(store) = &stage.store
        {
            let session = store
                .unlock(SLOT, ready.badge.reading())
                .map_err(|error| said(&error))?;
            session.catch_up().map_err(|error| said(&error))?;
            stage.session = Some(Arc::new(session));
        }
        Ok(stage)
    }

    /// Does the job: what was acknowledged, or what the error says.
    pub fn act(&mut self, ready: &Ready) -> Result<Vec<Fact>, String> {
        match ready.job {
            Job::Open | Job::Migrate => {
                self.store = None;
                self.store = Some(open_device(&self.home)?);
                Ok(vec![Fact::Schema(2)])
            }
            Job::SiteOpen => {
                self.site = None;
                ready.site(self)?;
                Ok(Vec::new())
            }
            Job::Take | Job::Decide => self.act_at_site(ready),
            _ => self.act_on_device(ready),
        }
    }

    fn act_on_device(&mut self, ready: &Ready) -> Result<Vec<Fact>, String> {
        let store = self.store.as_ref().ok_or("nothing is open")?;
        let session = self.session.as_ref();
        match ready.job {
            Job::Unlock | Job::CatchUp => {
                self.session = None;
                let session = store
                    .unlock(SLOT, ready.badge.reading())
                    .map_err(|error| format!("{error:?}"))?;
                session.catch_up().map_err(|error| format!("{error:?}"))?;
                if !session.set_aside().is_empty() {
                    return Err("something was set aside: Damaged".to_owned());
                }
                self.session = Some(Arc::new(session));
                Ok(Vec::new())
            }
            Job::Draft => {
                let draft = draft_of(&ready.entry, 3);
                let kept = session.ok_or("nobody is signed in")?.put_draft(&draft);
                // Kept by the first try, although it did not say so.
                match kept {
                    Ok(()) | Err(handoff_store::DraftError::Stale(_)) => {
                        Ok(vec![Fact::Draft(ready.entry.id, 3)])
                    }
                    Err(error) => Err(format!("{error:?}")),
                }
            }
            Job::Save => {
                let entries = std::slice::from_ref(&ready.entry);
                session
                    .ok_or("nobody is signed in")?
                    .save(&OsRandom, entries, None, NOW_MS)
                    .map_err(|error| format!("{error:?}"))?;
                Ok(vec![Fact::Saved(ready.entry.id)])
            }
            Job::Send => {
                let outlook = store.outlook().map_err(|error| format!("{error:?}"))?;
                let lane = outlook.lanes.first().ok_or("there is nothing to send")?;
                store
                    .read_items(&lane.lane, lane.covered + 1, 500)
                    .map_err(|error| format!("{error:?}"))?;
                store
                    .mark_sent(&lane.lane, lane.head.seq)
                    .map_err(|error| format!("{error:?}"))?;
                Ok(Vec::new())
            }
            _ => {
                take_up(store, ready.answer.as_ref().ok_or("there is no answer")?)?;
                Ok(match ready.job {
                    Job::Receipt | Job::Feed => {
                        ready.ids.iter().map(|id| Fact::Received(*id)).collect()
                    }
                    _ => ready.ids[..2].iter().map(|id| Fact::Gone(*id)).collect(),
                })
            }
        }
    }

    fn act_at_site(&mut self, ready: &Ready) -> Result<Vec<Fact>, String> {
        let (site, opener) = self.site.as_mut().ok_or("no site is open")?;
        if ready.job == Job::Decide {
            let decided = site.decide(ready.ids[0].into(), LIAISON, VerificationMove::Approve, "");
            return match decided {
                // The first try has decided, although it did not say so.
                Ok(_) | Err(handoff_site::DecideError::Illegal { .. }) => {
                    Ok(vec![Fact::Decided(ready.ids[0])])
                }
                Err(error) => Err(format!("{error:?}")),
            };
        }
        self.tries += 1;
        let request = ready.requests.get(self.tries - 1);
        let answer = answer(site, opener, request.ok_or("no request is left")?)?;
        let covered = answer.receipts.len();
        if covered == 0 {
            return Err("no receipt came".to_owned());
        }
        Ok(ready.ids.iter().map(|id| Fact::Custody(*id)).collect())
    }
}

/// As a site's process does when it starts: the one before is gone.
fn free_applier(site: &Site) -> Result<(), String> {
    let free = |writes: &dyn Writes| writes.free_applier();
    let freed: Result<(), StorageError> = site.storage().writing(free);
    freed.map_err(|error| format!("{error:?}"))
}

/// Takes an answer up; an answer that was left alone in part is an error.
fn take_up(store: &DeviceStore, answer: &Answer) -> Result<(), String> {
    let now = handoff_device::Host::system().now();
    let applied = store
        .apply(answer, now)
        .map_err(|error| format!("{error:?}"))?;
    if applied.ignored.is_empty() {
        Ok(())
    } else {
        Err(format!("{:?}", applied.ignored))
    }
}
