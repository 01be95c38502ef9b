SELECT r.referral, r.referrer, r.door, r.verification, r.engagement, r.charge, r.withdrawn,
       r.has_conflict, r.outcome, r.occurred_at, l.lane, e.seq, e.received_at
FROM referral r
LEFT JOIN entry e ON e.site_id = r.site_id AND e.entry_id = r.referral
LEFT JOIN line l ON l.site_id = e.site_id AND l.line_id = e.line_id
WHERE r.site_id = ?1 AND r.referral = ?2
