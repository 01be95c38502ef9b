SELECT id, lane, seq, author, received_at_ms, own, bytes FROM entry
WHERE id = ?1
