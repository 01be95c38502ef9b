SELECT count(*) FROM blob_missing
JOIN journal ON journal.lane = blob_missing.lane AND journal.seq = blob_missing.seq
WHERE blob_missing.lane = ?1 AND journal.kind NOT IN (1, 17)
    AND NOT EXISTS (
        SELECT 1 FROM parked
        WHERE parked.lane = blob_missing.lane AND parked.seq = blob_missing.seq
    )
