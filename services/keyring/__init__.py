"""Owns the keys of each record and service, wrapped, and their destruction.

Never sees any data: what a key seals is the business of the service it was derived for.
"""
