DELETE FROM attachment WHERE item IN (
    SELECT attachment.item FROM attachment
    JOIN journal ON journal.item = attachment.item
    WHERE journal.kind IN (17, 18)
)
