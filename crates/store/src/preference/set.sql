INSERT INTO preference (slot, name, value) VALUES (?1, ?2, ?3)
ON CONFLICT (slot, name) DO UPDATE SET value = excluded.value
