SELECT item FROM journal
WHERE slot = ?1 AND redo IS NOT NULL AND lane = ?2 AND seq <= ?3
    AND NOT EXISTS (
        SELECT 1 FROM parked WHERE parked.lane = journal.lane AND parked.seq = journal.seq
    )
    AND NOT EXISTS (
        SELECT 1 FROM blob_missing
        WHERE blob_missing.lane = journal.lane AND blob_missing.seq = journal.seq
    )
