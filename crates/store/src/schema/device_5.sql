-- Items of which an order of this epoch says that they are erased, and that are
-- in no lane here: another copy of this device saved them, or this one before its
-- journal was damaged. A vault that was closed then may hold them.
CREATE TABLE erased (
    item BLOB PRIMARY KEY CHECK (length(item) = 16)
) STRICT, WITHOUT ROWID;
