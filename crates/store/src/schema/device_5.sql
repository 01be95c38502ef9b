-- Items of which an order of this epoch says that they are erased, and that are
-- in no lane here: another copy of this device saved them, or this one before its
-- journal was damaged. A vault that was closed then may hold them.
CREATE TABLE erased (
    item BLOB PRIMARY KEY CHECK (length(item) = 16)
) STRICT, WITHOUT ROWID;

-- The attachment that an entry names: the hash and length of its sealed bytes.
CREATE TABLE attachment (
    item BLOB PRIMARY KEY CHECK (length(item) = 16), -- the entry
    lane INTEGER NOT NULL REFERENCES lane (number),
    seq INTEGER NOT NULL,
    referral BLOB NOT NULL CHECK (length(referral) = 16), -- the entry that logged it
    address BLOB NOT NULL CHECK (length(address) = 32),
    total INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX attachment_place ON attachment (lane, seq);
CREATE INDEX attachment_address ON attachment (address);
CREATE INDEX attachment_referral ON attachment (referral);

-- Its bytes, sealed under the key that stands in the entry.
CREATE TABLE attachment_row (
    address BLOB NOT NULL CHECK (length(address) = 32),
    number INTEGER NOT NULL, -- of 64 KiB each but the last
    bytes BLOB NOT NULL,
    PRIMARY KEY (address, number)
) STRICT;
