SELECT bytes FROM attachment_piece
WHERE site_id = ?1 AND device = ?2 AND address = ?3
ORDER BY start
