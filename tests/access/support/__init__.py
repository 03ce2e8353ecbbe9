"""Builders shared by the tests of access."""
