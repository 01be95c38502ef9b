-- When a life of the journal began behind the first, and what the site's receipt
-- had proved: `behind` or `forked`.
ALTER TABLE lane ADD COLUMN begun_ms INTEGER;
ALTER TABLE lane ADD COLUMN why TEXT;

-- Erasure orders that were carried out, in the epoch that the device knows.
ALTER TABLE enrolment ADD COLUMN erased_through INTEGER NOT NULL DEFAULT 0;

CREATE INDEX journal_resealed ON journal (of_item) WHERE of_item IS NOT NULL;
CREATE INDEX journal_erased ON journal (lane, seq) WHERE kind = 18;
