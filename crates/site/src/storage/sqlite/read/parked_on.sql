SELECT line_id, seq, code, parked_at
FROM parked WHERE site_id = ?1 AND line_id = ?2
ORDER BY seq
