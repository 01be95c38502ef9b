UPDATE journal SET redo = NULL WHERE item = ?1 AND slot = ?2
