SELECT id, lane, seq, author, received_at_ms, own, bytes FROM entry
WHERE id = ?1 AND referral = ?1
UNION ALL
SELECT id, lane, seq, author, received_at_ms, own, bytes FROM entry INDEXED BY entry_of_referral
WHERE referral = ?1 AND referral <> id
ORDER BY id
