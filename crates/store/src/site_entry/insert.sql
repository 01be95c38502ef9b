INSERT OR REPLACE INTO site_entry (id, lane, seq, author, received_at_ms, bytes)
VALUES (?1, ?2, ?3, ?4, ?5, ?6)
