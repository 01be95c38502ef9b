SELECT device, name, public_key, certificate, vouched, first_seen_at, last_contact_at, revoked_at
FROM device WHERE site_id = ?1
ORDER BY first_seen_at, device
