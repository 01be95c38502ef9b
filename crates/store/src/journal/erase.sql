UPDATE journal
SET kind = ?2, context = NULL, of_item = NULL, of_digest = NULL,
    sealed = NULL, redo = NULL
WHERE (item = ?1 OR of_item = ?1) AND kind IN (2, 3, 19)
