SELECT newest_ms, newest_count, id FROM referral
WHERE (newest_ms, newest_count, id) < (?1, ?2, ?3)
ORDER BY newest_ms DESC, newest_count DESC, id DESC
LIMIT ?4
