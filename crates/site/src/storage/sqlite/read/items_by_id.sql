SELECT i.seq, i.item_id, i.kind, i.digest, i.hash, i.context, i.received_at, b.bytes, i.line_id
FROM item i LEFT JOIN item_body b USING (site_id, line_id, seq)
WHERE i.site_id = ?1 AND i.item_id = ?2
ORDER BY i.received_at, i.line_id, i.seq
