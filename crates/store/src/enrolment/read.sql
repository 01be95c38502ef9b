SELECT site, identity, device, name, url, tls_pins, certificate, epoch, site_time_ms
FROM enrolment
