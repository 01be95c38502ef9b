SELECT hlc_ms, hlc_count FROM journal WHERE lane = ?1 ORDER BY seq DESC LIMIT 1
