//! Nothing readable in any file.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod common;

use std::path::{Path, PathBuf};

use common::{Lab, files, key};
use handoff_cipherdb::CipherDbError;

const CANARY: &str = "Quetzalcoatl Vandermolen";

/// Files that hold a word of the canary (UTF-8 or UTF-16, any case), or begin
/// like an unencrypted database.
fn readable(folder: &Path) -> Vec<PathBuf> {
    let words: Vec<Vec<u8>> = CANARY
        .split(' ')
        .flat_map(|word| {
            let wide = word.encode_utf16().flat_map(u16::to_le_bytes).collect();
            [word.as_bytes().to_vec(), wide]
        })
        .collect();
    let holds = |bytes: &[u8]| {
        words.iter().any(|word| {
            bytes
                .windows(word.len())
                .any(|at| at.eq_ignore_ascii_case(word))
        })
    };
    files(folder)
        .into_iter()
        .filter(|(_, bytes)| holds(bytes) || bytes.starts_with(b"SQLite format 3"))
        .map(|(path, _)| path)
        .collect()
}

#[test]
fn no_file_holds_a_word_of_what_was_written() {
    let lab = Lab::new();
    let folder = lab.folder.path();
    let db = lab.open();
    for n in 0..300 {
        db.write(|tx| {
            tx.execute(
                "INSERT INTO note (text) VALUES (?1)",
                [format!("{n} {CANARY}")],
            )?;
            tx.execute("INSERT INTO word (text) VALUES (?1)", [CANARY])
        })
        .map_err(|error: CipherDbError| error)
        .unwrap();
    }
    assert_eq!(readable(folder), Vec::<PathBuf>::new(), "with the log");
    db.read(|tx| {
        tx.query_all(
            "SELECT text FROM note ORDER BY substr(text, 3), random()",
            [],
            |row| row.get::<_, String>(0),
        )
    })
    .map_err(|error: CipherDbError| error)
    .unwrap();
    db.backup_to(&folder.join("backup"), &key(4)).unwrap();
    assert_eq!(
        readable(folder),
        Vec::<PathBuf>::new(),
        "after a sort and a backup"
    );
    db.checkpoint_truncate().unwrap();
    drop(db);
    assert_eq!(readable(folder), Vec::<PathBuf>::new(), "closed");
}

#[test]
fn the_search_for_readable_words_is_not_blind() {
    let lab = Lab::new();
    let folder = lab.folder.path();
    let wide: Vec<u8> = CANARY
        .to_uppercase()
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    std::fs::write(folder.join("a"), format!("… {CANARY} …")).unwrap();
    std::fs::write(folder.join("b"), wide).unwrap();
    std::fs::write(folder.join("c"), b"SQLite format 3\0").unwrap();
    std::fs::write(folder.join("d"), "nothing").unwrap();
    assert_eq!(
        readable(folder),
        ["a", "b", "c"].map(|name| folder.join(name))
    );
}
