SELECT items, bytes, lanes, branches
FROM device_usage WHERE site_id = ?1 AND device = ?2 AND day = ?3
