-- drafts-<random>.db: what one person has begun and not saved.

CREATE TABLE draft (
    id BLOB PRIMARY KEY CHECK (length(id) = 16), -- of the first entry that it becomes
    entries BLOB NOT NULL CHECK (length(entries) % 16 = 0), -- all that it becomes
    form BLOB NOT NULL, -- as the form keeps it
    page INTEGER NOT NULL,
    saved_at_ms INTEGER NOT NULL,
    version INTEGER NOT NULL -- never runs backwards
) STRICT;
