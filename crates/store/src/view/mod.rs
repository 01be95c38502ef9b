//! A person's vault: the entries that they may read, and referrals folded from
//! them.
//!
//! A vault is a view. Whatever is in it came from the journal's redo or from
//! the feed, and a referral's row is always the fold of its entries: nothing
//! else writes it.

mod feed;
mod row;

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use handoff_cipherdb::{Database, ReadTx, WriteTx, params};
use handoff_domain::{
    Entry, Held, Hlc, Referral, ReferralId, SiteId, UserId, VerificationState, Written, fold,
};
use handoff_protocol::ids::{ItemId, Lane, Seq};
use handoff_protocol::kept::KeptRecord;

pub(crate) use feed::{FeedTaken, drop_applied, follows, position, take_feed};
pub(crate) use row::{HeldEntry, entries_of};

use crate::db::Db;
use crate::error::Stored;
use crate::numbers::column;

/// An open vault, and whose it is.
pub(crate) struct Vault {
    pub db: Db,
    pub site: SiteId,
    pub user: UserId,
}

/// An entry on its way into a vault.
pub(crate) struct Arriving<'a> {
    pub id: ItemId,
    pub lane: Lane,
    pub seq: Seq,
    pub author: UserId,
    pub received_at: Option<DateTime<Utc>>,
    pub own: bool,
    /// The record, packed.
    pub kept: &'a [u8],
    /// The same, read; `None` for what this version does not read: it is kept,
    /// and folded once it is read.
    pub entry: Option<Cow<'a, Entry>>,
}

/// Referrals that have to be folded again, each with those of its entries that
/// have been read already.
#[derive(Default)]
pub(crate) struct Touched<'a>(BTreeMap<ReferralId, Vec<&'a Entry>>);

impl Extend<ReferralId> for Touched<'_> {
    fn extend<T: IntoIterator<Item = ReferralId>>(&mut self, referrals: T) {
        for referral in referrals {
            self.0.entry(referral).or_default();
        }
    }
}

/// A referral whose verification has changed.
pub(crate) type Decided = (ReferralId, VerificationState);

/// Where an entry was written, from its lane.
pub(crate) fn written(lane: &Lane) -> Written {
    match lane {
        Lane::Device { .. } => Written::OnDevice,
        Lane::Site { .. } => Written::AtSite,
    }
}

impl Vault {
    /// Takes entries that their author saved here. The vault may lag behind
    /// the journal afterwards, never say otherwise.
    pub fn put_own(&self, entries: &[Arriving<'_>]) -> Stored<()> {
        self.db.write(|tx| {
            self.put_all(tx, entries)?;
            Ok(())
        })
    }

    /// Puts entries in and folds their referrals again; says whose verification
    /// has changed.
    fn put_all(&self, tx: &WriteTx<'_>, entries: &[Arriving<'_>]) -> Stored<Vec<Decided>> {
        let mut touched = Touched::default();
        for entry in entries {
            self.put(tx, entry, &mut touched)?;
        }
        self.refold(tx, &touched)
    }

    /// Drops an entry that was taken back.
    pub fn drop_own(&self, id: ItemId) -> Stored<()> {
        self.db.write(|tx| {
            let mut touched = Touched::default();
            touched.extend(self.remove(tx, id)?);
            self.refold(tx, &touched)?;
            Ok(())
        })
    }

    /// Erases entries that an order names, as an eviction does.
    pub fn erase(&self, ids: &[ItemId]) -> Stored<()> {
        let held = self.db.read(|tx| -> Stored<Vec<ItemId>> {
            let mut held = Vec::new();
            for id in ids {
                if self.holds(tx, *id)? {
                    held.push(*id);
                }
            }
            Ok(held)
        })?;
        if held.is_empty() {
            return Ok(());
        }
        self.db.writer()?.write_durably(|tx| -> Stored<()> {
            let mut touched = Touched::default();
            for id in &held {
                touched.extend(self.remove(tx, *id)?);
            }
            self.refold(tx, &touched)?;
            feed::set_unswept(tx)
        })?;
        // Tried again before the person's feed is asked for.
        let _ = self.sweep();
        Ok(())
    }

    /// Clears what was deleted out of the file and its log, if something was
    /// since the last time.
    pub fn sweep(&self) -> Stored<()> {
        if !self.db.read(feed::is_unswept)? {
            return Ok(());
        }
        let writer = self.db.writer()?;
        writer.checkpoint_truncate()?;
        writer.write(|tx| -> Stored<()> {
            tx.execute("UPDATE feed SET unswept = 0", [])?;
            Ok(())
        })
    }

    /// Makes everything that was put in so far durable.
    pub fn make_durable(&self) -> Stored<()> {
        const SQL: &str = "UPDATE feed SET ticks = ticks + 1";
        self.db.writer()?.write_durably(|tx| {
            tx.execute(SQL, [])?;
            Ok(())
        })
    }

    /// How often it was made durable.
    pub fn ticks(&self) -> Stored<u64> {
        const SQL: &str = "SELECT ticks FROM feed";
        let ticks = self.db.read(|tx| tx.query_one(SQL, [], |row| row.get(0)));
        Ok(crate::numbers::seq(ticks?))
    }

    /// Asks for everything again, own entries too.
    pub fn ask_anew(&self, ticks: u64) -> Stored<()> {
        const SQL: &str = "UPDATE feed SET cursor = NULL, wants_own = 1, ticks = ?1";
        self.db.writer()?.write_durably(|tx| {
            tx.execute(SQL, [column(ticks)])?;
            Ok(())
        })
    }

    /// Whether an entry is here.
    pub fn holds(&self, tx: &ReadTx<'_>, id: ItemId) -> Stored<bool> {
        const SQL: &str = "SELECT 1 FROM entry WHERE id = ?1";
        Ok(tx
            .query_optional(SQL, [id.as_bytes()], |_| Ok(()))?
            .is_some())
    }

    /// Which of these are here and the reader's own.
    pub fn own_among(&self, ids: &[ItemId]) -> Stored<Vec<ItemId>> {
        const SQL: &str = "SELECT 1 FROM entry WHERE id = ?1 AND own = 1";
        self.db.read(|tx| {
            let mut own = Vec::new();
            for id in ids {
                let found = tx.query_optional(SQL, [id.as_bytes()], |_| Ok(()))?;
                own.extend(found.map(|()| *id));
            }
            Ok(own)
        })
    }

    /// The record of an entry that is here.
    pub fn kept(&self, tx: &ReadTx<'_>, id: ItemId) -> Stored<Option<KeptRecord>> {
        const SQL: &str = "SELECT bytes FROM entry WHERE id = ?1";
        let bytes: Option<Vec<u8>> = tx.query_optional(SQL, [id.as_bytes()], |row| row.get(0))?;
        Ok(bytes.map(KeptRecord::from_bytes))
    }

    /// Things that wait for this person.
    pub fn needs_you(&self) -> Stored<u64> {
        const SQL: &str = "SELECT count(*) FROM referral WHERE needs_you = 1";
        self.db.read(|tx| {
            Ok(crate::numbers::seq(
                tx.query_one(SQL, [], |row| row.get(0))?,
            ))
        })
    }

    pub(crate) fn writer(&self) -> Stored<&Database> {
        self.db.writer()
    }

    /// Puts an entry in and notes which referral has to be folded again.
    fn put<'a>(
        &self,
        tx: &WriteTx<'_>,
        entry: &'a Arriving<'_>,
        touched: &mut Touched<'a>,
    ) -> Stored<()> {
        let read = entry.entry.as_deref();
        let referral = read.and_then(|read| read.record.body.referral(read.id));
        tx.execute(
            include_str!("put_entry.sql"),
            params![
                entry.id.as_bytes(),
                referral.as_ref().map(ReferralId::as_bytes),
                entry.lane.to_bytes(),
                column(entry.seq),
                entry.author.as_bytes(),
                entry.received_at.map(|at| at.timestamp_millis()),
                entry.own,
                entry.kept
            ],
        )?;
        if let Some(referral) = referral {
            touched.0.entry(referral).or_default().extend(read);
        }
        Ok(())
    }

    fn remove(&self, tx: &WriteTx<'_>, id: ItemId) -> Stored<Option<ReferralId>> {
        const FIND: &str = "SELECT referral FROM entry WHERE id = ?1";
        const DELETE: &str = "DELETE FROM entry WHERE id = ?1";
        let referral: Option<Option<[u8; 16]>> =
            tx.query_optional(FIND, [id.as_bytes()], |row| row.get(0))?;
        tx.execute(DELETE, [id.as_bytes()])?;
        Ok(referral.flatten().map(ReferralId::from_bytes))
    }

    /// Folds referrals again and says whose verification has changed.
    fn refold(&self, tx: &WriteTx<'_>, touched: &Touched<'_>) -> Stored<Vec<Decided>> {
        let mut decided = Vec::new();
        for (id, read) in &touched.0 {
            let before = self.verification(tx, *id)?;
            let held = entries_of(tx, &self.site, *id, read)?;
            let Some(referral) = fold_one(*id, &held) else {
                tx.execute("DELETE FROM referral WHERE id = ?1", [id.as_bytes()])?;
                continue;
            };
            let newest = held
                .iter()
                .map(|held| held.entry.record.captured_at.hlc)
                .max()
                .unwrap_or_default();
            let now = referral.verification.value;
            tx.execute(
                include_str!("put_referral.sql"),
                params![
                    id.as_bytes(),
                    newest.wall_ms,
                    newest.count,
                    verification_name(now),
                    self.needs(&referral),
                ],
            )?;
            if before.is_some_and(|before| before != verification_name(now)) {
                decided.push((*id, now));
            }
        }
        Ok(decided)
    }

    fn verification(&self, tx: &ReadTx<'_>, id: ReferralId) -> Stored<Option<String>> {
        const SQL: &str = "SELECT verification FROM referral WHERE id = ?1";
        Ok(tx.query_optional(SQL, [id.as_bytes()], |row| row.get(0))?)
    }

    /// The site asks something of the person who referred.
    fn needs(&self, referral: &Referral) -> bool {
        referral.referrer == Some(self.user)
            && referral.withdrawn.is_none()
            && referral.verification.value == VerificationState::NeedsInformation
    }
}

/// Folds the entries of one referral.
pub(crate) fn fold_one(id: ReferralId, held: &[HeldEntry<'_>]) -> Option<Referral> {
    let mut state = fold(held.iter().map(|held| Held {
        entry: &held.entry,
        written: written(&held.lane),
    }));
    state.referrals.remove(&id)
}

/// The name that stands in the row, and nowhere else.
fn verification_name(state: VerificationState) -> &'static str {
    match state {
        VerificationState::Pending => "pending",
        VerificationState::NeedsInformation => "needs_information",
        VerificationState::Approved => "approved",
        VerificationState::NotApproved => "not_approved",
    }
}

/// Referrals, the newest first, before a place in that order.
pub(crate) fn newest(
    tx: &ReadTx<'_>,
    before: Option<(Hlc, ReferralId)>,
    max: usize,
) -> Stored<Vec<(Hlc, ReferralId)>> {
    let (hlc, id) = before.unwrap_or((
        Hlc {
            wall_ms: i64::MAX,
            count: u32::MAX,
        },
        ReferralId::from_bytes([0xff; 16]),
    ));
    let max = i64::try_from(max).unwrap_or(i64::MAX);
    let params = params![hlc.wall_ms, hlc.count, id.as_bytes(), max];
    Ok(tx.query_all(include_str!("newest.sql"), params, |row| {
        let hlc = Hlc {
            wall_ms: row.get(0)?,
            count: row.get(1)?,
        };
        Ok((hlc, ReferralId::from_bytes(row.get(2)?)))
    })?)
}
