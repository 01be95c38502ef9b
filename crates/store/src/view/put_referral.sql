INSERT INTO referral (id, newest_ms, newest_count, verification, needs_you)
VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (id) DO UPDATE SET
    newest_ms = excluded.newest_ms,
    newest_count = excluded.newest_count,
    verification = excluded.verification,
    needs_you = excluded.needs_you
