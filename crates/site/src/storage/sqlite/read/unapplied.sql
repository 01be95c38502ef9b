SELECT line_id, lane, branch, start_hash, parent, from_line, from_seq, head_seq, head_hash,
       applied_through, revision, received_at, backed_up_through
FROM line
WHERE site_id = ?1 AND applied_through < head_seq
ORDER BY line_id
