INSERT INTO device_state
    (site_id, device, version, waiting, missing, oldest_minute, erased_through, reported_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
ON CONFLICT (site_id, device) DO UPDATE
SET version = excluded.version, waiting = excluded.waiting, missing = excluded.missing,
    oldest_minute = excluded.oldest_minute, erased_through = excluded.erased_through,
    reported_at = excluded.reported_at
