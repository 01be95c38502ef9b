//! What must not be forgotten by a restore: a signed, append-only log outside
//! the database.
//!
//! One line each: a time and a word to read, then the signed statement. Every
//! statement names the hash of the one before, so that a line taken out of the
//! middle is noticed. A line is on the disk before the database commits what it
//! speaks of: after a crash between the two the log knows more, never less.
//! Mirror the file to another machine; its lines hold ids and no names.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use chrono::{DateTime, SecondsFormat, Utc};
use handoff_domain::UserId;
use handoff_protocol::KeyId;
use handoff_protocol::certificate::KeyPurpose;
use handoff_protocol::codec;
use handoff_protocol::enrolment::Invitation;
use handoff_protocol::ids::{DeviceId, EpochId, ItemId, SitePin};
use handoff_protocol::signed::{PublicKey, Signed, Statement};
use handoff_vault::SigningKey;
use serde::{Deserialize, Serialize};

use crate::storage::ErasureReason;

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ControlLine {
    /// Which site.
    pub site: SitePin,
    /// SHA-256 of the statement before; zeros for the first.
    #[serde(with = "codec::bytes32")]
    pub before: [u8; 32],
    /// When, site time.
    pub at: DateTime<Utc>,
    /// What.
    pub event: ControlEvent,
}

impl Statement for ControlLine {
    const TAG: &'static str = "handoff/control-log/1";
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ControlEvent {
    /// An epoch was opened.
    EpochOpened(EpochId),
    /// A key was made and certified.
    KeyMade(KeyPurpose, KeyId),
    /// An invitation was used.
    InvitationUsed(Invitation, DeviceId),
    /// A person's account was disabled.
    PersonDisabled(UserId),
    /// A person's account was enabled again.
    PersonEnabled(UserId),
    /// A device was revoked.
    DeviceRevoked(DeviceId),
    /// Somebody confirmed a restored site.
    Confirmed(UserId),
    /// The content of an item was erased by an order.
    Erased {
        /// Which item.
        item: ItemId,
        /// Whose journal holds it; absent for the site's own entries.
        device: Option<DeviceId>,
        /// Why.
        reason: ErasureReason,
        /// Who ordered it.
        by: UserId,
    },
    /// Somebody let a parked item through.
    Released(ItemId, UserId),
    /// An event that this version does not know.
    #[serde(other)]
    Other,
}

impl ControlEvent {
    fn word(&self) -> &'static str {
        match self {
            Self::EpochOpened(_) => "epoch-opened",
            Self::KeyMade(..) => "key-made",
            Self::InvitationUsed(..) => "invitation-used",
            Self::PersonDisabled(_) => "person-disabled",
            Self::PersonEnabled(_) => "person-enabled",
            Self::DeviceRevoked(_) => "device-revoked",
            Self::Confirmed(_) => "confirmed",
            Self::Erased { .. } => "erased",
            Self::Released(..) => "released",
            Self::Other => "other",
        }
    }
}

/// Why a control log was not read or written.
#[derive(Debug, thiserror::Error)]
pub enum ControlLogError {
    /// The file system.
    #[error("{file}: {source}")]
    Io {
        /// Which file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A line does not read, is not this site's, or does not follow its
    /// predecessor.
    #[error("{file}, line {line}: {problem}")]
    Line {
        /// Which file.
        file: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// What does not hold.
        problem: LineProblem,
    },
}

/// What does not hold of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LineProblem {
    /// It does not read.
    #[error("this is not a line of a control log")]
    Unreadable,
    /// It is not signed by this site's identity key.
    #[error("this line is not signed by this site")]
    Forged,
    /// Lines before it are missing or were changed.
    #[error("lines before this one are missing or were changed")]
    Gap,
}

/// Appends an event. A line that a crash cut short is ended first.
///
/// # Errors
/// [`ControlLogError`]; what the event speaks of must then not be committed.
pub fn append(
    file: &Path,
    identity: &SigningKey,
    at: DateTime<Utc>,
    event: ControlEvent,
) -> Result<(), ControlLogError> {
    let io = |source| ControlLogError::Io {
        file: file.to_owned(),
        source,
    };
    let text = fs::read(file).or_else(missing_is_empty).map_err(io)?;
    let last = text.rsplit(|byte| *byte == b'\n').find_map(parse);
    let word = event.word();
    let line = ControlLine {
        site: SitePin::of(&identity.public()),
        before: last.map_or([0; 32], |last| last.digest()),
        at,
        event,
    };
    let problem = |_| ControlLogError::Line {
        file: file.to_owned(),
        line: text.split(|byte| *byte == b'\n').count(),
        problem: LineProblem::Unreadable,
    };
    let signed = identity.sign_statement(&line).map_err(problem)?;
    let bytes = codec::to_cbor(&signed, ControlLine::TAG).map_err(problem)?;
    let mut written = String::new();
    if !text.is_empty() && !text.ends_with(b"\n") {
        written.push('\n');
    }
    written.push_str(&line.at.to_rfc3339_opts(SecondsFormat::Millis, true));
    written.push(' ');
    written.push_str(word);
    written.push(' ');
    written.push_str(&data_encoding::BASE64_NOPAD.encode(&bytes));
    written.push('\n');
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut open = options.open(file).map_err(io)?;
    open.write_all(written.as_bytes())
        .and_then(|()| open.sync_all())
        .map_err(io)
}

/// Reads and checks a log: each event with the hash of its statement. A last
/// line that a crash cut short is passed over; nothing was committed for it.
///
/// # Errors
/// [`ControlLogError`] names the line.
pub fn read(
    file: &Path,
    identity: &PublicKey,
) -> Result<Vec<(ControlLine, [u8; 32])>, ControlLogError> {
    let text = fs::read(file)
        .or_else(missing_is_empty)
        .map_err(|source| ControlLogError::Io {
            file: file.to_owned(),
            source,
        })?;
    let site = SitePin::of(identity);
    let mut lines: Vec<(ControlLine, [u8; 32])> = Vec::new();
    for (at, line) in text.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let bad = |problem| ControlLogError::Line {
            file: file.to_owned(),
            line: at + 1,
            problem,
        };
        let Some(signed) = parse(line) else {
            // Cut short by a crash, and ended by the next line or never.
            if line.iter().all(u8::is_ascii_whitespace) || is_cut(line) {
                continue;
            }
            return Err(bad(LineProblem::Unreadable));
        };
        let read = signed
            .open(identity)
            .map_err(|_| bad(LineProblem::Forged))?;
        if read.site != site {
            return Err(bad(LineProblem::Forged));
        }
        let before = lines.last().map_or([0; 32], |(_, digest)| *digest);
        if read.before != before {
            return Err(bad(LineProblem::Gap));
        }
        lines.push((read, signed.digest()));
    }
    Ok(lines)
}

fn missing_is_empty(error: io::Error) -> io::Result<Vec<u8>> {
    if error.kind() == io::ErrorKind::NotFound {
        Ok(Vec::new())
    } else {
        Err(error)
    }
}

fn parse(line: &[u8]) -> Option<Signed<ControlLine>> {
    let encoded = line.trim_ascii().rsplit(|byte| *byte == b' ').next()?;
    let bytes = data_encoding::BASE64_NOPAD.decode(encoded).ok()?;
    codec::from_cbor(&bytes, ControlLine::TAG).ok()
}

/// A line begins with a time and goes on with a word and base64: a prefix of
/// that is what a crash leaves. Whether something is missing, the next line's
/// hash tells.
fn is_cut(line: &[u8]) -> bool {
    line.trim_ascii()
        .iter()
        .all(|byte| byte.is_ascii_alphanumeric() || b" -:.+/".contains(byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use handoff_vault::OsRandom;

    fn event(n: u8) -> ControlEvent {
        ControlEvent::DeviceRevoked(DeviceId::from_bytes([n; 16]))
    }

    fn log(events: u8) -> (tempfile::TempDir, PathBuf, SigningKey) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("control.log");
        let key = SigningKey::make(&OsRandom);
        for n in 0..events {
            let at = DateTime::from_timestamp(1_800_000_000 + i64::from(n), 0).unwrap();
            append(&file, &key, at, event(n)).unwrap();
        }
        (folder, file, key)
    }

    fn problem(file: &Path, key: &SigningKey) -> (usize, LineProblem) {
        match read(file, &key.public()) {
            Err(ControlLogError::Line { line, problem, .. }) => (line, problem),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_was_appended_reads_back_in_order() {
        let (_folder, file, key) = log(3);
        let read: Vec<_> = read(&file, &key.public()).unwrap();
        let events: Vec<_> = read.into_iter().map(|(line, _)| line.event).collect();
        assert_eq!(events, [event(0), event(1), event(2)]);
    }

    #[test]
    fn a_line_taken_out_or_changed_or_of_another_site_is_named() {
        let (_folder, file, key) = log(3);
        let text = fs::read_to_string(&file).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        fs::write(&file, format!("{}\n{}\n", lines[0], lines[2])).unwrap();
        assert_eq!(problem(&file, &key), (2, LineProblem::Gap));

        fs::write(
            &file,
            text.replacen("2027", "2027é", 1).replace(lines[1], "é"),
        )
        .unwrap();
        assert_eq!(problem(&file, &key), (2, LineProblem::Unreadable));

        fs::write(&file, &text).unwrap();
        let other = SigningKey::make(&OsRandom);
        assert_eq!(problem(&file, &other), (1, LineProblem::Forged));
    }

    #[test]
    fn a_line_that_a_crash_cut_short_does_not_stop_the_log() {
        let (_folder, file, key) = log(2);
        let text = fs::read_to_string(&file).unwrap();
        for cut in 1..60 {
            fs::write(&file, &text[..text.len() - cut]).unwrap();
            let before = read(&file, &key.public()).unwrap().len();
            append(&file, &key, DateTime::UNIX_EPOCH, event(9)).unwrap();
            assert_eq!(read(&file, &key.public()).unwrap().len(), before + 1);
        }
    }
}
