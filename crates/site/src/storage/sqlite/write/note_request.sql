INSERT INTO request_nonce (site_id, device, nonce, seen_at) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT DO NOTHING
