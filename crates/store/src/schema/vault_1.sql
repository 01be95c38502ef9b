-- vault-<random>.db: what one person may read on this device. A view: it can
-- be made again from the journal's redo and the feed.

CREATE TABLE feed (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    cursor BLOB, -- where the person stands
    wants_own INTEGER NOT NULL, -- the vault is being rebuilt: own entries are wanted too
    ticks INTEGER NOT NULL -- raised to make everything before durable
) STRICT;

INSERT INTO feed (one, wants_own, ticks) VALUES (1, 1, 0);

CREATE TABLE entry (
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    referral BLOB, -- what it speaks of
    lane BLOB NOT NULL CHECK (length(lane) = 33),
    seq INTEGER NOT NULL,
    author BLOB NOT NULL CHECK (length(author) = 16),
    received_at_ms INTEGER, -- site time, once the site has said so
    own INTEGER NOT NULL, -- written here
    bytes BLOB NOT NULL -- the record
) STRICT;

CREATE INDEX entry_referral ON entry (referral);

-- One row for each referral: the fold of its entries, as far as lists need it.
CREATE TABLE referral (
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    newest_ms INTEGER NOT NULL, -- logical time of the newest entry
    newest_count INTEGER NOT NULL,
    verification TEXT NOT NULL,
    needs_you INTEGER NOT NULL
) STRICT;

CREATE INDEX referral_newest ON referral (newest_ms, newest_count, id);
CREATE INDEX referral_needs_you ON referral (id) WHERE needs_you = 1;
