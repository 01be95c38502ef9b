DELETE FROM attachment_row
WHERE address NOT IN (SELECT address FROM attachment)
