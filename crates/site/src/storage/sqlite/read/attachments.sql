SELECT of.line_id, of.seq, of.entry_id, of.device, of.address, of.total,
    coalesce(attachment.held, 0)
FROM attachment_of AS of
LEFT JOIN attachment ON attachment.site_id = of.site_id
    AND attachment.device = of.device AND attachment.address = of.address
WHERE of.site_id = ?1
ORDER BY of.line_id, of.seq
