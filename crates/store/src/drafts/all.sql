SELECT id, entries, form, page, saved_at_ms, version FROM draft
ORDER BY saved_at_ms DESC, id
