//! Writing a backup.

use std::io::{self, Write};

use handoff_protocol::PublicKey;
use zeroize::{Zeroize as _, Zeroizing};

use super::{BackupError, BackupKey, CHUNK, Header, MAGIC, MOST_HEADER, VERSION};
use super::{associated, header_hash, info, nonce};
use crate::aead::{self, SealError};
use crate::envelope;
use crate::random::{self, Random};

/// Seals what is written to it. Only [`BackupWriter::finish`] makes a whole
/// backup: one that is dropped before is refused when it is read.
pub struct BackupWriter<W: Write> {
    out: W,
    key: BackupKey,
    header: [u8; 32],
    /// The chunk that is being filled, counted from 1.
    chunk: u64,
    plain: Zeroizing<Vec<u8>>,
}

impl<W: Write> BackupWriter<W> {
    /// Begins a backup that the recovery key opens. The manifest stands in the
    /// clear: put no name in it.
    ///
    /// # Errors
    /// [`BackupError`].
    pub fn begin(
        random: &dyn Random,
        recovery: &PublicKey,
        manifest: &[u8],
        mut out: W,
    ) -> Result<Self, BackupError> {
        let key = BackupKey(Zeroizing::new(random::array(random)));
        let id = recovery.id();
        let envelope = envelope::wrap(random, recovery, &info(&id), manifest, key.0.as_ref())?;
        let header = Header {
            version: VERSION,
            recovery: id,
            manifest: manifest.to_vec(),
            envelope,
        };
        let bytes = header.to_bytes()?;
        let len = u32::try_from(bytes.len()).map_err(|_| SealError::TooLong)?;
        if bytes.len() > MOST_HEADER {
            return Err(SealError::TooLong.into());
        }
        out.write_all(MAGIC)?;
        out.write_all(&len.to_be_bytes())?;
        out.write_all(&bytes)?;
        let plain = Zeroizing::new(Vec::with_capacity(CHUNK));
        Ok(Self {
            out,
            key,
            header: header_hash(&bytes),
            chunk: 1,
            plain,
        })
    }

    /// The key of this backup, to read it again for a test before anybody has
    /// typed the recovery key.
    #[must_use]
    pub fn key(&self) -> BackupKey {
        self.key.clone()
    }

    /// Writes the last chunk and gives the output back. The caller makes it
    /// durable.
    ///
    /// # Errors
    /// [`BackupError`].
    pub fn finish(mut self) -> Result<W, BackupError> {
        self.seal_chunk(true)?;
        self.out.flush()?;
        Ok(self.out)
    }

    fn seal_chunk(&mut self, last: bool) -> Result<(), BackupError> {
        let associated = associated(&self.header, self.chunk, last);
        let nonce = nonce(self.chunk);
        let tag = aead::seal_in_place(&self.key.0, &nonce, &associated, &mut self.plain)?;
        self.out.write_all(&self.plain)?;
        self.out.write_all(&tag)?;
        self.plain.zeroize();
        self.chunk += 1;
        Ok(())
    }
}

impl<W: Write> Write for BackupWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A full chunk waits: it may be the last.
        if self.plain.len() == CHUNK && !bytes.is_empty() {
            self.seal_chunk(false).map_err(io::Error::other)?;
        }
        let taken = bytes.len().min(CHUNK - self.plain.len());
        self.plain.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
