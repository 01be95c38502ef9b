UPDATE attachment_of SET is_whole = ?4
WHERE site_id = ?1 AND device = ?2 AND address = ?3
