"""The outside of agenda: access, identity, and the table of prevention rules."""
