SELECT begun_ms, why FROM lane
WHERE begun_ms IS NOT NULL AND why IS NOT NULL
ORDER BY number DESC
LIMIT 1
