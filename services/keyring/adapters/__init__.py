"""The outside of keyring: the table of wrapped keys."""
