"""The outside of identity: access, the keyring, paper."""
