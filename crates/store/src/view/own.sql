SELECT id, lane, seq FROM entry WHERE own = 1
