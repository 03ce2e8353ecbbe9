"""Owns who may open or feed which record, and every access decision.

Never holds health data: it knows a document by its codes, and only inside a decision.
"""
