SELECT item FROM journal
WHERE slot = ?1 AND lane = ?2 AND seq > ?3 AND kind IN (2, 19) AND redo IS NULL
UNION ALL
SELECT journal.item FROM parked
JOIN journal ON journal.lane = parked.lane AND journal.seq = parked.seq
WHERE parked.lane = ?2 AND parked.seq <= ?3
    AND journal.slot = ?1 AND journal.kind IN (2, 19) AND journal.redo IS NULL
