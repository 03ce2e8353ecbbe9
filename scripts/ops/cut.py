"""A cut: all services' logs as of moments at which none had heard of what another did not have yet.

What services know of each other are positions: how far one has followed another's log, how far
audit has the leaves of each, how large a tree of audit's each has seen signed. A set in which one
of these is beyond what it speaks of restores a service that knows more than there is, which stops
and waits for an operator. So they are compared in the snapshots, before anything is copied.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from scripts.cli.processes import SERVICES
from scripts.manifests.wiring import wiring
from scripts.ops.copies import Databases
from scripts.ops.snapshots import Busy, Row, Snapshot
from services.audit.domain.settings import BUCKET as AUDIT

ATTEMPTS = 20
PAUSE = 0.25
"""Seconds between two attempts, for those who were kept waiting."""


class Torn(Exception):
    """No attempt gave a cut."""


class Known(NamedTuple):
    """What a service has of another: ``what`` up to ``position`` (of a tree: its size)."""

    service: str
    what: str
    of: str
    position: int

    def __str__(self) -> str:
        return f"{self.service} has {self.what} of {self.of} up to {self.position}"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What a snapshot tells. ``signed``: entries of the last tree that was signed here."""

    epoch: str
    head: int
    signed: int
    known: frozenset[Known]

    @property
    def followed(self) -> dict[str, int]:
        return {k.of: k.position for k in self.known if k.what == "messages"}


@dataclass(frozen=True, kw_only=True)
class Cut:
    """``ahead``: what services have of logs that were put back below it earlier: it is not for a
    cut to mend. ``unverified``: logs that are not here, of which those here have something."""

    at: datetime
    snapshots: Mapping[str, Snapshot]
    standings: Mapping[str, Standing]
    attempts: int
    ahead: Sequence[Known]
    unverified: Sequence[str]


@contextmanager
def cut_of(databases: Databases, services: Sequence[str]) -> Iterator[Cut]:
    """Raise :class:`Torn` if the services go on too fast for it."""
    before: Mapping[str, Standing] = {}
    why = ""
    for attempt in range(1, ATTEMPTS + 1):
        at = datetime.now(UTC)
        with ExitStack() as held:
            try:
                snapshots = held.enter_context(databases.snapshots(in_order(services)))
            except Busy as busy:
                why = str(busy)
            else:
                now = {service: standing(service, snapshots[service]) for service in services}
                found = beyond(now, now)
                if found <= beyond(before, now):
                    yield Cut(
                        at=at,
                        snapshots=snapshots,
                        standings=now,
                        attempts=attempt,
                        ahead=sorted(found),
                        unverified=_absent(now),
                    )
                    return
                before, why = now, str(min(found))
        time.sleep(PAUSE)
    raise Torn(f"no cut of all logs in {ATTEMPTS} attempts ({why}): nothing was written")


def in_order(services: Sequence[str]) -> list[str]:
    """Those who follow and call before those whom they follow and call: what one has, the other
    had before. audit, which has something of all, first; access and keyring last."""
    callers = [other for s in SERVICES for other in (*wiring(s).calls, *wiring(s).follows)]
    last = ("access", "keyring")
    rank = {
        s: (s != AUDIT, last.index(s) + 1 if s in last else 0, callers.count(s)) for s in SERVICES
    }
    return sorted(services, key=rank.__getitem__)


def standing(service: str, snapshot: Snapshot) -> Standing:
    epochs = _asked(snapshot, f"{service}_epochs", "epoch", "ORDER BY began_after DESC LIMIT 1")
    trees = _asked(snapshot, f"{service}_checkpoints", "MAX(size)")
    signed = _asked(snapshot, "audit_signed", "size")
    followed = _asked(snapshot, f"{service}_followed", "publisher, position")
    leaves = _asked(snapshot, "audit_sources", "service, position")
    known = {
        *(Known(service, "messages", of, position) for of, position in followed),
        *(Known(service, "leaves", of, position) for of, position in leaves),
        *(Known(service, "a tree", AUDIT, size) for (size,) in trees if size),
    }
    return Standing(
        epoch=epochs[0][0] if epochs else "",
        head=snapshot.head(),
        signed=signed[0][0] if signed else 0,
        known=frozenset(known),
    )


def beyond(told: Mapping[str, Standing], there: Mapping[str, Standing]) -> set[Known]:
    """What services told to have of others that these did not have themselves.

    If ``there`` was looked at later, they never will: their logs were put back below it.
    """
    return {
        known
        for standing in told.values()
        for known in standing.known
        if known.of in there and known.position > _reached(there[known.of], known.what)
    }


def _reached(standing: Standing, what: str) -> int:
    return standing.signed if what == "a tree" else standing.head


def _absent(standings: Mapping[str, Standing]) -> list[str]:
    of = {known.of for standing in standings.values() for known in standing.known}
    return sorted(of - standings.keys())


def _asked(snapshot: Snapshot, table: str, columns: str, rest: str = "") -> list[Row]:
    """Nothing of a table that this service, or its version, does not have."""
    if not snapshot.has(table):
        return []
    return snapshot.ask(f"SELECT {columns} FROM {table} {rest}")  # noqa: S608 - our own names
