//! The parts of a backup, one behind the other: length of the name, name,
//! length of the content, content.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::files;
use crate::paths::Paths;

/// Parts that are ever in a backup.
const MOST_PARTS: usize = 1000;

/// A part: its name within the data folder, and where its content lies.
pub(super) type Part = (String, PathBuf);

/// The parts of a site: the copy of its database, and its other files.
pub(super) fn parts(paths: &Paths, copy: &Path) -> io::Result<Vec<Part>> {
    let mut parts = vec![("site.db".to_owned(), copy.to_owned())];
    for (name, file) in [
        ("site.toml", paths.settings()),
        ("control.log", paths.control_log()),
    ] {
        if file.exists() {
            parts.push((name.to_owned(), file));
        }
    }
    let mut keys: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(paths.keys())? {
        let file = entry?.path();
        let extension = file.extension().and_then(|extension| extension.to_str());
        if matches!(extension, Some("key" | "crt")) {
            keys.push(file);
        }
    }
    keys.sort();
    for file in keys {
        if let Some(name) = file.file_name().and_then(|name| name.to_str()) {
            parts.push((format!("keys/{name}"), file.clone()));
        }
    }
    Ok(parts)
}

/// Writes the parts. Twice the same bytes, unless somebody changes them in
/// between: the signed hash tells.
pub(super) fn write(parts: &[Part], out: &mut dyn Write) -> io::Result<()> {
    for (name, file) in parts {
        let input = File::open(file)?;
        let len = input.metadata()?.len();
        let name_len = u16::try_from(name.len()).map_err(io::Error::other)?;
        out.write_all(&name_len.to_be_bytes())?;
        out.write_all(name.as_bytes())?;
        out.write_all(&len.to_be_bytes())?;
        if io::copy(&mut input.take(len), out)? != len {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    out.write_all(&0u16.to_be_bytes())
}

/// The hash over the parts.
pub(super) fn hash(parts: &[Part]) -> io::Result<[u8; 32]> {
    struct Sink(Sha256);
    impl Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.update(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut sink = Sink(Sha256::new());
    write(parts, &mut sink)?;
    Ok(sink.0.finalize().into())
}

/// Reads parts into a folder, to the very end of the stream, and returns the
/// hash over all of it.
pub(super) fn read(input: &mut dyn Read, folder: &Path) -> io::Result<[u8; 32]> {
    let mut input = Hashing {
        input,
        hash: Sha256::new(),
    };
    files::make_folder(&folder.join("keys"))?;
    for _ in 0..MOST_PARTS {
        let mut len = [0; 2];
        input.read_exact(&mut len)?;
        let len = usize::from(u16::from_be_bytes(len));
        if len == 0 {
            // Only the end of the stream says that the backup is whole.
            return match input.read(&mut [0])? {
                0 => Ok(input.hash.finalize().into()),
                _ => Err(io::ErrorKind::InvalidData.into()),
            };
        }
        let mut name = vec![0; len];
        input.read_exact(&mut name)?;
        let name = String::from_utf8(name).map_err(|_| io::ErrorKind::InvalidData)?;
        if !is_ours(&name) {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let mut len = [0; 8];
        input.read_exact(&mut len)?;
        let len = u64::from_be_bytes(len);
        let mut file = files::make(&folder.join(name))?;
        if io::copy(&mut input.by_ref().take(len), &mut file)? != len {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        file.sync_all()?;
    }
    Err(io::ErrorKind::InvalidData.into())
}

/// A name that a site's folder has, and nothing that leads out of it.
fn is_ours(name: &str) -> bool {
    match name.strip_prefix("keys/") {
        Some(key) => {
            let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.".contains(&b);
            !key.starts_with('.')
                && key.bytes().all(plain)
                && (key.ends_with(".key") || key.ends_with(".crt"))
        }
        None => matches!(name, "site.db" | "site.toml" | "control.log"),
    }
}

struct Hashing<'a> {
    input: &'a mut dyn Read,
    hash: Sha256,
}

impl Read for Hashing<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(bytes)?;
        self.hash.update(&bytes[..read]);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (name, content) in parts {
            bytes.extend((name.len() as u16).to_be_bytes());
            bytes.extend(name.as_bytes());
            bytes.extend((content.len() as u64).to_be_bytes());
            bytes.extend(*content);
        }
        bytes.extend([0, 0]);
        bytes
    }

    #[test]
    fn no_part_leads_out_of_its_folder() {
        for name in [
            "../site.db",
            "/etc/passwd",
            "keys/../x.key",
            "keys/.key",
            "keys/a/b.key",
            "keys/",
            "site.db-wal",
            "other",
        ] {
            let folder = tempfile::tempdir().unwrap();
            let bytes = archive(&[(name, b"x")]);
            assert!(
                read(&mut bytes.as_slice(), folder.path()).is_err(),
                "{name}"
            );
        }
    }

    #[test]
    fn an_archive_that_ends_early_or_goes_on_is_refused() {
        let whole = archive(&[("site.toml", b"url"), ("keys/a.key", b"secret")]);
        let folder = tempfile::tempdir().unwrap();
        let hash = read(&mut whole.as_slice(), folder.path()).unwrap();
        assert_eq!(hash, <[u8; 32]>::from(Sha256::digest(&whole)));
        assert_eq!(
            fs::read(folder.path().join("keys/a.key")).unwrap(),
            b"secret"
        );
        for len in 0..whole.len() {
            let folder = tempfile::tempdir().unwrap();
            assert!(read(&mut &whole[..len], folder.path()).is_err(), "{len}");
        }
        let folder = tempfile::tempdir().unwrap();
        let more = [whole, vec![0]].concat();
        assert!(read(&mut more.as_slice(), folder.path()).is_err());
    }
}
