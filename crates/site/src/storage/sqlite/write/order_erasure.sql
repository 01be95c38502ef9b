INSERT INTO erasure (site_id, position, item_id, device, reason, ordered_by, ordered_at)
SELECT ?1, (SELECT coalesce(max(position), 0) + 1 FROM erasure WHERE site_id = ?1),
    ?2, ?3, ?4, ?5, ?6
WHERE true
ON CONFLICT (site_id, item_id) DO UPDATE
SET device = excluded.device, position = excluded.position
WHERE erasure.device IS NULL AND excluded.device IS NOT NULL
