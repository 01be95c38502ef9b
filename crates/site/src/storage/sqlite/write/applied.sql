UPDATE line SET applied_through = ?3, revision = revision + 1
WHERE site_id = ?1 AND line_id = ?2 AND applied_through < ?3
