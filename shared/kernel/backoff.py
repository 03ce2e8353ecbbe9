"""How long to wait before what did not leave is tried again."""

from datetime import timedelta

FIRST = timedelta(minutes=1)
LONGEST = timedelta(hours=4)
DOUBLINGS = 8
"""After so many the longest is reached."""


def pause(attempts: int) -> timedelta:
    """``attempts``: made before the one that has just failed. Twice as long after each, however
    many there were: what keeps failing keeps nothing else back."""
    return LONGEST if attempts >= DOUBLINGS else FIRST * int(2**attempts)
