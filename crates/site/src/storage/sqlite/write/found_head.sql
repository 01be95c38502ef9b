INSERT INTO site_head
    (site_id, epoch_id, epoch, awaiting, feed_position, judge_round, judged_round)
VALUES (?1, ?2, ?3, 0, 0, 0, 0)
