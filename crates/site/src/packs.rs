//! Rule packs: published by people who may, in force from a date on.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use handoff_domain::{Body, PackPublished, PackRef, Role};
use handoff_eligibility::{PackError, RulePack, run_pack_tests};

use crate::apply::views;
use crate::people::{self, PersonError};
use crate::site::Site;
use crate::site_lane::{self, SiteLaneError};
use crate::storage::{Reads, StorageError};

/// Who may publish packs.
pub(crate) const PUBLISHES: [Role; 2] = [Role::ProjectManager, Role::SiteAdmin];

/// Why a pack was not published, or none is in force.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The store.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The entry was not written.
    #[error(transparent)]
    Lane(#[from] SiteLaneError),
    /// Whoever publishes is not on the roster.
    #[error(transparent)]
    Person(#[from] PersonError),
    /// The pack does not read.
    #[error(transparent)]
    Pack(#[from] PackError),
    /// The pack's own tests fail.
    #[error("{failed} of the pack's own tests fail; the first is `{first}`")]
    Tests {
        /// How many.
        failed: usize,
        /// The name of the first.
        first: String,
    },
    /// The person may not.
    #[error("only a project manager or a site administrator publishes packs")]
    NotPermitted,
    /// The same bytes were published before.
    #[error("exactly this pack was published before")]
    Published,
}

impl Site {
    /// Publishes a pack.
    ///
    /// # Errors
    /// [`PublishError`]; nothing was changed.
    pub fn publish_pack(&self, by: &str, text: &str) -> Result<PackRef, PublishError> {
        let published = check(text)?;
        let pack = published.pack.clone();
        self.storage.writing(|writes| {
            let person = people::find(writes, by)?;
            let role = PUBLISHES
                .into_iter()
                .find(|role| person.roles.contains(role));
            let role = role.ok_or(PublishError::NotPermitted)?;
            let known = all(writes)?;
            if known.iter().any(|known| known.pack.hash == pack.hash) {
                return Err(PublishError::Published);
            }
            let by = (person.user, role);
            site_lane::write(self, writes, by, Vec::new(), Body::PackPublished(published))?;
            Ok(())
        })?;
        self.wake.ring();
        Ok(pack)
    }
}

/// Reads a pack and runs its own tests.
pub fn check(text: &str) -> Result<PackPublished, PublishError> {
    let pack = RulePack::parse(text)?;
    let results = run_pack_tests(&pack);
    let failed: Vec<_> = results
        .iter()
        .filter(|result| !result.failures.is_empty())
        .collect();
    if let Some(first) = failed.first() {
        return Err(PublishError::Tests {
            failed: failed.len(),
            first: first.name.clone(),
        });
    }
    Ok(PackPublished {
        pack: pack.pack_ref(),
        effective: pack.effective_from(),
        text: text.to_owned(),
    })
}

/// Every published pack, in the order of publication.
fn all(reads: &dyn Reads) -> Result<Vec<PackPublished>, StorageError> {
    let site = reads.site()?.name;
    let mut packs = Vec::new();
    for row in reads.entries_of_kind("pack_published")? {
        if let Body::PackPublished(pack) = views::read(&site, &row)?.record.body {
            packs.push(pack);
        }
    }
    Ok(packs)
}

/// The pack in force: of those whose day has come in their own time zone, the
/// one with the latest day, and of two with the same day the later published.
pub(crate) fn in_force(
    reads: &dyn Reads,
    now: DateTime<Utc>,
) -> Result<Option<RulePack>, StorageError> {
    let mut best: Option<(NaiveDate, RulePack)> = None;
    for published in all(reads)? {
        // What was published parsed; a later version that refuses it must not
        // hide the one before.
        let Ok(pack) = RulePack::parse(&published.text) else {
            tracing::error!(pack = %published.pack.id, "a published pack no longer parses");
            continue;
        };
        let zone: Tz = pack.policy().time_zone.parse().unwrap_or(Tz::UTC);
        let today = now.with_timezone(&zone).date_naive();
        let is_newer = best
            .as_ref()
            .is_none_or(|(effective, _)| published.effective >= *effective);
        if published.effective <= today && is_newer {
            best = Some((published.effective, pack));
        }
    }
    Ok(best.map(|(_, pack)| pack))
}
