INSERT INTO site (site_id, name, identity, recovery) VALUES (?1, ?2, ?3, ?4)
