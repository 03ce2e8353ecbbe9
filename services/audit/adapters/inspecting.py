"""Looks at rows of the stores, a stretch at a time."""

from collections.abc import Iterator, Sequence

from services.audit.adapters.event_stores import Stores, Stretch
from services.audit.domain.inspection import Page, RowCheck, inspect


class Inspector:
    def __init__(self, stores: Stores, checks: Sequence[RowCheck]) -> None:
        self._stores = stores
        self._checks = checks

    def look(self, stretch: Stretch) -> Page:
        return inspect(self._stores.read(stretch), self._checks)

    def pages(self, service: str) -> Iterator[Page]:
        """All of a service's, in this process."""
        return map(self.look, self._stores.stretches(service))
