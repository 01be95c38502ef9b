SELECT seq FROM attachment_of AS of
WHERE site_id = ?1 AND line_id = ?2 AND is_whole = 0
    -- The last piece may have come while its entry was being applied.
    AND NOT EXISTS (
        SELECT 1 FROM attachment
        WHERE attachment.site_id = of.site_id AND attachment.device = of.device
            AND attachment.address = of.address AND attachment.held = attachment.total
    )
ORDER BY seq
