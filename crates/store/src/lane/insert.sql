INSERT INTO lane (lane, parent_lane, parent_seq, parent_hash) VALUES (?1, ?2, ?3, ?4)
