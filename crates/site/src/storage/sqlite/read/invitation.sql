SELECT invitation, user, token_seed, expires_at, used_at, used_by, failures
FROM invitation WHERE site_id = ?1 AND invitation = ?2
