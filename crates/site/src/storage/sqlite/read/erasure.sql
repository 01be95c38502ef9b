SELECT position, item_id, device, reason, ordered_by, ordered_at
FROM erasure WHERE site_id = ?1 AND item_id = ?2
