//! Whether a write-ahead log has lost something that was committed.
//!
//! SQLite reads a log up to the first frame whose checksum does not hold, and
//! takes that for the end: so it has to be after a power cut, and so a turned
//! bit takes every later commit away without a word. The two can be told
//! apart. Where every commit is synced, the next one begins behind the sync; a
//! power cut spoils the last commit only. Two commits behind a frame that does
//! not hold were both synced, or the first of them was.
//!
//! Each checksum goes on from the one before, so that frames that follow one
//! another can be told from remains of an earlier, failed write. One commit
//! proves nothing: before a sync sectors reach the disk in any order, and the
//! end of a commit without its beginning is a power cut's.
//!
//! So the last commit of a log, spoiled by a turned bit, is not missed here
//! (`docs/adr/0033`).

/// Bytes of the header of a log, and of a frame.
const HEADER: usize = 32;
const FRAME: usize = 24;
const MAGIC: u32 = 0x377f_0682;

/// A running checksum.
type Sum = (u32, u32);

/// Whether commits that were synced are cut off in this log.
pub(crate) fn has_lost_commits(log: &[u8]) -> bool {
    let Some(header) = log.get(..HEADER) else {
        return false;
    };
    let is_big = word(header, 0) == MAGIC | 1;
    let mut read = Reading {
        is_big,
        page: usize::try_from(word(header, 8)).unwrap_or(0),
        salt: (word(header, 16), word(header, 20)),
        log,
    };
    let sum = read.sum((0, 0), &header[..24]);
    let is_header_whole =
        word(header, 0) & !1 == MAGIC && (word(header, 24), word(header, 28)) == sum;
    if !is_header_whole {
        // Frames tell what it said, if there are some.
        read.page = 4096;
        let Some(first) = read.frame(0) else {
            return false;
        };
        read.salt = first.salt;
        return [true, false].into_iter().any(|is_big| {
            read.is_big = is_big;
            commits_behind(&read, 0, None) >= 2
        });
    }
    if read.page == 0 {
        return false;
    }
    let (mut at, mut sum) = (0, sum);
    while let Some(frame) = read.frame(at) {
        if !read.follows(&frame, sum) {
            break;
        }
        sum = frame.sum;
        at += 1;
    }
    commits_behind(&read, at, Some(sum)) >= 2
}

/// Commits from a frame on that does not hold: its own, and those of frames
/// that follow one another behind it. Nothing behind it proves nothing.
fn commits_behind(read: &Reading<'_>, bad: usize, before: Option<Sum>) -> usize {
    let Some(first) = read.frame(bad) else {
        return 0;
    };
    // What follows it goes on from its checksum: from the one that it has, or,
    // if that was turned, from the one that it should have.
    let should = before.map(|sum| read.sum(read.sum(sum, first.start), first.page));
    [Some(first.sum), should]
        .into_iter()
        .flatten()
        .map(|sum| {
            let (mut commits, mut sum) = (0, sum);
            let mut at = bad + 1;
            while let Some(frame) = read.frame(at) {
                if !read.follows(&frame, sum) {
                    break;
                }
                commits += usize::from(frame.is_commit);
                sum = frame.sum;
                at += 1;
            }
            if at > bad + 1 {
                commits += usize::from(first.is_commit);
            }
            commits
        })
        .max()
        .unwrap_or(0)
}

/// A log, and how it is to be read.
struct Reading<'a> {
    log: &'a [u8],
    is_big: bool,
    page: usize,
    salt: (u32, u32),
}

/// A frame: its checksummed bytes, and what its header says.
struct Frame<'a> {
    start: &'a [u8],
    page: &'a [u8],
    is_commit: bool,
    salt: (u32, u32),
    sum: Sum,
}

impl<'a> Reading<'a> {
    fn frame(&self, number: usize) -> Option<Frame<'a>> {
        let from = HEADER.checked_add(number.checked_mul(FRAME + self.page)?)?;
        let header = self.log.get(from..from + FRAME)?;
        let page = self.log.get(from + FRAME..from + FRAME + self.page)?;
        Some(Frame {
            start: &header[..8],
            page,
            is_commit: word(header, 4) != 0,
            salt: (word(header, 8), word(header, 12)),
            sum: (word(header, 16), word(header, 20)),
        })
    }

    /// Whether a frame was written behind the one with this checksum.
    fn follows(&self, frame: &Frame<'_>, sum: Sum) -> bool {
        frame.salt == self.salt && {
            let sum = self.sum(sum, frame.start);
            self.sum(sum, frame.page) == frame.sum
        }
    }

    /// SQLite's checksum, continued.
    fn sum(&self, (mut first, mut second): Sum, bytes: &[u8]) -> Sum {
        let number = |bytes: &[u8]| {
            let big = word(bytes, 0);
            if self.is_big { big } else { big.swap_bytes() }
        };
        for pair in bytes.chunks_exact(8) {
            first = first.wrapping_add(number(&pair[..4])).wrapping_add(second);
            second = second.wrapping_add(number(&pair[4..])).wrapping_add(first);
        }
        (first, second)
    }
}

/// A big-endian number at a place; 0 beyond the end.
fn word(bytes: &[u8], at: usize) -> u32 {
    bytes
        .get(at..at + 4)
        .and_then(|four| four.try_into().ok())
        .map_or(0, u32::from_be_bytes)
}
