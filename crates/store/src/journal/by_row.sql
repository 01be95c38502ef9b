SELECT
    lane, seq, item, slot, kind, context, of_item, of_digest, digest, hash, sealed, saved_at_ms
FROM journal
WHERE rowid = ?1
