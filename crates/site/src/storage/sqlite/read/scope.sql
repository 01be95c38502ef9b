SELECT scope, version, stale, last_position, last_hash
FROM feed_scope WHERE site_id = ?1 AND scope = ?2
