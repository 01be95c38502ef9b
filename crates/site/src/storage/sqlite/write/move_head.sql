UPDATE line SET head_seq = ?3, head_hash = ?4, received_at = ?5, revision = revision + 1
WHERE site_id = ?1 AND line_id = ?2 AND head_seq = ?6
