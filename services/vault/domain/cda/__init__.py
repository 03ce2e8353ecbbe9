"""Reading CDA R2 documents: standard library only, nothing of the vault's rules."""
