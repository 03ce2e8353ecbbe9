"""What Carnet prints for a person: sheets of A4, in French, black on white.

It stands on reportlab, which weighs 7 MB: import it where the first page is asked for.
"""
