UPDATE line SET revision = revision + 1 WHERE site_id = ?1 AND line_id = ?2
