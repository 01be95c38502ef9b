SELECT s.name, s.identity, s.recovery, h.epoch_id, h.epoch, h.awaiting,
       h.feed_position, h.judge_round, h.judged_round
FROM site s JOIN site_head h USING (site_id)
WHERE site_id = ?1
