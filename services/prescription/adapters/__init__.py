"""The outside: access, the vault, identity, the directory, QR codes, paper and CDA."""
