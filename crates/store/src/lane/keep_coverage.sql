INSERT OR IGNORE INTO coverage (lane, through_seq, epoch, receipt)
VALUES (?1, ?2, ?3, ?4)
