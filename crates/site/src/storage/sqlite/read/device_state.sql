SELECT device, version, waiting, missing, oldest_minute, erased_through, reported_at
FROM device_state WHERE site_id = ?1 AND device = ?2
