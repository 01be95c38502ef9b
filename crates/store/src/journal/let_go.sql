SELECT journal.item, journal.digest
FROM parked
JOIN lane ON lane.number = parked.lane
JOIN enrolment ON enrolment.epoch_id = lane.receipt_epoch
JOIN journal ON journal.lane = parked.lane AND journal.seq = parked.seq
WHERE parked.code = ?2 AND journal.slot = ?1 AND journal.kind = ?3
    AND NOT EXISTS (
        SELECT 1 FROM journal AS again WHERE again.of_item = journal.item
    )
