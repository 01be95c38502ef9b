INSERT INTO enrolment (
    one, site, identity, device, name, signing_key, url, tls_pins, certificate,
    epoch, epoch_id, site_time_ms, hlc_ms, hlc_count
) VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, 0, 0)
