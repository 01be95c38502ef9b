INSERT INTO attachment_of (
    site_id, line_id, seq, entry_id, device, address, total, is_whole
)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
ON CONFLICT DO UPDATE SET is_whole = excluded.is_whole
