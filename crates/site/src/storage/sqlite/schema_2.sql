-- What a device last said of itself. No name, and nothing about a person.
CREATE TABLE device_state (
    site_id         INTEGER NOT NULL REFERENCES site,
    device          BLOB NOT NULL,
    version         TEXT NOT NULL,
    -- Entries that no receipt covered when it asked.
    waiting         INTEGER NOT NULL,
    -- Items that it reported and this site did not have after it had asked.
    missing         INTEGER NOT NULL,
    -- The minute (since 1970) in which the oldest waiting one was saved.
    oldest_minute   INTEGER,
    -- Erasure orders of this epoch that it has carried out.
    erased_through  INTEGER NOT NULL,
    reported_at     INTEGER NOT NULL,
    PRIMARY KEY (site_id, device)
) STRICT, WITHOUT ROWID;

-- Which version of their scope a person's vault on a device holds: it says so
-- only once what was evicted is gone from its file.
CREATE TABLE feed_reader (
    site_id         INTEGER NOT NULL REFERENCES site,
    user            BLOB NOT NULL,
    device          BLOB NOT NULL,
    epoch           BLOB NOT NULL,
    -- 0: emptied, because the account is disabled or the device revoked.
    version         INTEGER NOT NULL,
    read_at         INTEGER NOT NULL,
    PRIMARY KEY (site_id, user, device)
) STRICT, WITHOUT ROWID;

-- Items whose content was erased by an order: whatever comes of them later is
-- kept as a placeholder. Positions count the orders that devices carry out.
CREATE TABLE erasure (
    site_id         INTEGER NOT NULL REFERENCES site,
    position        INTEGER NOT NULL,
    item_id         BLOB NOT NULL,
    -- Whose journal holds it; absent for the site's own entries.
    device          BLOB,
    reason          TEXT NOT NULL,
    ordered_by      BLOB NOT NULL,
    ordered_at      INTEGER NOT NULL,
    PRIMARY KEY (site_id, position),
    UNIQUE (site_id, item_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX erasure_of_device ON erasure (site_id, device, position);

-- Parked items that somebody who may has let through in spite of their code.
CREATE TABLE released (
    site_id         INTEGER NOT NULL REFERENCES site,
    item_id         BLOB NOT NULL,
    released_by     BLOB NOT NULL,
    released_at     INTEGER NOT NULL,
    PRIMARY KEY (site_id, item_id)
) STRICT, WITHOUT ROWID;
