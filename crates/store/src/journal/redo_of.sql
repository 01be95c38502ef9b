SELECT lane, seq, item, redo, context FROM journal
WHERE slot = ?1 AND redo IS NOT NULL AND (lane, seq) > (?2, ?3)
ORDER BY lane, seq
LIMIT ?4
