SELECT user, device, epoch, version, read_at
FROM feed_reader WHERE site_id = ?1 AND user = ?2 AND device = ?3
