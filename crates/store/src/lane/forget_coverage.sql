DELETE FROM coverage WHERE lane = ?1 AND (epoch <> ?2 OR through_seq > ?3)
