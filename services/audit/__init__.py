"""Owns the transparency log over every service's events, and the journal of each record.

Never writes into another service, and never decides who may read.
"""
