SELECT user, device, signing_key, certificate, issued_at, vouched
FROM author WHERE site_id = ?1 AND user = ?2 AND device = ?3
ORDER BY issued_at DESC, key_id
