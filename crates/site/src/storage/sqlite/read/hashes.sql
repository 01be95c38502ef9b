SELECT seq, hash FROM item
WHERE site_id = ?1 AND line_id = ?2 AND seq BETWEEN ?3 AND ?4
ORDER BY seq
