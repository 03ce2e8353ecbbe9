"""Professionals and facilities: who they are, what they practise, where.

Never decides who may read a record, and holds nothing of a patient.
"""
