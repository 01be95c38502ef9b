UPDATE item SET kind = ?4, context = NULL
WHERE site_id = ?1 AND line_id = ?2 AND seq = ?3 AND kind <> ?5
