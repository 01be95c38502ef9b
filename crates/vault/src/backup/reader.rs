//! Reading a backup.

use std::io::{self, Read};

use zeroize::Zeroizing;

use super::{BackupError, BackupKey, CHUNK, HEADER, Header, MAGIC, MOST_HEADER, VERSION};
use super::{associated, header_hash, info, nonce};
use crate::aead::{self, TAG};
use crate::recovery::RecoveryKey;
use crate::strict;

/// Opens a backup chunk by chunk. What it has given out is genuine; the backup
/// is whole only when it has said that it is at the end (`Ok(0)`): until then
/// nothing of it may be put to use.
pub struct BackupReader<R: Read> {
    input: R,
    key: BackupKey,
    header: [u8; 32],
    manifest: Vec<u8>,
    /// The next chunk, counted from 1.
    chunk: u64,
    /// Sealed bytes that are read already: a whole chunk and one more byte,
    /// unless it is the last.
    ahead: Vec<u8>,
    plain: Zeroizing<Vec<u8>>,
    given: usize,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    More,
    AtEnd,
    Refused,
}

impl<R: Read> BackupReader<R> {
    /// Opens a backup with the recovery key.
    ///
    /// # Errors
    /// [`BackupError`].
    pub fn open(recovery: &RecoveryKey, mut input: R) -> Result<Self, BackupError> {
        let bytes = read_header(&mut input)?;
        let header = parse(&bytes)?;
        if header.recovery != recovery.id() {
            let (sealed_to, tried) = (header.recovery, recovery.id());
            return Err(BackupError::OtherKey { sealed_to, tried });
        }
        let plain = recovery.sealing().unwrap(
            &info(&header.recovery),
            &header.manifest,
            &header.envelope,
        )?;
        let key: &[u8; 32] = plain
            .as_slice()
            .try_into()
            .map_err(|_| BackupError::Damaged { chunk: 0 })?;
        Ok(Self::begin(
            input,
            BackupKey(Zeroizing::new(*key)),
            &bytes,
            header.manifest,
        ))
    }

    /// Opens a backup that was just written, with the key of its writer.
    ///
    /// # Errors
    /// [`BackupError`].
    pub fn open_with(key: BackupKey, mut input: R) -> Result<Self, BackupError> {
        let bytes = read_header(&mut input)?;
        let header = parse(&bytes)?;
        Ok(Self::begin(input, key, &bytes, header.manifest))
    }

    /// The manifest. Opened with [`Self::open`] it is genuine at once; with
    /// [`Self::open_with`] when the first chunk was read.
    #[must_use]
    pub fn manifest(&self) -> &[u8] {
        &self.manifest
    }

    fn begin(input: R, key: BackupKey, header: &[u8], manifest: Vec<u8>) -> Self {
        Self {
            input,
            key,
            header: header_hash(header),
            manifest,
            chunk: 1,
            ahead: Vec::with_capacity(CHUNK + TAG + 1),
            plain: Zeroizing::new(Vec::with_capacity(CHUNK)),
            given: 0,
            state: State::More,
        }
    }

    /// Opens the next chunk.
    fn advance(&mut self) -> Result<(), BackupError> {
        const SEALED: usize = CHUNK + TAG;
        // One byte more than a chunk tells whether it is the last.
        let wanted = SEALED + 1 - self.ahead.len();
        self.input
            .by_ref()
            .take(wanted as u64)
            .read_to_end(&mut self.ahead)?;
        let last = self.ahead.len() <= SEALED;
        let len = self.ahead.len().min(SEALED);
        let chunk = self.chunk;
        let damaged = || BackupError::Damaged { chunk };
        let (cipher, tag) = self.ahead[..len]
            .split_last_chunk::<TAG>()
            .ok_or_else(damaged)?;
        self.plain.clear();
        self.plain.extend_from_slice(cipher);
        let associated = associated(&self.header, chunk, last);
        let opened = aead::open_in_place(
            &self.key.0,
            &nonce(chunk),
            &associated,
            &mut self.plain,
            tag,
        );
        opened.map_err(|_| damaged())?;
        self.ahead.drain(..len);
        self.given = 0;
        self.chunk += 1;
        self.state = if last { State::AtEnd } else { State::More };
        Ok(())
    }
}

impl<R: Read> Read for BackupReader<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.given == self.plain.len() && !out.is_empty() {
            match self.state {
                State::AtEnd => return Ok(0),
                State::Refused => return Err(refused(BackupError::Damaged { chunk: self.chunk })),
                State::More => {
                    if let Err(error) = self.advance() {
                        self.state = State::Refused;
                        self.plain.clear();
                        self.given = 0;
                        return Err(refused(error));
                    }
                }
            }
        }
        let taken = out.len().min(self.plain.len() - self.given);
        out[..taken].copy_from_slice(&self.plain[self.given..self.given + taken]);
        self.given += taken;
        Ok(taken)
    }
}

fn refused(error: BackupError) -> io::Error {
    match error {
        BackupError::Io(error) => error,
        other => io::Error::new(io::ErrorKind::InvalidData, other),
    }
}

fn read_header(input: &mut impl Read) -> Result<Vec<u8>, BackupError> {
    let mut magic = [0; MAGIC.len()];
    exactly(input, &mut magic)?;
    if magic != *MAGIC {
        return Err(BackupError::NotABackup);
    }
    let mut len = [0; 4];
    exactly(input, &mut len)?;
    let len = usize::try_from(u32::from_be_bytes(len)).unwrap_or(usize::MAX);
    if len > MOST_HEADER {
        return Err(BackupError::NotABackup);
    }
    let mut bytes = vec![0; len];
    exactly(input, &mut bytes)?;
    Ok(bytes)
}

fn exactly(input: &mut impl Read, bytes: &mut [u8]) -> Result<(), BackupError> {
    input.read_exact(bytes).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => BackupError::NotABackup,
        _ => BackupError::Io(error),
    })
}

fn parse(bytes: &[u8]) -> Result<Header, BackupError> {
    let damaged = |_| BackupError::Damaged { chunk: 0 };
    match strict::version(bytes, HEADER).map_err(damaged)? {
        VERSION => strict::from_cbor(bytes, HEADER).map_err(damaged),
        newer if newer > VERSION => Err(BackupError::NewerVersion(newer)),
        _ => Err(BackupError::Damaged { chunk: 0 }),
    }
}
