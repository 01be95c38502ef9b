SELECT item FROM journal INDEXED BY journal_gone WHERE kind = 17 AND slot = ?1
