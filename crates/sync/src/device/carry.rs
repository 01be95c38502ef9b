//! How attachments are carried within one session: which are asked about, which
//! piece goes next, and when one waits for another session.

use std::collections::BTreeMap;

use handoff_domain::AttachmentAddress;
use handoff_protocol::message::{AttachmentHeld, Piece};

/// Attachments that one request asks about.
const MOST_QUESTIONS: usize = 16;
/// Answers without progress after which an attachment waits for another session.
pub(super) const MOST_STALLS: u8 = 3;
/// Pieces that one session carries: meanwhile nobody's feed is asked for, and who
/// signs in waits for the next session.
pub(super) const MOST_PIECES: u8 = 8;

/// One attachment that is to be carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttachmentOutlook {
    /// Which.
    pub address: AttachmentAddress,
    /// Its sealed bytes.
    pub total: u64,
}

/// A piece that is on its way: of which attachment, and where it ends; a question
/// has no end.
pub(super) type Away = (AttachmentAddress, Option<u64>);

/// What is away when these pieces leave.
pub(super) fn away(pieces: &[Piece]) -> Vec<Away> {
    let end = |piece: &Piece| {
        let end = piece.offset + piece.bytes.len() as u64;
        (!piece.bytes.is_empty()).then_some(end)
    };
    let pieces = pieces.iter();
    pieces.map(|piece| (piece.address, end(piece))).collect()
}

/// What is next to do.
#[derive(Debug)]
pub(super) enum Next {
    /// Ask how much the site has.
    Ask(Vec<Piece>),
    /// Read a piece of this from there.
    Read(AttachmentAddress, u64),
}

/// How far one has come.
#[derive(Debug, Clone, Copy)]
enum Come {
    /// The site has so much of it; so many answers said less than was sent.
    Through { held: u64, stalls: u8 },
    /// It waits for another session.
    Later,
}

/// The attachments of one session.
#[derive(Debug, Default)]
pub(super) struct Carry {
    come: BTreeMap<AttachmentAddress, Come>,
    /// Pieces that have left.
    pieces: u8,
    reading: bool,
}

impl Carry {
    /// Whether a piece is being read.
    pub fn is_reading(&self) -> bool {
        self.reading
    }

    /// What the site said counts no more.
    pub fn begin_again(&mut self) {
        self.come.clear();
    }

    /// What to do next, while nothing of it is away.
    pub fn next(&mut self, outlook: &[AttachmentOutlook]) -> Option<Next> {
        if self.reading || self.pieces >= MOST_PIECES {
            return None;
        }
        let mut questions = Vec::new();
        for AttachmentOutlook { address, total } in outlook {
            match self.come.get(address) {
                None if questions.len() < MOST_QUESTIONS => questions.push(Piece {
                    address: *address,
                    total: *total,
                    offset: 0,
                    bytes: Vec::new(),
                }),
                Some(Come::Through { held, .. }) if held < total && questions.is_empty() => {
                    self.reading = true;
                    return Some(Next::Read(*address, *held));
                }
                None | Some(Come::Through { .. } | Come::Later) => {}
            }
        }
        (!questions.is_empty()).then_some(Next::Ask(questions))
    }

    /// A piece was read: it goes, if there is something of it and it is wanted still.
    pub fn read(
        &mut self,
        outlook: &[AttachmentOutlook],
        address: AttachmentAddress,
        offset: u64,
        bytes: Option<Vec<u8>>,
    ) -> Option<Piece> {
        self.reading = false;
        let wanted = outlook.iter().find(|known| known.address == address);
        let bytes = bytes.filter(|bytes| !bytes.is_empty());
        let (Some(wanted), Some(bytes)) = (wanted, bytes) else {
            self.come.insert(address, Come::Later);
            return None;
        };
        self.pieces += 1;
        Some(Piece {
            address,
            total: wanted.total,
            offset,
            bytes,
        })
    }

    /// Takes up what an answer says of what was away.
    pub fn landed(&mut self, away: &[Away], answer: &[AttachmentHeld]) {
        for (address, end) in away {
            let said = answer.iter().find(|said| said.address == *address);
            let before = match self.come.get(address) {
                Some(Come::Through { stalls, .. }) => *stalls,
                Some(Come::Later) | None => 0,
            };
            let come = said.map_or(Come::Later, |AttachmentHeld { held, .. }| {
                // A site that takes a byte at a time is no better than one that
                // takes none.
                let stalls = before + u8::from(end.is_some_and(|end| *held < end));
                if stalls > MOST_STALLS {
                    Come::Later
                } else {
                    Come::Through {
                        held: *held,
                        stalls,
                    }
                }
            });
            self.come.insert(*address, come);
        }
    }

    /// Whether as much was carried as one session does, and another that begins at
    /// once would have something to carry.
    pub fn goes_on(&self, outlook: &[AttachmentOutlook]) -> bool {
        let has_more = |of: &AttachmentOutlook| match self.come.get(&of.address) {
            Some(Come::Through { held, stalls: 0 }) => *held < of.total,
            Some(Come::Through { .. } | Come::Later) => false,
            None => true,
        };
        self.pieces >= MOST_PIECES && outlook.iter().any(has_more)
    }
}
