INSERT OR IGNORE INTO released (site_id, item_id, released_by, released_at)
VALUES (?1, ?2, ?3, ?4)
