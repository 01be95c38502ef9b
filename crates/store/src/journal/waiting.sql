SELECT
    (
        SELECT count(*) FROM journal
        WHERE lane = ?1 AND seq > ?2 AND kind IN (2, 3) AND (slot = ?3) <> ?4
    ) + (
        SELECT count(*) FROM blob_missing
        JOIN journal ON journal.lane = blob_missing.lane AND journal.seq = blob_missing.seq
        WHERE blob_missing.lane = ?1 AND blob_missing.seq <= ?2
            AND journal.kind IN (2, 3) AND (journal.slot = ?3) <> ?4
            AND NOT EXISTS (
                SELECT 1 FROM parked
                WHERE parked.lane = blob_missing.lane AND parked.seq = blob_missing.seq
            )
    )
