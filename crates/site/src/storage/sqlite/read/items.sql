SELECT i.seq, i.item_id, i.kind, i.digest, i.hash, i.context, i.received_at, b.bytes
FROM item i LEFT JOIN item_body b USING (site_id, line_id, seq)
WHERE i.site_id = ?1 AND i.line_id = ?2 AND i.seq >= ?3
ORDER BY i.seq LIMIT ?4
