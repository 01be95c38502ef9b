UPDATE enrolment SET hlc_ms = ?1, hlc_count = ?2 WHERE (hlc_ms, hlc_count) < (?1, ?2)
