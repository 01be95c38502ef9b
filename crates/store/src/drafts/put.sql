INSERT INTO draft (id, entries, form, page, saved_at_ms, version)
VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT (id) DO UPDATE SET
    entries = excluded.entries,
    form = excluded.form,
    page = excluded.page,
    saved_at_ms = excluded.saved_at_ms,
    version = excluded.version
WHERE excluded.version >= version
