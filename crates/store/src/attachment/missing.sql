SELECT DISTINCT attachment.address, attachment.total FROM blob_missing
JOIN attachment ON attachment.lane = blob_missing.lane AND attachment.seq = blob_missing.seq
WHERE blob_missing.lane = ?1
    AND NOT EXISTS (
        SELECT 1 FROM parked
        WHERE parked.lane = blob_missing.lane AND parked.seq = blob_missing.seq
    )
ORDER BY attachment.total
