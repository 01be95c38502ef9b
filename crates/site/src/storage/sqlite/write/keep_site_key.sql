INSERT INTO site_key (site_id, key_id, purpose, public_key, certificate, announced, made_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
ON CONFLICT (site_id, key_id) DO UPDATE
SET certificate = excluded.certificate, announced = excluded.announced
