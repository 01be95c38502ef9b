INSERT INTO feed (site_id, scope, position, entry_id, evict, own, hash)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
