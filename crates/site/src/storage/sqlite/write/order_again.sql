UPDATE erasure
SET position = (SELECT max(position) + 1 FROM erasure WHERE site_id = ?1)
WHERE site_id = ?1 AND item_id = ?2
