INSERT INTO author (site_id, user, device, key_id, signing_key, certificate, issued_at, vouched)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
ON CONFLICT (site_id, user, device, key_id) DO UPDATE
SET vouched = min(vouched, excluded.vouched)
