INSERT INTO site_head
    (site_id, epoch_id, epoch, awaiting, feed_position, judge_round, judged_round, hlc_wall_ms,
     hlc_count)
VALUES (?1, ?2, ?3, 0, 0, 0, 0, 0, 0)
