SELECT line_id, seq, code, parked_at
FROM parked WHERE site_id = ?1
ORDER BY line_id, seq
