SELECT
    (SELECT count(*) FROM journal
        WHERE lane = ?1 AND seq > ?2 AND seq <= ?3 AND kind = 17)
    + (SELECT count(*) FROM journal
        WHERE lane = ?1 AND seq > ?2 AND seq <= ?3 AND kind = 18)
