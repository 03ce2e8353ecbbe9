"""The rules of the log and of the journal: no I/O, no key, no clock."""
