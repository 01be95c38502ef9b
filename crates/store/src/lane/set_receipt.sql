UPDATE lane SET
    receipt = ?2, receipt_epoch = ?3, branch = ?4, revision = ?5,
    through_seq = ?6, through_hash = ?7, applied_through = ?8
WHERE number = ?1
