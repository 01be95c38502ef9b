INSERT INTO applier (site_id, holder, until) VALUES (?1, ?2, ?4)
ON CONFLICT (site_id) DO UPDATE SET holder = excluded.holder, until = excluded.until
WHERE holder = excluded.holder OR until <= ?3
