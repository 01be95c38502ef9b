INSERT INTO feed_reader (site_id, user, device, epoch, version, read_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT (site_id, user, device) DO UPDATE
SET epoch = excluded.epoch, version = excluded.version, read_at = excluded.read_at
