SELECT position, item_id, device, reason, ordered_by, ordered_at
FROM erasure WHERE site_id = ?1 AND device = ?2 AND position > ?3
ORDER BY position
LIMIT ?4
