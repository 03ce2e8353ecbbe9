"""Conversations at ``<INS>@patient.mssante.fr``, and the mail that carries them.

Never lets a person start one, and never decides who may read.
"""
