INSERT INTO parked (site_id, line_id, seq, code, parked_at) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (site_id, line_id, seq) DO UPDATE
SET code = excluded.code WHERE code <> excluded.code
