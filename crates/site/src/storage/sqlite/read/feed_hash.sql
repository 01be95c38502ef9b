SELECT hash FROM feed WHERE site_id = ?1 AND scope = ?2 AND position = ?3
