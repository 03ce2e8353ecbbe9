"""What decisions rested on, found again in the log: once for many of them."""

from collections import OrderedDict
from functools import lru_cache
from typing import Any
from uuid import UUID

from eventsourcing.application import AggregateNotFoundError

from services.access.application.log import AccessLog
from services.access.domain.connection import Client
from services.access.domain.decision import Decision, Grounds, Place
from services.access.domain.rights import Rights
from shared.crypto.keys import KeyErased

KEPT = 1_000
"""Streams in memory at once."""
TEXTS = 8
"""Versions of rules, and of the matrix, in memory at once: they change a few times a year."""


class Past:
    """Events that were saved do not change, so a stream is folded forward from where the decision
    before stood: the whole of it is read once, not once for each decision."""

    def __init__(self, log: AccessLog) -> None:
        self._log = log
        self._streams: OrderedDict[UUID, Any] = OrderedDict()
        self._matrix_of = lru_cache(TEXTS)(log.matrix_of)
        self._rules_of = lru_cache(TEXTS)(log.rules_of)

    def grounds(self, decision: Decision) -> Grounds:
        made = decision.made
        return Grounds(
            rights=None if decision.of_erased else self.rights(made["rights"]),
            matrix=self._matrix_of(made["matrix"]),
            rules=self._rules_of(made["rules"]),
            client=self._client(made["client"]),
            erased=decision.of_erased and self._is_erased(made["rights"]),
        )

    def rights(self, place: Place) -> Rights | None:
        found: Rights | None = self._at(place)
        return found

    def _is_erased(self, place: Place) -> bool:
        """Asked of the key itself, not of what is in memory."""
        try:
            self._forward(None, UUID(place["stream"]), place["version"])
        except KeyErased:
            return True
        return False

    def _client(self, place: Place | None) -> Client | None:
        found: Client | None = self._at(place) if place else None
        return found

    def _at(self, place: Place) -> Any:
        """The aggregate of a stream at a version; ``None`` at version 0."""
        stream, version = UUID(place["stream"]), place["version"]
        if version == 0:
            return None
        known = self._streams.pop(stream, None)
        if known is not None and known.version > version:
            known = None
        if known is None or known.version < version:
            known = self._forward(known, stream, version)
        self._streams[stream] = known
        if len(self._streams) > KEPT:
            self._streams.popitem(last=False)
        return known

    def _forward(self, known: Any, stream: UUID, version: int) -> Any:
        reached = known.version if known is not None else None
        for event in self._log.events.get(stream, gt=reached, lte=version):
            known = event.mutate(known)  # type: ignore[attr-defined]  # our events all evolve
        if known is None:
            raise AggregateNotFoundError(f"{stream} has no events")
        return known
