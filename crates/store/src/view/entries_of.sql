SELECT id, lane, seq, author, received_at_ms, own, bytes FROM entry
WHERE referral = ?1
ORDER BY id
