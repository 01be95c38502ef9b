//! Entries: the one kind of thing that travels.
//!
//! A referral logged, a correction, a decision, a rule pack published: each is
//! an immutable entry in its author's lane, and current state is a fold over
//! entries. An entry's encoded form is the record, for ever: kinds are added,
//! fields are added with defaults, and nothing is ever renamed.
//!
//! A kind and its raw body are read first. A kind that this version does not
//! know is kept ([`Body::Unknown`]), never an error.

use ciborium::Value;
use serde::de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::attachment::AttachmentAdded;
use crate::ids::{EntryId, ReferralId, SiteId, UserId};
use crate::referral::{HandoffRecorded, ReferralAmended, ReferralLogged, ReferralWithdrawn};
use crate::role::Role;
use crate::roster::{PackPublished, RosterChanged};
use crate::time::{CapturedAt, OccurredAt};
use crate::tracks::{ChargeMove, EngagementMove, VerificationMove};

/// An entry.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its id.
    pub id: EntryId,
    /// The site that it belongs to.
    pub site: SiteId,
    /// Who wrote it.
    pub author: UserId,
    /// What else is said about it.
    pub record: Record,
}

/// What is sealed: the entry without what its envelope already says (id, site,
/// author).
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// When it happened.
    pub occurred_at: OccurredAt,
    /// When it was captured.
    pub captured_at: CapturedAt,
    /// As what its author wrote it.
    pub role: Role,
    /// The entries that its author had in view: what an edit or a move builds on.
    pub based_on: Vec<EntryId>,
    /// What it says.
    pub body: Body,
}

/// Where a kind of entry comes from. Each kind has exactly one origin; a form
/// that mixes origins is saved as two linked entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// From law enforcement.
    LawEnforcement,
    /// From the program: case management, peers, treatment.
    Program,
    /// From the site itself.
    Site,
}

macro_rules! bodies {
    ($( $(#[$doc:meta])* $variant:ident($ty:ty) = $kind:literal from $origin:ident; )*) => {
        /// What an entry says.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Body {
            $( $(#[$doc])* $variant($ty), )*
            /// A kind that this version does not know, kept as it came.
            Unknown {
                /// Its name.
                kind: String,
                /// Its content.
                raw: Value,
            },
        }

        impl Body {
            /// Every kind that this version knows, with its origin.
            pub const KINDS: &'static [(&'static str, Origin)] = &[$( ($kind, Origin::$origin) ),*];

            /// The kind's name in the record.
            #[must_use]
            pub fn kind(&self) -> &str {
                match self {
                    $( Self::$variant(_) => $kind, )*
                    Self::Unknown { kind, .. } => kind,
                }
            }

            /// Where the kind comes from; `None` for an unknown kind.
            #[must_use]
            pub fn origin(&self) -> Option<Origin> {
                match self {
                    $( Self::$variant(_) => Some(Origin::$origin), )*
                    Self::Unknown { .. } => None,
                }
            }

            /// Reads a body of a kind straight from where it stands.
            fn of_kind<'de, D: Deserializer<'de>>(kind: String, from: D) -> Result<Self, D::Error> {
                match kind.as_str() {
                    $( $kind => <$ty>::deserialize(from).map(Self::$variant), )*
                    _ => Value::deserialize(from).map(|raw| Self::Unknown { kind, raw }),
                }
            }

            fn from_raw(kind: String, raw: Value) -> Result<Self, RecordError> {
                match kind.as_str() {
                    $( $kind => match raw.deserialized() {
                        Ok(body) => Ok(Self::$variant(body)),
                        Err(_) => Err(RecordError::Body { kind: $kind }),
                    }, )*
                    _ => Ok(Self::Unknown { kind, raw }),
                }
            }
        }

        impl Serialize for Record {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match &self.body {
                    $( Body::$variant(body) => self.with($kind, body).serialize(serializer), )*
                    Body::Unknown { kind, raw } => self.with(kind, raw).serialize(serializer),
                }
            }
        }
    };
}

bodies! {
    /// A referral was logged.
    ReferralLogged(ReferralLogged) = "referral_logged" from LawEnforcement;
    /// A report was corrected.
    ReferralAmended(ReferralAmended) = "referral_amended" from LawEnforcement;
    /// A referral was withdrawn.
    ReferralWithdrawn(ReferralWithdrawn) = "referral_withdrawn" from LawEnforcement;
    /// Somebody was called, or took over.
    HandoffRecorded(HandoffRecorded) = "handoff_recorded" from LawEnforcement;
    /// A signature or a photo was added.
    AttachmentAdded(AttachmentAdded) = "attachment_added" from LawEnforcement;
    /// Engagement moved.
    EngagementMoved(Moved<EngagementMove>) = "engagement_moved" from Program;
    /// The site decided, or asked.
    VerificationDecided(Decided) = "verification_decided" from Site;
    /// The charge moved.
    ChargeMoved(Moved<ChargeMove>) = "charge_moved" from Site;
    /// A rule pack was published.
    PackPublished(PackPublished) = "pack_published" from Site;
    /// Somebody came, changed role or left.
    RosterChanged(RosterChanged) = "roster_changed" from Site;
}

/// A move on a track of a referral.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved<M> {
    /// Which referral.
    pub referral: ReferralId,
    /// The move.
    #[serde(rename = "move")]
    pub by: M,
    /// In words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// A decision on a referral.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    /// Which referral.
    pub referral: ReferralId,
    /// The decision.
    pub decision: VerificationMove,
    /// For the referrer, in words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// Why bytes are not a record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// Not a record at all.
    #[error("the bytes do not read as a record")]
    Unreadable,
    /// A known kind whose body does not read.
    #[error("the body of a {kind} does not read")]
    Body {
        /// The kind.
        kind: &'static str,
    },
    /// It cannot be encoded.
    #[error("the record cannot be encoded")]
    Encoding,
}

#[derive(Serialize)]
struct Written<'a, B> {
    occurred_at: OccurredAt,
    captured_at: CapturedAt,
    role: Role,
    #[serde(skip_serializing_if = "<[EntryId]>::is_empty")]
    based_on: &'a [EntryId],
    kind: &'a str,
    body: &'a B,
}

#[derive(Deserialize)]
struct Read {
    occurred_at: OccurredAt,
    captured_at: CapturedAt,
    role: Role,
    #[serde(default)]
    based_on: Vec<EntryId>,
    kind: String,
    body: Value,
}

/// A record that was read in one pass, without a [`Value`] of all of its body in
/// between, which every view would pay for every entry.
struct Straight(Record);

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum Field {
    OccurredAt,
    CapturedAt,
    Role,
    BasedOn,
    Kind,
    Body,
    #[serde(other)]
    Other,
}

impl<'de> Deserialize<'de> for Straight {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(Fields)
    }
}

struct Fields;

impl<'de> Visitor<'de> for Fields {
    type Value = Straight;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a record")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Straight, A::Error> {
        let (mut occurred_at, mut captured_at, mut role) = (None, None, None);
        let (mut based_on, mut kind, mut body) = (None, None, None);
        while let Some(field) = map.next_key()? {
            match field {
                Field::OccurredAt => once(&mut occurred_at, map.next_value()?)?,
                Field::CapturedAt => once(&mut captured_at, map.next_value()?)?,
                Field::Role => once(&mut role, map.next_value()?)?,
                Field::BasedOn => once(&mut based_on, map.next_value()?)?,
                Field::Kind => once(&mut kind, map.next_value()?)?,
                Field::Body => {
                    let kind = kind
                        .clone()
                        .ok_or_else(|| A::Error::missing_field("kind"))?;
                    once(&mut body, map.next_value_seed(OfKind(kind))?)?;
                }
                Field::Other => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        let missing = A::Error::missing_field;
        Ok(Straight(Record {
            occurred_at: occurred_at.ok_or_else(|| missing("occurred_at"))?,
            captured_at: captured_at.ok_or_else(|| missing("captured_at"))?,
            role: role.ok_or_else(|| missing("role"))?,
            based_on: based_on.unwrap_or_default(),
            body: body.ok_or_else(|| missing("body"))?,
        }))
    }
}

/// No field stands twice.
fn once<T, E: serde::de::Error>(place: &mut Option<T>, value: T) -> Result<(), E> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(E::custom("a field that stands twice")),
    }
}

struct OfKind(String);

impl<'de> DeserializeSeed<'de> for OfKind {
    type Value = Body;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Body, D::Error> {
        Body::of_kind(self.0, from)
    }
}

impl Record {
    fn with<'a, B>(&'a self, kind: &'a str, body: &'a B) -> Written<'a, B> {
        Written {
            occurred_at: self.occurred_at,
            captured_at: self.captured_at,
            role: self.role,
            based_on: &self.based_on,
            kind,
            body,
        }
    }

    /// The record's bytes: CBOR with names.
    ///
    /// # Errors
    /// [`RecordError::Encoding`] when the encoder refuses it.
    pub fn to_bytes(&self) -> Result<Vec<u8>, RecordError> {
        let mut bytes = Vec::with_capacity(1024);
        ciborium::into_writer(self, &mut bytes).map_err(|_| RecordError::Encoding)?;
        Ok(bytes)
    }

    /// Reads a record.
    ///
    /// # Errors
    /// [`RecordError`] when the bytes are not exactly one record, or a known
    /// kind's body does not read.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, RecordError> {
        Self::straight(bytes).map_or_else(|| Self::by_way_of_a_value(bytes), Ok)
    }

    /// Reads a record whose kind stands before its body, as [`Self::to_bytes`]
    /// writes it, in one pass. `None` says nothing about the bytes.
    fn straight(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes;
        let Straight(record) = ciborium::from_reader(&mut rest).ok()?;
        rest.is_empty().then_some(record)
    }

    /// Reads any record, and says what is wrong with one.
    fn by_way_of_a_value(bytes: &[u8]) -> Result<Self, RecordError> {
        let mut rest = bytes;
        let read: Read = ciborium::from_reader(&mut rest).map_err(|_| RecordError::Unreadable)?;
        if !rest.is_empty() {
            return Err(RecordError::Unreadable);
        }
        Ok(Self {
            occurred_at: read.occurred_at,
            captured_at: read.captured_at,
            role: read.role,
            based_on: read.based_on,
            body: Body::from_raw(read.kind, read.body)?,
        })
    }
}

impl Body {
    /// The referral that an entry speaks of, if it speaks of one. `id` is the
    /// entry's own id.
    #[must_use]
    pub fn referral(&self, id: EntryId) -> Option<ReferralId> {
        match self {
            Self::ReferralLogged(_) => Some(id.into()),
            Self::ReferralAmended(body) => Some(body.referral),
            Self::ReferralWithdrawn(body) => Some(body.referral),
            Self::HandoffRecorded(body) => Some(body.referral),
            Self::AttachmentAdded(body) => Some(body.referral),
            Self::EngagementMoved(body) => Some(body.referral),
            Self::VerificationDecided(body) => Some(body.referral),
            Self::ChargeMoved(body) => Some(body.referral),
            Self::PackPublished(_) | Self::RosterChanged(_) | Self::Unknown { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Kinds that no released version has written.
    const UNRELEASED: &[&str] = &["attachment_added"];

    fn frozen() -> Vec<(String, Vec<u8>)> {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/frozen/0.1.0");
        let files = std::fs::read_dir(folder).unwrap();
        files
            .map(|file| {
                let file = file.unwrap();
                let name = file.file_name().into_string().unwrap();
                (name, std::fs::read(file.path()).unwrap())
            })
            .collect()
    }

    #[test]
    fn what_is_written_is_read_in_one_pass() {
        let frozen = frozen();
        assert_eq!(frozen.len() + UNRELEASED.len(), Body::KINDS.len());
        for (name, bytes) in frozen {
            let straight = Record::straight(&bytes);
            assert!(straight.is_some(), "{name}");
            assert_eq!(straight, Record::by_way_of_a_value(&bytes).ok(), "{name}");
        }
    }

    /// Of bytes that are nearly a record. (The short way takes a name within a
    /// body that stands there as bytes, which the long way does not.)
    #[test]
    fn where_both_ways_read_something_they_read_the_same() {
        let mut taken = 0;
        for (name, bytes) in frozen() {
            for at in 0..bytes.len() {
                for turned in [0x01, 0x02, 0x20, 0x40, 0x80, 0xff] {
                    let mut bytes = bytes.clone();
                    bytes[at] ^= turned;
                    let straight = Record::straight(&bytes);
                    let long = Record::by_way_of_a_value(&bytes).ok();
                    if straight.is_some() && long.is_some() {
                        taken += 1;
                        assert_eq!(straight, long, "{name}, {turned:#x} at {at}");
                    }
                    // Whatever the long way takes is taken.
                    assert_eq!(Record::from_bytes(&bytes).ok(), straight.or(long));
                }
                assert_eq!(Record::straight(&bytes[..at]), None, "{name}, cut at {at}");
            }
        }
        assert!(taken > 1000, "{taken}");
    }

    #[test]
    fn a_field_that_stands_twice_is_an_error_both_ways() {
        let (_, bytes) = frozen().swap_remove(0);
        // One more pair: `kind` again.
        let mut twice = bytes.clone();
        twice[0] += 1;
        twice.extend(*b"\x64kind\x61x");
        assert_eq!(Record::straight(&twice), None);
        assert_eq!(Record::from_bytes(&twice), Err(RecordError::Unreadable));
        // A field that nobody knows is left alone, both ways.
        let mut more = bytes.clone();
        more[0] += 1;
        more.extend(*b"\x64next\x61x");
        assert_eq!(Record::straight(&more), Record::from_bytes(&bytes).ok());
        assert_eq!(Record::from_bytes(&more), Record::from_bytes(&bytes));
    }
}
