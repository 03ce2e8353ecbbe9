"""The readers, by where what they read comes from."""
