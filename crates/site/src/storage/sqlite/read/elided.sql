SELECT seq
FROM item INDEXED BY item_elided
WHERE site_id = ?1 AND line_id = ?2 AND seq <= ?3 AND kind = 17
ORDER BY seq
