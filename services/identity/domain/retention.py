"""How long what is closed is kept."""

from datetime import datetime

RETENTION_YEARS = 10
"""After closing (CSP R1111-36), and after a death was declared; then all is destroyed."""


def retention_end(since: datetime) -> datetime:
    """The same day ten years later; 1 March for a 29 February."""
    year = since.year + RETENTION_YEARS
    try:
        return since.replace(year=year)
    except ValueError:
        return since.replace(year=year, month=3, day=1)
