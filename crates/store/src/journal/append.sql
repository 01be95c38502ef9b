INSERT INTO journal (
    lane, seq, item, slot, kind, context, of_item, of_digest, digest, hash, entries,
    sealed, redo, saved_at_ms, hlc_ms, hlc_count
) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
