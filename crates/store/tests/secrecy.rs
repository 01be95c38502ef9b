//! What was saved is in no file, and device.db, opened with its own key, says
//! nothing of it either.

#![allow(clippy::unwrap_used)]

mod common;

use std::path::PathBuf;

use common::answers::apply;
use common::{Lab, NAME, NOW, logged, save};
use data_encoding::{BASE64, BASE64_NOPAD, HEXLOWER};
use handoff_cipherdb::{Create, Database, Durability, OpenOptions, types::ValueRef};
use handoff_domain::{Entry, Record, VerificationMove};
use handoff_protocol::pack::{Packer, Unpacker};
use handoff_store::Draft;

/// A name in every form in which it might lie somewhere.
fn needles() -> Vec<Vec<u8>> {
    let mut needles = Vec::new();
    for word in [NAME, "Quetzalli", "shelter on Greene Street"] {
        let little: Vec<u8> = word.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = word.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for form in [word.as_bytes().to_vec(), little, big] {
            // Base64 looks different at each of three places.
            for skip in 0..3 {
                let mut shifted = vec![b'.'; skip];
                shifted.extend(&form);
                let text = BASE64_NOPAD.encode(&shifted);
                let inner = text.as_bytes()[4..text.len() - 4].to_vec();
                needles.push(inner);
            }
            needles.push(HEXLOWER.encode(&form).into_bytes());
            needles.push(form);
        }
    }
    needles
}

fn says(bytes: &[u8], needles: &[Vec<u8>]) -> bool {
    needles.iter().any(|needle| {
        bytes
            .windows(needle.len())
            .any(|window| window == needle.as_slice())
    })
}

/// Whether bytes say it, as they are or after unpacking from any place on.
fn says_unpacked(bytes: &[u8], needles: &[Vec<u8>], unpacker: &mut Unpacker) -> bool {
    // A tag may stand behind it, as one does behind sealed bytes.
    let ends = [bytes.len(), bytes.len().saturating_sub(16)];
    says(bytes, needles)
        || ends.into_iter().any(|end| {
            (0..end).any(|at| {
                unpacker
                    .unpack(&bytes[at..end])
                    .is_ok_and(|plain| says(&plain, needles))
            })
        })
}

fn speaking_files(lab: &Lab) -> Vec<PathBuf> {
    let needles = needles();
    lab.files()
        .into_iter()
        .filter(|(_, bytes)| says(bytes, &needles))
        .map(|(path, _)| path)
        .collect()
}

/// Every value of device.db in its own key, table by table.
fn speaking_columns(lab: &Lab) -> Vec<&'static str> {
    const TABLES: &[(&str, &str)] = &[
        ("enrolment", "SELECT * FROM enrolment"),
        ("site_key", "SELECT * FROM site_key"),
        ("person", "SELECT * FROM person"),
        ("lane", "SELECT * FROM lane"),
        ("coverage", "SELECT * FROM coverage"),
        ("erased", "SELECT * FROM erased"),
        ("attachment", "SELECT * FROM attachment"),
        ("attachment_row", "SELECT * FROM attachment_row"),
        ("parked", "SELECT * FROM parked"),
        ("blob_missing", "SELECT * FROM blob_missing"),
        ("redo_key", "SELECT * FROM redo_key"),
        ("journal", "SELECT * FROM journal"),
        ("site_entry", "SELECT * FROM site_entry"),
        ("preference", "SELECT * FROM preference"),
        ("planted", "SELECT * FROM planted"),
    ];
    const ALL: &str =
        "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
    let db = open_raw(lab);
    let needles = needles();
    let mut unpacker = Unpacker::new();
    let mut speaking = Vec::new();
    let mut seen = 0;
    for (table, sql) in TABLES {
        let mut speaks = false;
        let read = db.read(|tx| {
            tx.query_each::<handoff_cipherdb::CipherDbError>(sql, [], |row| {
                for column in 0..row.as_ref().column_count() {
                    match row.get_ref(column).unwrap() {
                        ValueRef::Text(bytes) => speaks |= says(bytes, &needles),
                        ValueRef::Blob(bytes) => {
                            speaks |= says_unpacked(bytes, &needles, &mut unpacker);
                        }
                        _ => {}
                    }
                }
                Ok(())
            })
        });
        seen += i64::from(read.is_ok());
        if speaks {
            speaking.push(*table);
        }
    }
    assert_eq!(seen, common::peek(lab, ALL), "a table was not looked at");
    speaking
}

fn open_raw(lab: &Lab) -> Database {
    let options = OpenOptions {
        create: Create::Never,
        durability: Durability::EveryCommit,
        mode: 0o660,
    };
    Database::open(
        &lab.path().join("device.db"),
        &lab.device_db_key(),
        &common::DEVICE_SCHEMA,
        options,
    )
    .unwrap()
}

/// Everything that a person does on a device in a day, left as a killed
/// process leaves it.
fn a_day(lab: &Lab) -> Vec<Entry> {
    let device = lab.open();
    let session = lab.unlock(&device);
    let kept = lab.referral();
    let gone = lab.referral();
    let draft = Draft {
        id: lab.next_id(),
        entries: vec![],
        form: NAME.as_bytes().to_vec(),
        page: 1,
        saved_at_ms: NOW,
        version: 1,
    };
    let draft = Draft {
        entries: vec![draft.id],
        ..draft
    };
    session.put_draft(&draft).unwrap();
    save(&session, &kept);
    save(&session, &gone);
    session.take_back(gone.id).unwrap();
    lab.sync(&device, 1);
    let mut decision = lab.decision(kept.id.into(), VerificationMove::NeedInformation);
    decision.record.body = handoff_domain::Body::VerificationDecided(handoff_domain::Decided {
        referral: kept.id.into(),
        decision: VerificationMove::NeedInformation,
        reason: format!("Is {NAME} the person of last week?"),
    });
    let items = vec![
        lab.include(&kept, device.lane_reports().unwrap()[0].lane, 2),
        lab.include(&decision, lab.site_lane(), 1),
    ];
    apply(&device, &lab.user_feed(lab.part(1, true, items)));
    assert_eq!(session.referrals(10, None).unwrap().len(), 1);
    assert_eq!(device.counts().unwrap().needs_you, 1);
    let waiting = lab.referral();
    save(&session, &waiting);
    // With logs as they are in use.
    assert_eq!(speaking_files(lab), Vec::<PathBuf>::new());
    vec![kept, gone, waiting]
}

#[test]
fn no_file_says_what_was_saved() {
    let lab = Lab::new();
    a_day(&lab);
    assert_eq!(speaking_files(&lab), Vec::<PathBuf>::new());
    let begins_like_sqlite = |bytes: &[u8]| bytes.starts_with(b"SQLite format 3");
    assert!(
        lab.files()
            .iter()
            .all(|(_, bytes)| !begins_like_sqlite(bytes))
    );
}

#[test]
fn device_db_opened_with_its_own_key_says_nothing() {
    let lab = Lab::new();
    a_day(&lab);
    assert_eq!(speaking_columns(&lab), Vec::<&str>::new());
}

#[test]
fn the_search_finds_what_was_not_sealed() {
    let lab = Lab::new();
    let entries = a_day(&lab);
    let plain = Record::to_bytes(&entries[0].record).unwrap();
    let packed = Packer::new().unwrap().pack(&plain).unwrap();
    // A seal that was left out: packed bytes between a nonce and a tag.
    let mut unsealed = vec![0xA5; 12];
    unsealed.extend(&packed);
    unsealed.extend([0x5A; 16]);
    {
        let db = open_raw(&lab);
        db.write(|tx| tx.execute("UPDATE journal SET sealed = ?1 WHERE kind = 2", [&unsealed]))
            .unwrap();
    }
    assert_eq!(speaking_columns(&lab), ["journal"]);
    // Nothing in the encrypted file shows it: that is the cipher's work.
    assert!(speaking_files(&lab).is_empty());

    // And a file that is not encrypted is noticed, in each form.
    let text = NAME.to_owned();
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let forms = [
        text.clone().into_bytes(),
        wide.clone(),
        BASE64
            .encode(format!("a letter about {text} and others").as_bytes())
            .into_bytes(),
        BASE64.encode(&wide).into_bytes(),
    ];
    for (n, form) in forms.iter().enumerate() {
        let path = lab.path().join(format!("planted-{n}"));
        std::fs::write(&path, form).unwrap();
        assert!(speaking_files(&lab) == [path.as_path()], "form {n}");
        std::fs::remove_file(path).unwrap();
    }
}

#[test]
fn what_a_colleague_saved_opens_with_nobody_elses_keys() {
    let lab = Lab::with_two();
    let device = lab.open();
    let entry = lab.referral();
    save(&lab.unlock(&device), &entry);
    // The colleague's keys do not even open a session in the other's name.
    let slot = lab.officers[0].slot;
    let theirs = handoff_store::SessionKeys::Reading(lab.officers[1].keys.clone());
    assert!(device.unlock(slot, theirs).is_err());
    assert!(device.read_as(slot, &lab.officers[1].keys).is_err());
}

#[test]
fn errors_name_ids_and_no_answers() {
    let lab = Lab::new();
    let device = lab.open();
    let session = lab.unlock(&device);
    let mut entry = lab.referral();
    entry.record.body = logged(&NAME.repeat(5000));
    let error = session
        .save(common::random(), std::slice::from_ref(&entry), None, NOW)
        .unwrap_err();
    let text = format!("{error} {error:?}");
    assert!(text.contains(&entry.id.to_string()));
    assert!(!says(text.as_bytes(), &needles()));
    assert!(!format!("{session:?} {device:?}").contains(NAME));
}

#[cfg(unix)]
#[test]
fn files_are_for_the_group_and_nobody_else() {
    use std::os::unix::fs::PermissionsExt as _;
    let lab = Lab::new();
    let device = lab.open();
    let session = lab.unlock(&device);
    save(&session, &lab.referral());
    let folder = std::fs::metadata(lab.path()).unwrap();
    assert_eq!(folder.permissions().mode() & 0o7777, 0o2770);
    for (path, _) in lab.files() {
        let mode = std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o660, "{}", path.display());
    }
}
