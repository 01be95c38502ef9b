INSERT INTO person (site_id, user, name, roles, agency) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (site_id, user) DO UPDATE
SET name = excluded.name, roles = excluded.roles, agency = excluded.agency
