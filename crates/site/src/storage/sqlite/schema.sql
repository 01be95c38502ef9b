-- Every table is keyed by the site first, so that the same tables hold many
-- sites in a shared database. Times are milliseconds since 1970 (UTC), site
-- time. Ids, hashes and keys are the bytes of the protocol.

CREATE TABLE site (
    -- Small, and private to this database.
    site_id         INTEGER NOT NULL PRIMARY KEY,
    -- The short name, such as md-baltimore.
    name            TEXT NOT NULL,
    -- Public half of the identity key.
    identity        BLOB NOT NULL,
    -- Public half of the recovery key.
    recovery        BLOB NOT NULL
) STRICT;

-- The row under which positions are given. Locked after any lane, never before.
CREATE TABLE site_head (
    site_id         INTEGER NOT NULL PRIMARY KEY REFERENCES site,
    epoch_id        BLOB NOT NULL,
    -- Signed<EpochRecord>.
    epoch           BLOB NOT NULL,
    -- 0: serving; 1: restored and not yet confirmed.
    awaiting        INTEGER NOT NULL,
    -- The last position given in any feed.
    feed_position   INTEGER NOT NULL,
    -- Parked entries are to be judged again: raised with every change that
    -- could free one, read by the applier.
    judge_round     INTEGER NOT NULL,
    judged_round    INTEGER NOT NULL,
    -- The last reading of the site's hybrid logical clock: it never goes back,
    -- whatever the machine's clock does.
    hlc_wall_ms     INTEGER NOT NULL,
    hlc_count       INTEGER NOT NULL
) STRICT;

CREATE TABLE site_key (
    site_id         INTEGER NOT NULL REFERENCES site,
    key_id          BLOB NOT NULL,
    purpose         TEXT NOT NULL,
    public_key      BLOB NOT NULL,
    -- Signed<KeyCertificate>; announced once the key is in a verified backup
    -- (those made by init at once).
    certificate     BLOB NOT NULL,
    announced       INTEGER NOT NULL,
    made_at         INTEGER NOT NULL,
    PRIMARY KEY (site_id, key_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE device (
    site_id         INTEGER NOT NULL REFERENCES site,
    device          BLOB NOT NULL,
    name            TEXT NOT NULL,
    public_key      BLOB NOT NULL,
    -- Signed<DeviceCertificate>.
    certificate     BLOB NOT NULL,
    -- 1: this database did not know it; it showed a certificate that holds.
    vouched         INTEGER NOT NULL,
    first_seen_at   INTEGER NOT NULL,
    last_contact_at INTEGER,
    revoked_at      INTEGER,
    PRIMARY KEY (site_id, device)
) STRICT, WITHOUT ROWID;

-- A person's keys on a device. Kept for ever: they are what entries are judged by.
CREATE TABLE author (
    site_id         INTEGER NOT NULL REFERENCES site,
    user            BLOB NOT NULL,
    device          BLOB NOT NULL,
    key_id          BLOB NOT NULL,
    signing_key     BLOB NOT NULL,
    -- Signed<AuthorCertificate>.
    certificate     BLOB NOT NULL,
    issued_at       INTEGER NOT NULL,
    vouched         INTEGER NOT NULL,
    PRIMARY KEY (site_id, user, device, key_id)
) STRICT, WITHOUT ROWID;

-- Keys of people, wrapped to the recovery key, as opaque bytes.
CREATE TABLE recovery_wrap (
    site_id         INTEGER NOT NULL REFERENCES site,
    user            BLOB NOT NULL,
    device          BLOB NOT NULL,
    bytes           BLOB NOT NULL,
    kept_at         INTEGER NOT NULL,
    PRIMARY KEY (site_id, user, device)
) STRICT, WITHOUT ROWID;

CREATE TABLE invitation (
    site_id         INTEGER NOT NULL REFERENCES site,
    -- A hash of the token.
    invitation      BLOB NOT NULL,
    user            BLOB NOT NULL,
    -- From this and a key outside this database the token is derived again.
    token_seed      BLOB NOT NULL,
    expires_at      INTEGER NOT NULL,
    used_at         INTEGER,
    used_by         BLOB,
    failures        INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (site_id, invitation)
) STRICT, WITHOUT ROWID;

-- Requests that were answered, for as long as their time would be accepted.
CREATE TABLE request_nonce (
    site_id         INTEGER NOT NULL REFERENCES site,
    device          BLOB NOT NULL,
    nonce           BLOB NOT NULL,
    seen_at         INTEGER NOT NULL,
    PRIMARY KEY (site_id, device, nonce)
) STRICT, WITHOUT ROWID;

CREATE INDEX request_nonce_age ON request_nonce (site_id, seen_at);

-- What a device used up on a day (days since 1970, UTC).
CREATE TABLE device_usage (
    site_id         INTEGER NOT NULL REFERENCES site,
    device          BLOB NOT NULL,
    day             INTEGER NOT NULL,
    items           INTEGER NOT NULL,
    bytes           INTEGER NOT NULL,
    lanes           INTEGER NOT NULL,
    branches        INTEGER NOT NULL,
    PRIMARY KEY (site_id, device, day)
) STRICT, WITHOUT ROWID;

-- The main line of a lane (branch all zeros), or a branch of it.
CREATE TABLE line (
    site_id           INTEGER NOT NULL REFERENCES site,
    line_id           INTEGER NOT NULL,
    lane              BLOB NOT NULL,
    branch            BLOB NOT NULL,
    -- Whose; absent for the site's own lanes.
    device            BLOB,
    -- The chain hash before its own first item.
    start_hash        BLOB NOT NULL,
    -- Signed by the device: where the lane goes on from.
    parent            BLOB,
    -- For a branch: the line that it leaves, and the last position they share.
    from_line         INTEGER,
    from_seq          INTEGER NOT NULL,
    head_seq          INTEGER NOT NULL,
    head_hash         BLOB NOT NULL,
    applied_through   INTEGER NOT NULL,
    -- Rises with everything that changes what a receipt says.
    revision          INTEGER NOT NULL,
    received_at       INTEGER NOT NULL,
    backed_up_through INTEGER NOT NULL,
    PRIMARY KEY (site_id, line_id),
    UNIQUE (site_id, lane, branch)
) STRICT;

CREATE INDEX line_unapplied ON line (site_id, line_id) WHERE applied_through < head_seq;
CREATE INDEX line_of_device ON line (site_id, device);

-- Digests are append-only: an item's row never goes.
CREATE TABLE item (
    site_id         INTEGER NOT NULL REFERENCES site,
    line_id         INTEGER NOT NULL,
    seq             INTEGER NOT NULL,
    item_id         BLOB NOT NULL,
    -- The kind byte of the protocol.
    kind            INTEGER NOT NULL,
    digest          BLOB NOT NULL,
    -- The chain hash behind it.
    hash            BLOB NOT NULL,
    -- The context that it is sealed under.
    context         BLOB,
    received_at     INTEGER NOT NULL,
    PRIMARY KEY (site_id, line_id, seq)
) STRICT, WITHOUT ROWID;

CREATE INDEX item_by_id ON item (site_id, item_id);

-- Contents, which retention and erasure may take away.
CREATE TABLE item_body (
    site_id         INTEGER NOT NULL REFERENCES site,
    line_id         INTEGER NOT NULL,
    seq             INTEGER NOT NULL,
    bytes           BLOB NOT NULL,
    PRIMARY KEY (site_id, line_id, seq)
) STRICT, WITHOUT ROWID;

-- Taken into custody and not applied, with the reason as a code.
CREATE TABLE parked (
    site_id         INTEGER NOT NULL REFERENCES site,
    line_id         INTEGER NOT NULL,
    seq             INTEGER NOT NULL,
    code            TEXT NOT NULL,
    parked_at       INTEGER NOT NULL,
    PRIMARY KEY (site_id, line_id, seq)
) STRICT, WITHOUT ROWID;

-- Opened entries. With item and item_body this is the journal; everything
-- behind it is a view.
CREATE TABLE entry (
    site_id         INTEGER NOT NULL REFERENCES site,
    entry_id        BLOB NOT NULL,
    line_id         INTEGER NOT NULL,
    seq             INTEGER NOT NULL,
    author          BLOB NOT NULL,
    -- 1: in the site's lane.
    at_site         INTEGER NOT NULL,
    kind            TEXT NOT NULL,
    -- The referral that it speaks of.
    referral        BLOB,
    received_at     INTEGER NOT NULL,
    -- The record's bytes (CBOR).
    bytes           BLOB NOT NULL,
    PRIMARY KEY (site_id, entry_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX entry_of_referral ON entry (site_id, referral, entry_id);
CREATE INDEX entry_of_kind ON entry (site_id, kind, received_at);

-- View: one row for each referral, folded from its entries.
CREATE TABLE referral (
    site_id         INTEGER NOT NULL REFERENCES site,
    referral        BLOB NOT NULL,
    referrer        BLOB,
    door            TEXT,
    verification    TEXT NOT NULL,
    engagement      TEXT NOT NULL,
    charge          TEXT NOT NULL,
    withdrawn       INTEGER NOT NULL,
    has_conflict    INTEGER NOT NULL,
    outcome         TEXT,
    -- When it happened, as the author states it.
    occurred_at     TEXT,
    PRIMARY KEY (site_id, referral)
) STRICT, WITHOUT ROWID;

-- View: the roster.
CREATE TABLE person (
    site_id         INTEGER NOT NULL REFERENCES site,
    user            BLOB NOT NULL,
    name            TEXT NOT NULL,
    -- Comma-separated, in the order of the roles; empty when disabled.
    roles           TEXT NOT NULL,
    agency          TEXT NOT NULL,
    PRIMARY KEY (site_id, user),
    UNIQUE (site_id, name)
) STRICT, WITHOUT ROWID;

-- View: a reader's scope. Its rows are made when somebody first asks.
CREATE TABLE feed_scope (
    site_id         INTEGER NOT NULL REFERENCES site,
    -- Sixteen bytes: a user, or zeros for what every device may hold.
    scope           BLOB NOT NULL,
    version         INTEGER NOT NULL,
    -- 1: what the reader may see has changed; made anew at the next pull.
    stale           INTEGER NOT NULL,
    last_position   INTEGER NOT NULL,
    last_hash       BLOB NOT NULL,
    PRIMARY KEY (site_id, scope)
) STRICT, WITHOUT ROWID;

CREATE TABLE feed (
    site_id         INTEGER NOT NULL REFERENCES site,
    scope           BLOB NOT NULL,
    position        INTEGER NOT NULL,
    entry_id        BLOB NOT NULL,
    -- 1: an eviction.
    evict           INTEGER NOT NULL,
    -- 1: the reader wrote it.
    own             INTEGER NOT NULL,
    -- A hash over everything up to here.
    hash            BLOB NOT NULL,
    PRIMARY KEY (site_id, scope, position)
) STRICT, WITHOUT ROWID;

-- Who applies. One at a time.
CREATE TABLE applier (
    site_id         INTEGER NOT NULL PRIMARY KEY REFERENCES site,
    holder          BLOB NOT NULL,
    until           INTEGER NOT NULL
) STRICT;

-- What an administrator has to know, until somebody says that they do.
CREATE TABLE alarm (
    site_id         INTEGER NOT NULL REFERENCES site,
    alarm_id        INTEGER NOT NULL,
    code            TEXT NOT NULL,
    device          BLOB,
    raised_at       INTEGER NOT NULL,
    PRIMARY KEY (site_id, alarm_id)
) STRICT, WITHOUT ROWID;

-- Every key begins with the site, of which there is one: without being told,
-- the planner takes that first column to be selective, and reads whole tables.
ANALYZE;

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('line', 'sqlite_autoindex_line_1', '1000 1000 1'),
    ('line', 'sqlite_autoindex_line_2', '1000 1000 1 1'),
    ('line', 'line_of_device', '1000 1000 2'),
    ('item', 'item', '1000000 1000000 1000 1'),
    ('item', 'item_by_id', '1000000 1000000 1 1 1'),
    ('item_body', 'item_body', '1000000 1000000 1000 1'),
    ('entry', 'entry', '1000000 1000000 1'),
    ('entry', 'entry_of_referral', '1000000 1000000 4 1'),
    ('entry', 'entry_of_kind', '1000000 1000000 100000 2 1'),
    ('feed', 'feed', '1000000 1000000 50000 1');

ANALYZE sqlite_schema;
