SELECT device, address FROM attachment
WHERE site_id = ?1 AND touched_at < ?2
    AND NOT EXISTS (
        SELECT 1 FROM attachment_of AS of
        WHERE of.site_id = attachment.site_id AND of.device = attachment.device
            AND of.address = attachment.address
    )
