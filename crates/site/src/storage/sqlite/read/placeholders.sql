SELECT i.seq
FROM item i LEFT JOIN item_body b USING (site_id, line_id, seq)
WHERE i.site_id = ?1 AND i.line_id = ?2 AND i.seq BETWEEN ?3 AND ?4 AND b.bytes IS NULL
ORDER BY i.seq
