INSERT INTO item_body (site_id, line_id, seq, bytes) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT DO NOTHING
