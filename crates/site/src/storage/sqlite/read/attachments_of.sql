SELECT line_id, device, address FROM attachment_of
WHERE site_id = ?1 AND entry_id = ?2
