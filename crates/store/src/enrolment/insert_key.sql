INSERT INTO site_key (id, purpose, issued_at_ms, certificate) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (id) DO NOTHING
