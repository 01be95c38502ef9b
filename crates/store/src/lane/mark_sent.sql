UPDATE lane SET
    left_through = max(left_through, ?2),
    sent_through = CASE WHEN sent_epoch = ?3 THEN max(sent_through, ?2) ELSE ?2 END,
    sent_epoch = ?3
WHERE number = ?1
