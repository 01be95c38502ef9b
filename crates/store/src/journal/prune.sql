UPDATE journal
SET kind = ?5, context = NULL, sealed = NULL
WHERE lane = ?1 AND seq BETWEEN ?2 AND ?3 AND kind = 2
    AND saved_at_ms < ?4 AND redo IS NULL
    AND NOT EXISTS (
        SELECT 1 FROM parked WHERE parked.lane = journal.lane AND parked.seq = journal.seq
    )
    AND NOT EXISTS (
        SELECT 1 FROM blob_missing
        WHERE blob_missing.lane = journal.lane AND blob_missing.seq = journal.seq
    )
