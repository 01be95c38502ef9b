INSERT INTO device_usage (site_id, device, day, items, bytes, lanes, branches)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
ON CONFLICT (site_id, device, day) DO UPDATE
SET items = items + excluded.items, bytes = bytes + excluded.bytes,
    lanes = lanes + excluded.lanes, branches = branches + excluded.branches
