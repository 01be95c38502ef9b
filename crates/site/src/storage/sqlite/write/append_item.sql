INSERT INTO item (site_id, line_id, seq, item_id, kind, digest, hash, context, received_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
