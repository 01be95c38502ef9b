INSERT INTO line
    (site_id, line_id, lane, branch, device, start_hash, parent, from_line, from_seq, head_seq,
     head_hash, applied_through, revision, received_at, backed_up_through)
SELECT ?1, (SELECT coalesce(max(line_id), 0) + 1 FROM line WHERE site_id = ?1),
       ?2, ?3, ?4, ?8, ?5, ?6, ?7, ?7, ?8, ?7, 0, ?9, 0
