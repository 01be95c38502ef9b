-- Fewer pages for each save: a referral's own entry is found by its id, and a
-- list row lies in the order of its key.
DROP INDEX entry_referral;
CREATE INDEX entry_of_referral ON entry (referral, id) WHERE referral <> id;

CREATE TABLE referral_row (
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    newest_ms INTEGER NOT NULL, -- logical time of the newest entry
    newest_count INTEGER NOT NULL,
    verification TEXT NOT NULL,
    needs_you INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO referral_row SELECT id, newest_ms, newest_count, verification, needs_you FROM referral;
DROP TABLE referral;
ALTER TABLE referral_row RENAME TO referral;

CREATE INDEX referral_newest ON referral (newest_ms, newest_count, id);
CREATE INDEX referral_needs_you ON referral (id) WHERE needs_you = 1;
