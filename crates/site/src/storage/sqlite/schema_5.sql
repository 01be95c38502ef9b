-- Attachments: sealed bytes that devices send in pieces. Their keys stand in
-- the entries that name them.
CREATE TABLE attachment (
    site_id         INTEGER NOT NULL REFERENCES site,
    device          BLOB NOT NULL,
    -- SHA-256 of all sealed bytes.
    address         BLOB NOT NULL,
    total           INTEGER NOT NULL,
    -- The first so many bytes are here; all of them only if the address holds.
    held            INTEGER NOT NULL,
    touched_at      INTEGER NOT NULL,
    PRIMARY KEY (site_id, device, address)
) STRICT, WITHOUT ROWID;

CREATE INDEX attachment_touched ON attachment (site_id, touched_at);

CREATE TABLE attachment_piece (
    site_id         INTEGER NOT NULL REFERENCES site,
    device          BLOB NOT NULL,
    address         BLOB NOT NULL,
    start           INTEGER NOT NULL,
    bytes           BLOB NOT NULL,
    PRIMARY KEY (site_id, device, address, start)
) STRICT;

-- The entries that name them, by where they stand on a line.
CREATE TABLE attachment_of (
    site_id         INTEGER NOT NULL REFERENCES site,
    line_id         INTEGER NOT NULL,
    seq             INTEGER NOT NULL,
    entry_id        BLOB NOT NULL,
    device          BLOB NOT NULL,
    address         BLOB NOT NULL,
    total           INTEGER NOT NULL,
    -- 1: all of it is here. 0: it may be.
    is_whole        INTEGER NOT NULL,
    PRIMARY KEY (site_id, line_id, seq)
) STRICT;

CREATE INDEX attachment_missing ON attachment_of (site_id, line_id, seq) WHERE is_whole = 0;
CREATE INDEX attachment_named ON attachment_of (site_id, device, address, line_id);
CREATE INDEX attachment_of_entry ON attachment_of (site_id, entry_id);
