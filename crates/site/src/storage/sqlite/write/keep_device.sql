INSERT INTO device
    (site_id, device, name, public_key, certificate, vouched, first_seen_at,
     last_contact_at, revoked_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
ON CONFLICT (site_id, device) DO UPDATE
SET name = excluded.name, certificate = excluded.certificate,
    vouched = min(vouched, excluded.vouched),
    revoked_at = coalesce(revoked_at, excluded.revoked_at)
