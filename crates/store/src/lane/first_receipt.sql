SELECT receipt FROM coverage
WHERE lane = ?1 AND epoch = ?2 AND through_seq >= ?3
ORDER BY through_seq
LIMIT 1
