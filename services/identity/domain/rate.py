"""How often one caller may ask."""

from collections import Counter
from datetime import datetime

from shared.kernel.errors import TooMany


class Rate:
    """At most ``per_minute`` of each caller in each minute of the clock, in this process.

    Against harvesting (has this INS a record, and that one?), not a quota: with several
    replicas a caller may ask that much of each.
    """

    def __init__(self, per_minute: int) -> None:
        self._per_minute = per_minute
        self._minute: datetime | None = None
        self._asked: Counter[str] = Counter()

    def count(self, caller: str, now: datetime) -> None:
        minute = now.replace(second=0, microsecond=0)
        if minute != self._minute:
            self._minute, self._asked = minute, Counter()
        if self._asked[caller] >= self._per_minute:
            raise TooMany(f"more than {self._per_minute} existence checks in a minute")
        self._asked[caller] += 1
