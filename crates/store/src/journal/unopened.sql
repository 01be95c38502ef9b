SELECT journal.lane, journal.seq, journal.item, journal.redo, journal.context, journal.digest
FROM parked
JOIN lane ON lane.number = parked.lane
JOIN enrolment ON enrolment.epoch_id = lane.receipt_epoch
JOIN journal ON journal.lane = parked.lane AND journal.seq = parked.seq
WHERE parked.code = ?2 AND journal.slot = ?1 AND journal.kind = 2
    AND journal.redo IS NOT NULL
    AND NOT EXISTS (
        SELECT 1 FROM journal AS again WHERE again.of_item = journal.item
    )
