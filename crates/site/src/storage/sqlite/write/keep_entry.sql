INSERT INTO entry
    (site_id, entry_id, line_id, seq, author, at_site, kind, referral, received_at, bytes)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
ON CONFLICT DO NOTHING
