"""How often one caller may ask."""

from collections import defaultdict, deque
from datetime import datetime, timedelta

from shared.kernel.errors import TooMany

_WINDOW = timedelta(minutes=1)


class Rate:
    """At most ``per_minute`` of each caller in any minute, counted in this process.

    Against harvesting (is there a record for this INS, and this one?), not a quota: with
    several replicas a caller may ask that much of each.
    """

    def __init__(self, per_minute: int) -> None:
        self._per_minute = per_minute
        self._asked: defaultdict[str, deque[datetime]] = defaultdict(deque)

    def count(self, caller: str, now: datetime) -> None:
        asked = self._asked[caller]
        while asked and asked[0] <= now - _WINDOW:
            asked.popleft()
        if len(asked) >= self._per_minute:
            raise TooMany(f"more than {self._per_minute} existence checks in a minute")
        asked.append(now)
