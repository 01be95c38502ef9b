SELECT count(*) FROM journal
WHERE lane = ?1 AND seq > ?2 AND kind IN (2, 3) AND (slot = ?3) <> ?4
