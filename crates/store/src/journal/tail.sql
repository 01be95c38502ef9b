SELECT seq, hash, entries FROM journal WHERE lane = ?1 ORDER BY seq DESC LIMIT 1
