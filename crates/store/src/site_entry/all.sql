SELECT id, lane, author, bytes FROM site_entry ORDER BY id
