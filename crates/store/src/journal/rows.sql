SELECT
    lane, seq, item, slot, kind, context, of_item, of_digest, digest, hash, sealed, saved_at_ms
FROM journal
WHERE lane = ?1 AND seq >= ?2
ORDER BY seq
LIMIT ?3
