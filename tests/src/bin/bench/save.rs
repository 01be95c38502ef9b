//! A save beside one bare insert of the same bytes into SQLCipher.

use anyhow::Result;
use handoff_cipherdb::{CipherDbError, Database, DbKey, Migrations, OpenOptions};
use handoff_tests::synthetic::Seeded;
use handoff_tests::world::World;
use handoff_vault::OsRandom;

use crate::Setup;
use crate::device::{NOW_MS, Rights, Unlocked};
use crate::measure::{median, timed};
use crate::report::{Budget, Report, Row};

/// Saves of each kind.
const SAVES: usize = 400;
/// The first ones prepare statements and grow files.
const WARM: usize = 40;
/// Both copies of a sealed entry, and its hashes, as they lie in the journal.
const JOURNAL_BYTES: usize = 660;

const BARE: Migrations = Migrations::new(&[(
    1,
    "CREATE TABLE bare (seq INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, body BLOB NOT NULL) STRICT",
)]);

/// `save`.
pub fn measure(setup: &Setup, report: &mut Report) -> Result<()> {
    let world = World::enrolled_in(&setup.folder);
    let bare = Database::open(
        &world.path("bare.db"),
        &DbKey::from_bytes(&[7; 32]),
        &BARE,
        OpenOptions::durable(),
    )?;
    let home = world.path("device");
    for (rights, what, most) in [
        (Rights::WritingOnly, "save a referral, to “Saved”", 1.5),
        (
            Rights::Reading,
            "save a referral, to visible in the vault",
            3.0,
        ),
    ] {
        let device = Unlocked::open(&home, rights)?;
        let mut rng = Seeded::new(if rights == Rights::Reading { 1 } else { 2 });
        let (mut ours, mut reference) = (Vec::new(), Vec::new());
        for turn in 0..WARM + SAVES {
            let entry = device.entry(&mut rng);
            let id = rng.bytes();
            let body = noise(&mut rng);
            let (saving, saved) = timed(|| {
                device
                    .session
                    .save(&OsRandom, std::slice::from_ref(&entry), None, NOW_MS)
            });
            saved?;
            let (inserting, inserted) = timed(|| insert(&bare, &id, &body));
            inserted?;
            if turn >= WARM {
                ours.push(saving * 1e3);
                reference.push(inserting * 1e3);
            }
        }
        report.say(Row {
            what: what.to_owned(),
            unit: "ms",
            ours: median(&ours),
            reference: Some(("one bare SQLCipher FULL insert".to_owned(), median(&reference))),
            budget: Budget::RatioAtMost(most),
            method: format!(
                "medians of {SAVES} saves and {SAVES} inserts of {JOURNAL_BYTES} bytes, in turns, on the same disk and with the same settings; packing, sealing twice and chaining are in the save, screening is not"
            ),
        });
    }
    Ok(())
}

/// What does not compress, as sealed bytes do not.
fn noise(rng: &mut Seeded) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(JOURNAL_BYTES + 16);
    while bytes.len() < JOURNAL_BYTES {
        bytes.extend(rng.bytes());
    }
    bytes.truncate(JOURNAL_BYTES);
    bytes
}

fn insert(bare: &Database, id: &[u8; 16], body: &[u8]) -> Result<(), CipherDbError> {
    bare.write(|tx| {
        tx.execute(
            "INSERT INTO bare (id, body) VALUES (?1, ?2)",
            (&id[..], body),
        )
        .map(drop)
    })
}
