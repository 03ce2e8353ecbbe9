"""Mirrors the code: <service>/, shared/<room>/ and scripts/; system/ holds whole stories."""
