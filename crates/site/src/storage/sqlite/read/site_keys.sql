SELECT purpose, public_key, certificate, announced, made_at
FROM site_key WHERE site_id = ?1
ORDER BY made_at, key_id
