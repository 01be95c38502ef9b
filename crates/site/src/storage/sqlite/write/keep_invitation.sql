INSERT INTO invitation
    (site_id, invitation, user, token_seed, expires_at, used_at, used_by, failures)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
ON CONFLICT (site_id, invitation) DO UPDATE
SET used_at = excluded.used_at, used_by = excluded.used_by, failures = excluded.failures
