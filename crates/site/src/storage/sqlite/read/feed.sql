SELECT position, entry_id, evict, own, hash
FROM feed WHERE site_id = ?1 AND scope = ?2 AND position > ?3
ORDER BY position LIMIT ?4
