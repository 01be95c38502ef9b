INSERT INTO recovery_wrap (site_id, user, device, bytes, kept_at) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (site_id, user, device) DO UPDATE
SET bytes = excluded.bytes, kept_at = excluded.kept_at
