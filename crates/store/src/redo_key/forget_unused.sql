DELETE FROM redo_key WHERE slot = ?1 AND context NOT IN (
    SELECT context FROM journal
    WHERE journal.slot = ?1 AND journal.redo IS NOT NULL
)
