UPDATE line SET backed_up_through = ?3, revision = revision + 1
WHERE site_id = ?1 AND line_id = ?2 AND backed_up_through < ?3
