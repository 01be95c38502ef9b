use std::io::{Read as _, Write as _};

use super::*;
use crate::random::OsRandom;
use crate::recovery::RecoveryKey;

const MANIFEST: &[u8] = b"epoch 3, 12 entries";

fn content(len: usize) -> Vec<u8> {
    (0..len).map(|i| (i * 31 % 251) as u8).collect()
}

fn write(recovery: &RecoveryKey, content: &[u8]) -> (Vec<u8>, BackupKey) {
    let mut writer =
        BackupWriter::begin(&OsRandom, &recovery.public(), MANIFEST, Vec::new()).unwrap();
    for part in content.chunks(100_003) {
        writer.write_all(part).unwrap();
    }
    let key = writer.key();
    (writer.finish().unwrap(), key)
}

fn read(recovery: &RecoveryKey, bytes: &[u8]) -> Result<Vec<u8>, BackupError> {
    let mut reader = BackupReader::open(recovery, bytes)?;
    assert_eq!(reader.manifest(), MANIFEST);
    let mut content = Vec::new();
    reader.read_to_end(&mut content)?;
    Ok(content)
}

#[test]
fn a_backup_of_any_length_reads_back() {
    let recovery = RecoveryKey::make(&OsRandom);
    for len in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 17] {
        let (bytes, key) = write(&recovery, &content(len));
        assert!(read(&recovery, &bytes).unwrap() == content(len), "{len}");
        let mut again = Vec::new();
        let mut reader = BackupReader::open_with(key, bytes.as_slice()).unwrap();
        reader.read_to_end(&mut again).unwrap();
        assert!(again == content(len), "{len}");
        let start = content(CHUNK);
        assert!(
            len < 16 || !bytes.windows(16).any(|w| w == &start[..16]),
            "{len}"
        );
    }
}

#[test]
fn another_recovery_key_and_other_files_are_told_apart() {
    let (recovery, other) = (RecoveryKey::make(&OsRandom), RecoveryKey::make(&OsRandom));
    let (bytes, _) = write(&recovery, b"content");
    assert!(matches!(
        read(&other, &bytes),
        Err(BackupError::OtherKey { .. })
    ));
    assert!(matches!(
        read(&recovery, b"something else"),
        Err(BackupError::NotABackup)
    ));
    assert!(matches!(read(&recovery, b""), Err(BackupError::NotABackup)));
}

#[test]
fn every_changed_bit_of_a_small_backup_is_refused() {
    let recovery = RecoveryKey::make(&OsRandom);
    let (bytes, key) = write(&recovery, b"twelve bytes");
    for bit in 0..bytes.len() * 8 {
        let mut changed = bytes.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        // The elliptic curve once a byte is enough; the key in memory for all.
        if bit % 8 == 0 {
            let opened = BackupReader::open(&recovery, changed.as_slice());
            let content = opened.map(|mut reader| reader.read_to_end(&mut Vec::new()));
            assert!(!matches!(content, Ok(Ok(_))), "bit {bit}");
        }
        let opened = BackupReader::open_with(key.clone(), changed.as_slice());
        let content = opened.map(|mut reader| reader.read_to_end(&mut Vec::new()));
        assert!(!matches!(content, Ok(Ok(_))), "bit {bit}");
    }
}

#[test]
fn every_truncation_and_addition_is_refused() {
    let recovery = RecoveryKey::make(&OsRandom);
    let (bytes, _) = write(&recovery, &content(2 * CHUNK));
    let header = bytes.len() - 2 * (CHUNK + 16);
    let ends = [
        0,
        5,
        header - 1,
        header,
        header + 1,
        header + 16,
        header + CHUNK,
        header + CHUNK + 15,
    ];
    let more = [
        header + CHUNK + 16,
        header + CHUNK + 17,
        bytes.len() - 16,
        bytes.len() - 1,
    ];
    for end in ends.into_iter().chain(more) {
        assert!(read(&recovery, &bytes[..end]).is_err(), "{end}");
    }
    let mut longer = bytes.clone();
    longer.push(0);
    assert!(read(&recovery, &longer).is_err());
    longer.extend_from_slice(&bytes[header..]);
    assert!(read(&recovery, &longer).is_err());
}

#[test]
fn chunks_cannot_be_moved_repeated_or_taken_from_another_backup() {
    let recovery = RecoveryKey::make(&OsRandom);
    let (bytes, _) = write(&recovery, &content(3 * CHUNK));
    let (other, _) = write(&recovery, &content(3 * CHUNK));
    let header = bytes.len() - 3 * (CHUNK + 16);
    let chunk = |from: &[u8], n: usize| from[header + n * (CHUNK + 16)..][..CHUNK + 16].to_vec();
    let put = |chunks: &[Vec<u8>]| [bytes[..header].to_vec(), chunks.concat()].concat();
    let [a, b, c] = [0, 1, 2].map(|n| chunk(&bytes, n));
    assert!(read(&recovery, &put(&[a.clone(), b.clone(), c.clone()])).is_ok());
    for chunks in [
        vec![b.clone(), a.clone(), c.clone()],
        vec![a.clone(), a.clone(), c.clone()],
        vec![a.clone(), c.clone()],
        vec![a.clone(), b.clone()],
        vec![a.clone(), c.clone(), b.clone()],
        vec![a.clone(), b.clone(), c.clone(), c.clone()],
        vec![a.clone(), chunk(&other, 1), c.clone()],
        vec![],
    ] {
        assert!(read(&recovery, &put(&chunks)).is_err());
    }
}

#[test]
fn what_was_never_finished_is_refused() {
    let recovery = RecoveryKey::make(&OsRandom);
    let mut out = Vec::new();
    let mut writer =
        BackupWriter::begin(&OsRandom, &recovery.public(), MANIFEST, &mut out).unwrap();
    writer.write_all(&content(CHUNK + 5)).unwrap();
    drop(writer);
    assert!(read(&recovery, &out).is_err());
}

#[test]
fn a_reader_that_was_refused_stays_refused() {
    let recovery = RecoveryKey::make(&OsRandom);
    let (mut bytes, _) = write(&recovery, &content(2 * CHUNK));
    let at = bytes.len() - CHUNK / 2;
    bytes[at] ^= 1;
    let mut reader = BackupReader::open(&recovery, bytes.as_slice()).unwrap();
    let mut content = Vec::new();
    assert!(reader.read_to_end(&mut content).is_err());
    assert_eq!(content.len(), CHUNK, "nothing of a bad chunk is given out");
    assert!(reader.read(&mut [0; 8]).is_err());
}
