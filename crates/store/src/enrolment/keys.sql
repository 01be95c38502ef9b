SELECT certificate FROM site_key WHERE purpose = ?1 ORDER BY issued_at_ms DESC, id
