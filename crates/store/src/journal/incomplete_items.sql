SELECT
    journal.lane, journal.seq, item, slot, kind, context, of_item, of_digest, digest, hash,
    sealed, saved_at_ms
FROM blob_missing
JOIN journal ON journal.lane = blob_missing.lane AND journal.seq = blob_missing.seq
WHERE blob_missing.lane = ?1 AND blob_missing.seq <= ?2 AND journal.kind IN (2, 3)
    AND NOT EXISTS (
        SELECT 1 FROM parked
        WHERE parked.lane = blob_missing.lane AND parked.seq = blob_missing.seq
    )
ORDER BY blob_missing.seq
LIMIT ?3
