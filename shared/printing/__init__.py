"""What Carnet prints for a person: sheets of A4, in French, black on white.

It stands on reportlab: with its letters 17 MB of a process, so import it where the first page is
asked for.
"""
