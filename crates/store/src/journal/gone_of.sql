SELECT item FROM journal INDEXED BY journal_gone WHERE kind = 17 AND slot = ?1
UNION ALL
SELECT item FROM journal INDEXED BY journal_erased WHERE kind = 18 AND slot = ?1
