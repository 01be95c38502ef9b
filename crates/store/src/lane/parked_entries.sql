SELECT count(*) FROM parked
JOIN journal ON journal.lane = parked.lane AND journal.seq = parked.seq
WHERE parked.lane = ?1 AND journal.kind NOT IN (1, 17)
