"""The outside: access, identity, the object store, the value sets beside the code."""
