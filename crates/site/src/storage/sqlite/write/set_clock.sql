UPDATE site_head SET hlc_wall_ms = ?2, hlc_count = ?3 WHERE site_id = ?1
