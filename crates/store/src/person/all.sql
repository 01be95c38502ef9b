SELECT slot, user, name, wrap, certificate, recovery_wrap, lease, vault_file, drafts_file
FROM person ORDER BY slot
