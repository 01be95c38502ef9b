-- The receipts that moved a line's coverage forward, so that what was received
-- keeps the receipt that first covered it. What a receipt takes back goes.
CREATE TABLE coverage (
    lane INTEGER NOT NULL REFERENCES lane (number),
    through_seq INTEGER NOT NULL,
    epoch BLOB NOT NULL CHECK (length(epoch) = 16),
    receipt BLOB NOT NULL, -- Signed<Receipt>
    PRIMARY KEY (lane, through_seq)
) STRICT, WITHOUT ROWID;

INSERT INTO coverage (lane, through_seq, epoch, receipt)
SELECT number, through_seq, receipt_epoch, receipt FROM lane WHERE receipt IS NOT NULL;
