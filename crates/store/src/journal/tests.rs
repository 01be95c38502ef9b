//! What must not grow with the history: every statement on the way of a save,
//! a sync and a queue finds its rows by an index.

use handoff_cipherdb::{Create, Database, DbKey, Durability, OpenOptions};
use handoff_domain::Hlc;
use handoff_protocol::chain::Head;
use handoff_protocol::ids::{DeviceId, EpochId, Incarnation, ItemId, Lane};
use handoff_protocol::item::{Gone, Item};
use handoff_protocol::receipt::{Branch, Receipt};
use handoff_sync::Coverage;
use handoff_vault::{OsRandom, SigningKey};

use super::*;
use crate::error::Stored;
use crate::lane;

const LANE: Lane = Lane::Device {
    device: DeviceId(uuid::Uuid::from_u128(1)),
    incarnation: Incarnation(uuid::Uuid::from_u128(2)),
};
const EPOCH: EpochId = EpochId(uuid::Uuid::from_u128(3));
const SLOT: Slot = Slot(1);

fn entry(n: u128) -> Item {
    Item::Entry {
        id: ItemId(uuid::Uuid::from_u128(n << 64)),
        context: ItemId(uuid::Uuid::from_u128(4)),
        sealed: n.to_be_bytes().to_vec(),
    }
}

/// A journal with so many entries, of which all but the last ten are at the
/// site and applied.
fn journal(entries: u64) -> (tempfile::TempDir, Database) {
    let folder = tempfile::tempdir().unwrap();
    let options = OpenOptions {
        create: Create::IfMissing,
        durability: Durability::Checkpoint,
        mode: 0o600,
    };
    let path = folder.path().join("device.db");
    let key = DbKey::from_bytes(&[7; 32]);
    let db = Database::open(&path, &key, &crate::schema::DEVICE, options).unwrap();
    db.write(|tx| -> Stored<()> {
        tx.execute(
            "INSERT INTO person (slot, user, name, wrap, certificate, vault_file, drafts_file)
             VALUES (1, zeroblob(16), 'A', x'', x'', 'v', 'd')",
            [],
        )?;
        let number = lane::insert(tx, &LANE, None)?;
        let key = lane::by_number(tx, number)?.key;
        let mut tail = tail(tx, &key)?;
        let mut covered = tail.head;
        for n in 1..=entries {
            let item = entry(u128::from(n));
            let is_old = n + 10 <= entries;
            let new = NewItem {
                item: &item,
                redo: (!is_old).then_some(b"redo".as_slice()),
            };
            tail = append(tx, &key, tail, SLOT, &new, 0, Hlc::default())?;
            if is_old {
                covered = tail.head;
            }
        }
        cover(tx, number, covered, EPOCH)
    })
    .unwrap();
    (folder, db)
}

fn cover(tx: &WriteTx<'_>, number: i64, through: Head, epoch: EpochId) -> Stored<()> {
    let receipt = Receipt {
        site: handoff_protocol::SitePin([0; 32]),
        device: DeviceId(uuid::Uuid::from_u128(1)),
        lane: LANE,
        branch: Branch::MAIN,
        through,
        applied_through: through.seq,
        epoch,
        revision: 1,
        parked: Vec::new(),
        blobs_missing: Vec::new(),
        elided: Vec::new(),
        backed_up_through: 0,
        received_at: chrono::DateTime::UNIX_EPOCH,
    };
    let signed = SigningKey::make(&OsRandom).sign_statement(&receipt)?;
    let coverage = Coverage {
        epoch,
        through,
        applied_through: through.seq,
        revision: 1,
        parked: Vec::new(),
        blobs_missing: Vec::new(),
    };
    lane::set_receipt(tx, number, &signed, Branch::MAIN, &coverage)
}

macro_rules! plans {
    ($($sql:expr),* $(,)?) => {
        &[$( concat!("EXPLAIN QUERY PLAN ", $sql) ),*]
    };
}

#[test]
fn no_statement_of_a_save_a_sync_or_a_queue_reads_the_history() {
    const STATEMENTS: &[&str] = plans![
        include_str!("tail.sql"),
        include_str!("hlc.sql"),
        include_str!("rows.sql"),
        include_str!("by_item.sql"),
        include_str!("by_row.sql"),
        include_str!("elide.sql"),
        include_str!("gone_between.sql"),
        include_str!("waiting.sql"),
        include_str!("waiting_items.sql"),
        include_str!("incomplete_items.sql"),
        include_str!("redo_of.sql"),
        include_str!("finished_redo.sql"),
        include_str!("erase_redo_of.sql"),
        include_str!("erase.sql"),
        include_str!("gone_of.sql"),
        include_str!("unopened.sql"),
        include_str!("unproven.sql"),
        include_str!("let_go.sql"),
        include_str!("prune.sql"),
        include_str!("../redo_key/forget_unused.sql"),
        include_str!("../lane/parked_entries.sql"),
        include_str!("../lane/blobs_missing.sql"),
        "SELECT hash FROM journal WHERE lane = ?1 AND seq = ?2",
        "SELECT entries FROM journal WHERE lane = ?1 AND seq = ?2",
        "SELECT max(rowid) FROM journal",
        "UPDATE journal SET redo = NULL WHERE item = ?1",
    ];
    let (_folder, db) = journal(20_000);
    for sql in STATEMENTS {
        let plan = plan(&db, sql);
        let reads_all = plan.iter().any(|step| {
            step.starts_with("SCAN journal")
                && !step.contains("journal_gone")
                && !step.contains("journal_erased")
                && !step.contains("journal_redo")
        });
        assert!(!reads_all && !plan.is_empty(), "{sql}: {plan:?}");
        let sorts = plan
            .iter()
            .any(|step| step.contains("TEMP B-TREE FOR ORDER BY"));
        assert!(!sorts, "{sql}: {plan:?}");
    }
    // The assertion bites.
    let plan = plan(
        &db,
        "EXPLAIN QUERY PLAN SELECT count(*) FROM journal WHERE kind = 2",
    );
    assert!(plan.iter().any(|step| step.starts_with("SCAN journal")));
}

#[test]
fn lists_of_a_vault_read_no_more_than_they_show() {
    const STATEMENTS: &[&str] = plans![
        include_str!("../view/newest.sql"),
        include_str!("../view/entries_of.sql"),
        "SELECT count(*) FROM referral WHERE needs_you = 1",
        "SELECT 1 FROM entry WHERE id = ?1",
    ];
    let folder = tempfile::tempdir().unwrap();
    let key = DbKey::from_bytes(&[7; 32]);
    let db = Database::open(
        &folder.path().join("vault.db"),
        &key,
        &crate::schema::VAULT,
        OpenOptions::durable(),
    )
    .unwrap();
    for sql in STATEMENTS {
        let plan = plan(&db, sql);
        let reads_all = plan
            .iter()
            .any(|step| step.starts_with("SCAN") && !step.contains("referral_needs_you"));
        assert!(!reads_all && !plan.is_empty(), "{sql}: {plan:?}");
    }
}

fn plan(db: &Database, sql: &'static str) -> Vec<String> {
    let values = [0_i64; 6];
    let wanted = (1..=6)
        .rev()
        .find(|n| sql.contains(&format!("?{n}")))
        .unwrap_or(0);
    let params = handoff_cipherdb::params_from_iter(values.into_iter().take(wanted));
    db.read(|tx| tx.query_all(sql, params, |row| row.get(3)))
        .unwrap()
}

#[test]
fn a_receipt_is_kept_and_found_without_those_before_it() {
    const STATEMENTS: &[&str] = plans![
        include_str!("../lane/first_receipt.sql"),
        include_str!("../lane/forget_beyond.sql"),
    ];
    let (_folder, db) = journal(20);
    for sql in STATEMENTS {
        let plan = plan(&db, sql);
        let is_place = |step: &String| step.contains("(lane=? AND through_seq>?)");
        assert!(
            !plan.is_empty() && plan.iter().all(is_place),
            "{sql}: {plan:?}"
        );
    }
    // The assertion bites.
    let plan = plan(
        &db,
        "EXPLAIN QUERY PLAN DELETE FROM coverage WHERE lane = ?1 AND (epoch <> ?2 OR through_seq > ?3)",
    );
    assert!(
        plan.iter().any(|step| step.contains("(lane=?)")),
        "{plan:?}"
    );
}

#[test]
fn a_receipt_of_a_new_epoch_forgets_those_of_the_one_before() {
    let (_folder, db) = journal(20);
    let kept = || {
        let sql = "SELECT through_seq, epoch FROM coverage ORDER BY through_seq";
        let read = |row: &handoff_cipherdb::Row<'_>| {
            Ok((row.get::<_, i64>(0)?, EpochId::from_bytes(row.get(1)?)))
        };
        db.read(|tx| tx.query_all(sql, [], read)).unwrap()
    };
    let receive = |through: u64, epoch| {
        db.write(|tx| {
            let row = lane::current(tx)?.unwrap();
            let hash = hash_at(tx, &row.key, through)?.unwrap();
            cover(tx, row.key.number, Head { seq: through, hash }, epoch)
        })
        .unwrap();
    };
    receive(15, EPOCH);
    assert_eq!(kept(), [(10, EPOCH), (15, EPOCH)]);
    // One that reaches less far takes back what is beyond.
    receive(12, EPOCH);
    assert_eq!(kept(), [(10, EPOCH), (12, EPOCH)]);
    let next = EpochId(uuid::Uuid::from_u128(9));
    receive(18, next);
    assert_eq!(kept(), [(18, next)]);
}

#[test]
fn a_queue_is_counted_without_being_read() {
    let (_folder, db) = journal(500);
    let counted = |db: &Database| {
        db.read(|tx| -> Stored<_> {
            let row = lane::current(tx)?.unwrap();
            let tally = tally(tx, &row, EPOCH)?;
            let other = count::tally(tx, &row, EpochId(uuid::Uuid::from_u128(9)))?;
            Ok((tally.waiting, tally.received, other.waiting, other.received))
        })
        .unwrap()
    };
    assert_eq!(counted(&db), (10, 490, 500, 0));
    // Taken back: one that waited, one that was covered.
    db.write(|tx| -> Stored<()> {
        elide(tx, entry(495).id())?;
        elide(tx, entry(3).id())
    })
    .unwrap();
    assert_eq!(counted(&db), (9, 489, 498, 0));
}

#[test]
fn kind_bytes_are_those_of_the_protocol() {
    let context = Item::Context {
        id: ItemId(uuid::Uuid::from_u128(1)),
        bytes: Vec::new(),
    };
    let resealed = Item::Resealed {
        id: ItemId(uuid::Uuid::from_u128(1)),
        context: ItemId(uuid::Uuid::from_u128(2)),
        of: (ItemId(uuid::Uuid::from_u128(3)), [0; 32]),
        sealed: Vec::new(),
    };
    let gone = |gone| entry(1).into_placeholder(gone).kind();
    assert_eq!(context.kind(), kind::CONTEXT);
    assert_eq!(entry(1).kind(), kind::ENTRY);
    assert_eq!(resealed.kind(), kind::RESEALED);
    assert_eq!(gone(Gone::Elided), kind::ELIDED);
    assert_eq!(gone(Gone::Erased), kind::ERASED);
    assert_eq!(gone(Gone::Pruned), kind::PRUNED);
}
