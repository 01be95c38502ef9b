DELETE FROM coverage WHERE lane = ?1 AND through_seq > ?2
