"""The processes of keyring."""
