INSERT INTO entry (id, referral, lane, seq, author, received_at_ms, own, bytes)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
ON CONFLICT (id) DO UPDATE SET
    referral = excluded.referral,
    lane = excluded.lane,
    seq = excluded.seq,
    author = excluded.author,
    received_at_ms = coalesce(excluded.received_at_ms, received_at_ms),
    own = max(own, excluded.own),
    bytes = excluded.bytes
