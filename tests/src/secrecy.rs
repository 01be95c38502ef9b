//! Looks for the name of a person served wherever a device could have left it:
//! files, writes to files (unlinked ones too), and device.db opened with its
//! own key.
//!
//! It looks for UTF-8, UTF-16 (both ways round), base64 (all three alignments),
//! hexadecimal, and for what unpacks to one of them with the protocol's
//! dictionary. It returns what it found; tests show that it is not blind.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use data_encoding::{BASE64, HEXLOWER};
use handoff_cipherdb::types::ValueRef;
use handoff_cipherdb::{CipherDbError, DbKey, Migrations, ReadOnlyDatabase};
use handoff_protocol::pack::{Unpacker, padded_len};
use handoff_vault::{Access, DeviceSecretStore as _, FileDeviceSecret, unwrap_device_key};

use crate::world::{World, files, handoff, referral, run};

/// The family name of everybody in [`referral`].
pub const NAME: &str = "Quillwhistle";

/// Calls that bring bytes to a file.
pub const WRITES: &str =
    "trace=write,writev,pwrite64,pwritev,pwritev2,sendfile,copy_file_range,mmap";

/// Bytes of the tag of AES-256-GCM.
const TAG: usize = 16;

/// Every table of device.db, and how all of it is read.
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
];

/// What the name looks like when it is not protected.
#[must_use]
pub fn shapes() -> Vec<Vec<u8>> {
    let wide = |bytes: fn(u16) -> [u8; 2]| NAME.encode_utf16().flat_map(bytes).collect();
    let plain: [Vec<u8>; 3] = [
        NAME.as_bytes().to_vec(),
        wide(u16::to_le_bytes),
        wide(u16::to_be_bytes),
    ];
    let mut shapes = vec![HEXLOWER.encode(NAME.as_bytes()).into_bytes()];
    for name in &plain {
        for lead in 0..3 {
            // Within a longer text the name begins at any of three alignments;
            // the letters that also depend on its neighbours are left out.
            let mut text = vec![b'x'; lead];
            text.extend_from_slice(name);
            let encoded = BASE64.encode(&text);
            let from = if lead == 0 { 0 } else { 4 };
            shapes.push(encoded.as_bytes()[from..text.len() / 3 * 4].to_vec());
        }
    }
    shapes.extend(plain);
    shapes
}

/// Whether these bytes hold the name in any shape.
#[must_use]
pub fn holds_the_name(bytes: &[u8]) -> bool {
    shapes()
        .iter()
        .any(|shape| bytes.windows(shape.len()).any(|window| window == shape))
}

/// Whether these bytes hold the name, or a packed record that holds it.
#[must_use]
pub fn holds_the_name_or_packs_it(bytes: &[u8]) -> bool {
    let mut unpacker = Unpacker::new();
    holds_the_name(bytes)
        || (0..bytes.len()).any(|at| {
            packed_at(&bytes[at..])
                .and_then(|packed| unpacker.unpack(packed).ok())
                .is_some_and(|plain| holds_the_name(&plain))
        })
}

/// The packed record that these bytes may begin with: the number of a
/// dictionary, a length, so many bytes, zeros.
fn packed_at(bytes: &[u8]) -> Option<&[u8]> {
    let rest = bytes.strip_prefix(&[1])?;
    let mut len = 0;
    for (count, byte) in rest.iter().enumerate().take(3) {
        len |= usize::from(byte & 0x7f) << (7 * count);
        if byte & 0x80 == 0 {
            return bytes.get(..padded_len(1 + count + 1 + len));
        }
    }
    None
}

/// Saves a referral with the name on a device whose site is down, then syncs
/// and lists. Says where the name or a file without encryption was found.
///
/// # Panics
/// When a command fails, or the trace has nothing in it.
#[must_use]
pub fn leaks_of_a_save(world: &World) -> Vec<String> {
    let mut found = leaks_in_writes(world);
    let home = world.path("device");
    found.extend(leaks_in_files(&[&home, &world.temp()]));
    found.extend(leaks_in_device_db(&home));
    let _site = world.serve("site");
    world.device("device", &["sync", "--json"]).json();
    world.listed("device");
    found.extend(leaks_in_files(&[&home, &world.temp(), &world.path("site")]));
    found.extend(leaks_in_device_db(&home));
    found
}

fn leaks_in_writes(world: &World) -> Vec<String> {
    let trace = world.path("trace");
    let before = [
        "-f",
        "--seccomp-bpf",
        "-qq",
        "-xx",
        "-s",
        "1000000",
        "-e",
        WRITES,
        "-o",
        trace.to_str().expect("a path in UTF-8"),
        handoff().to_str().expect("a path in UTF-8"),
    ]
    .map(OsString::from);
    let arguments = ["refer", "--file", "-", "--json"];
    let command = world.device_command("strace".as_ref(), &before, "device", &arguments);
    let said = run(command, &referral(1));
    assert_eq!(said.code(), 0, "{said:?}");
    let traced = std::fs::read_to_string(&trace).expect("a trace");
    let writes = traced.lines().filter(|line| line.contains("write")).count();
    assert!(writes > 10, "the trace has {writes} writes");
    leaks_in_trace(&traced)
}

/// The writes of a trace that hold the name.
#[must_use]
pub fn leaks_in_trace(traced: &str) -> Vec<String> {
    let named = unhex(traced)
        .into_iter()
        .filter(|bytes| holds_the_name_or_packs_it(bytes));
    named
        .map(|bytes| format!("a write of {} bytes holds the name", bytes.len()))
        .collect()
}

/// What a trace made with `-y` and `-xx` shows of files, unlinked ones too.
#[derive(Debug, Default)]
pub struct FileWrites {
    /// Every file that was written to, once.
    pub files: BTreeSet<PathBuf>,
    /// Files that a write brought the name to.
    pub named: BTreeSet<PathBuf>,
    /// Files that were mapped to be written through memory, where no trace sees
    /// what is written.
    pub mapped: BTreeSet<PathBuf>,
}

impl FileWrites {
    /// Reads a trace. Pipes, sockets, devices and memory that has no file are
    /// left out: what goes through them lies on no disk.
    #[must_use]
    pub fn in_trace(traced: &str) -> Self {
        let mut seen = Self::default();
        for line in traced.lines() {
            let Some(file) = file_of(line) else {
                continue;
            };
            if line.contains(" mmap(") {
                if line.contains("PROT_WRITE") && line.contains("MAP_SHARED") {
                    seen.mapped.insert(file);
                }
                continue;
            }
            if unhex(line)
                .iter()
                .any(|bytes| holds_the_name_or_packs_it(bytes))
            {
                seen.named.insert(file.clone());
            }
            seen.files.insert(file);
        }
        seen
    }
}

/// The file that a traced call is about: `pwrite64(5<\x2f\x74…>, …)`.
fn file_of(line: &str) -> Option<PathBuf> {
    let (_, behind) = line.split_once('<')?;
    let (path, _) = behind.split_once('>')?;
    let path = String::from_utf8(unhex_one(path)).ok()?;
    let is_on_disk = path.starts_with('/')
        && !["/dev/", "/proc/", "/memfd:"]
            .iter()
            .any(|place| path.starts_with(place));
    is_on_disk.then(|| PathBuf::from(path))
}

/// The files under these folders that hold the name, or that are databases
/// without encryption.
#[must_use]
pub fn leaks_in_files(folders: &[&Path]) -> Vec<String> {
    let mut found = Vec::new();
    for (path, bytes) in folders.iter().flat_map(|folder| files(folder)) {
        if holds_the_name_or_packs_it(&bytes) {
            found.push(format!("{} holds the name", path.display()));
        }
        if bytes.starts_with(b"SQLite format 3") {
            found.push(format!("{} is not encrypted", path.display()));
        }
    }
    found
}

/// The tables of device.db, opened with its own key, that hold the name: as it
/// is, or after unpacking from any byte of a value on, to its end or to a tag.
///
/// # Panics
/// When its key is not there, or it has a table that this does not know.
#[must_use]
pub fn leaks_in_device_db(home: &Path) -> Vec<String> {
    const ANY: Migrations = Migrations::new(&[(1, ""), (2, ""), (3, ""), (4, ""), (5, "")]);
    let secret = FileDeviceSecret::new(home.join("device.secret"), Access::Owner)
        .load()
        .expect("the machine's secret");
    let wrapped = std::fs::read(home.join("device.key")).expect("the wrapped key");
    let key = unwrap_device_key(&secret, &wrapped).expect("the key of device.db");
    let key = DbKey::from_bytes(key.expose());
    let db = match ReadOnlyDatabase::open(&home.join("device.db"), &key, &ANY) {
        Ok(db) => db,
        Err(error) => return vec![format!("device.db does not open with its own key: {error}")],
    };
    let count: i64 = db
        .read(|tx| {
            tx.query_one::<i64>(
                "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
                [],
                |row| row.get(0),
            )
        })
        .expect("its tables");
    assert_eq!(
        usize::try_from(count),
        Ok(TABLES.len()),
        "a table is not looked at"
    );
    let mut unpacker = Unpacker::new();
    let mut found = Vec::new();
    for (table, sql) in TABLES {
        let mut speaks = false;
        db.read(|tx| {
            tx.query_each::<CipherDbError>(sql, [], |row| {
                for column in 0..row.as_ref().column_count() {
                    if let Ok(ValueRef::Text(bytes) | ValueRef::Blob(bytes)) = row.get_ref(column) {
                        speaks |= says_unpacked(bytes, &mut unpacker);
                    }
                }
                Ok(())
            })
        })
        .expect("a table of device.db");
        if speaks {
            found.push(format!("{table} of device.db holds the name"));
        }
    }
    found
}

fn says_unpacked(bytes: &[u8], unpacker: &mut Unpacker) -> bool {
    // A tag may stand behind it, as one does behind sealed bytes.
    let ends = [bytes.len(), bytes.len().saturating_sub(TAG)];
    holds_the_name(bytes)
        || ends.into_iter().any(|end| {
            (0..end).any(|at| {
                unpacker
                    .unpack(&bytes[at..end])
                    .is_ok_and(|plain| holds_the_name(&plain))
            })
        })
}

/// The byte strings of a trace, which strace writes as `\x41\x42…`.
fn unhex(trace: &str) -> Vec<Vec<u8>> {
    trace.split('"').skip(1).step_by(2).map(unhex_one).collect()
}

fn unhex_one(text: &str) -> Vec<u8> {
    text.split("\\x")
        .skip(1)
        .filter_map(|byte| u8::from_str_radix(byte.get(..2)?, 16).ok())
        .collect()
}
