INSERT INTO alarm (site_id, alarm_id, code, device, raised_at)
SELECT ?1, (SELECT coalesce(max(alarm_id), 0) + 1 FROM alarm WHERE site_id = ?1), ?2, ?3, ?4
WHERE NOT EXISTS (SELECT 1 FROM alarm WHERE site_id = ?1 AND code = ?2 AND device IS ?3)
