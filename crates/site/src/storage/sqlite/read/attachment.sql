SELECT total, held FROM attachment
WHERE site_id = ?1 AND device = ?2 AND address = ?3
