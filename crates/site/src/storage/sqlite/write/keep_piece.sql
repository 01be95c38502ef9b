INSERT INTO attachment_piece (site_id, device, address, start, bytes)
VALUES (?1, ?2, ?3, ?4, ?5)
