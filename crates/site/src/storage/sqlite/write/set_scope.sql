INSERT INTO feed_scope (site_id, scope, version, stale, last_position, last_hash)
VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT (site_id, scope) DO UPDATE
SET version = excluded.version, stale = excluded.stale,
    last_position = excluded.last_position, last_hash = excluded.last_hash
