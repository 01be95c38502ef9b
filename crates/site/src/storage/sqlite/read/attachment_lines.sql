SELECT DISTINCT line_id FROM attachment_of
WHERE site_id = ?1 AND device = ?2 AND address = ?3
