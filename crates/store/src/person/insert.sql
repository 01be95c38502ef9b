INSERT INTO person (
    user, name, wrap, certificate, recovery_wrap, lease, vault_file, drafts_file
) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
