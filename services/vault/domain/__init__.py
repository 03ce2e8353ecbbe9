"""Rules of the vault: no store, no clock, no transport."""
