"""What the vault reads in CDA R2 documents."""
