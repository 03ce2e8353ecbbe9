"""Rules of identities and of the life of a record."""
