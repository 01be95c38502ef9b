INSERT INTO attachment (site_id, device, address, total, held, touched_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT DO UPDATE SET held = excluded.held, touched_at = excluded.touched_at
