SELECT
    number, lane, parent_lane, parent_seq, parent_hash, left_through, sent_through, sent_epoch,
    receipt, receipt_epoch, branch, revision, through_seq, through_hash, applied_through
FROM lane WHERE lane = ?1
