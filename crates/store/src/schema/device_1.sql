-- device.db: what the device is, who uses it, and the journal of everything
-- that was saved. No name or fact of a person served stands in here, and no
-- reason in words: contents are sealed.

CREATE TABLE enrolment (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    site TEXT NOT NULL, -- the site's short name
    identity BLOB NOT NULL CHECK (length(identity) = 65), -- its identity key
    device BLOB NOT NULL CHECK (length(device) = 16),
    name TEXT NOT NULL, -- what the site calls the device
    signing_key BLOB NOT NULL, -- the device key: signs requests and chain heads
    url TEXT NOT NULL,
    tls_pins BLOB NOT NULL CHECK (length(tls_pins) % 32 = 0), -- SHA-256, one behind the other
    certificate BLOB NOT NULL, -- Signed<DeviceCertificate>
    epoch BLOB NOT NULL, -- Signed<EpochRecord>, the current one
    epoch_id BLOB NOT NULL CHECK (length(epoch_id) = 16),
    site_time_ms INTEGER NOT NULL, -- the newest site time seen: a floor
    hlc_ms INTEGER NOT NULL, -- the newest logical time seen in others' entries
    hlc_count INTEGER NOT NULL,
    cursor BLOB -- where the device stands in the site-scope feed
) STRICT;

-- Keys that the identity key vouches for.
CREATE TABLE site_key (
    id BLOB PRIMARY KEY CHECK (length(id) = 8),
    purpose TEXT NOT NULL,
    issued_at_ms INTEGER NOT NULL,
    certificate BLOB NOT NULL -- Signed<KeyCertificate>
) STRICT, WITHOUT ROWID;

-- People of the site who use this device.
CREATE TABLE person (
    slot INTEGER PRIMARY KEY,
    user BLOB NOT NULL UNIQUE CHECK (length(user) = 16),
    name TEXT NOT NULL, -- for the lock screen
    wrap BLOB NOT NULL, -- their keys, wrapped under their password
    certificate BLOB NOT NULL, -- Signed<AuthorCertificate>
    recovery_wrap BLOB, -- their keys, wrapped to the recovery key; the site holds them too
    lease BLOB, -- Signed<Lease>, the newest
    attempts BLOB, -- passwords tried; written before each try
    vault_file TEXT NOT NULL UNIQUE,
    drafts_file TEXT NOT NULL UNIQUE,
    needs_you INTEGER NOT NULL DEFAULT 0 -- a number, so that it shows while locked
) STRICT;

-- The lives of this journal; the one with the highest number is written to.
CREATE TABLE lane (
    number INTEGER PRIMARY KEY,
    lane BLOB NOT NULL UNIQUE CHECK (length(lane) = 33),
    parent_lane BLOB, -- where it goes on from
    parent_seq INTEGER,
    parent_hash BLOB,
    left_through INTEGER NOT NULL DEFAULT 0, -- may have left the device, in whatever epoch
    sent_through INTEGER NOT NULL DEFAULT 0, -- put on the wire in sent_epoch
    sent_epoch BLOB,
    receipt BLOB, -- Signed<Receipt>: the newest that was judged good
    receipt_epoch BLOB,
    branch BLOB,
    revision INTEGER NOT NULL DEFAULT 0,
    through_seq INTEGER NOT NULL DEFAULT 0,
    through_hash BLOB,
    applied_through INTEGER NOT NULL DEFAULT 0
) STRICT;

-- What the newest receipt says of single positions.
CREATE TABLE parked (
    lane INTEGER NOT NULL REFERENCES lane (number),
    seq INTEGER NOT NULL,
    code TEXT NOT NULL,
    PRIMARY KEY (lane, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE blob_missing (
    lane INTEGER NOT NULL REFERENCES lane (number),
    seq INTEGER NOT NULL,
    PRIMARY KEY (lane, seq)
) STRICT, WITHOUT ROWID;

-- Keys of redo, one for each context.
CREATE TABLE redo_key (
    context BLOB PRIMARY KEY CHECK (length(context) = 16),
    slot INTEGER NOT NULL REFERENCES person (slot),
    wrapped BLOB NOT NULL -- to the person's sealing key
) STRICT;

-- Everything saved. A row is appended in the transaction that is the save; its
-- content may go (taken back), its place in the chain never.
CREATE TABLE journal (
    lane INTEGER NOT NULL REFERENCES lane (number),
    seq INTEGER NOT NULL CHECK (seq > 0),
    item BLOB NOT NULL UNIQUE CHECK (length(item) = 16),
    slot INTEGER NOT NULL REFERENCES person (slot),
    kind INTEGER NOT NULL, -- the item's kind byte
    context BLOB, -- sealed under
    of_item BLOB, -- a re-sealed one: what it stands for
    of_digest BLOB,
    digest BLOB NOT NULL CHECK (length(digest) = 32),
    hash BLOB NOT NULL CHECK (length(hash) = 32), -- the chain hash behind it
    entries INTEGER NOT NULL, -- entries of this lane up to here: queues are counted without being read
    sealed BLOB, -- the content for the site; NULL once it is gone
    redo BLOB, -- the same for the author's own vault, under the context's redo key; NULL once it is there
    saved_at_ms INTEGER NOT NULL, -- what the device's clock said
    hlc_ms INTEGER NOT NULL, -- logical time: never runs backwards
    hlc_count INTEGER NOT NULL,
    PRIMARY KEY (lane, seq)
) STRICT;

CREATE INDEX journal_redo ON journal (slot, lane, seq) WHERE redo IS NOT NULL;
CREATE INDEX journal_gone ON journal (lane, seq) WHERE kind = 17;

-- The site-scope feed: packs and rosters. Nothing about people served.
CREATE TABLE site_entry (
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    lane BLOB NOT NULL CHECK (length(lane) = 33),
    seq INTEGER NOT NULL,
    author BLOB NOT NULL CHECK (length(author) = 16),
    received_at_ms INTEGER NOT NULL,
    bytes BLOB NOT NULL -- the record
) STRICT;

-- Choices that are nobody's record: theme, language. Slot 0 is the device's.
CREATE TABLE preference (
    slot INTEGER NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (slot, name)
) STRICT, WITHOUT ROWID;
