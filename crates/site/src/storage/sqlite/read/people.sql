SELECT user, name, roles, agency
FROM person WHERE site_id = ?1
ORDER BY name
