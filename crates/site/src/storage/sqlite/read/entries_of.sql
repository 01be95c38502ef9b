SELECT e.entry_id, e.line_id, l.lane, e.seq, e.author, e.kind, e.referral, e.received_at, e.bytes
FROM entry e JOIN line l USING (site_id, line_id)
WHERE e.site_id = ?1 AND e.referral = ?2
ORDER BY e.entry_id
