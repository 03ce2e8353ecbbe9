"""The event log of a service: what its application class derives from."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar
from uuid import UUID

from eventsourcing.application import Application, ProcessingEvent
from eventsourcing.domain import Aggregate, DomainEventProtocol
from eventsourcing.persistence import EventStore, PersistenceError, Recording
from pydantic import BaseModel

from shared.crypto.derivation import derive
from shared.crypto.event_cipher import read_header
from shared.crypto.keys import SERVICE_KEY_ID, KeyErased, Keys
from shared.kernel.actor import Actor
from shared.kernel.clock import Clock
from shared.kernel.ids import derived_id
from shared.kernel.settings import SettingsError
from shared.stores.causes import Causes
from shared.stores.commands import command, unreplayed
from shared.stores.guard import GuardedRecorder, Leadership, Row, Sql, Step
from shared.stores.kept_aggregates import KeptAggregates
from shared.stores.opening import opening
from shared.stores.outcome import Followed, Link, Outcome, PositionMoved
from shared.stores.places import EpochStart, Parked, Places
from shared.stores.recorded import Recorded, epoch_of, leaf_digest
from shared.stores.requests import Repeatable, Requests, caller
from shared.stores.sealed_mapper import SealedMapper, our_transcoder, record_of
from shared.stores.settings import EventStoreSettings

__all__ = [
    "EventLog", "Followed", "Head", "Leaves", "Link", "Outcome", "Parked", "PositionMoved",
    "Recorded", "command", "unreplayed",
]  # fmt: skip

A = TypeVar("A", bound=Aggregate)


def _all(_topic: str) -> bool:
    return True


class Nothing(BaseModel):
    """A policy that decided nothing still moves its position."""


NOTHING = Outcome(answer=Nothing())
PAGE = 500
"""Rows that a replay takes from the store at once, closed."""


@dataclass(frozen=True)
class Head:
    epoch: str
    position: int


@dataclass(frozen=True, kw_only=True)
class Leaves:
    """Digests of all events in (after, to], in order; all of one epoch."""

    epoch: str
    after: int
    to: int
    leaves: Sequence[tuple[int, str]]


class EventLog(Application[UUID]):
    """Sealed, guarded, idempotent; the service's name is that of its store."""

    name = "event_log"
    mapper: SealedMapper

    def __init__(self, settings: EventStoreSettings, keys: Keys, clock: Clock) -> None:
        self.keys = keys
        self.clock = clock
        try:
            with opening(f"the event store of {self.name}"):
                self._open(settings)
        except BaseException:
            # Left to the collector it is closed by __del__, which may run where nothing can wait.
            with suppress(AttributeError):  # refused before there was anything to close
                super().close()
            raise

    def _open(self, settings: EventStoreSettings) -> None:
        super().__init__(settings.environment(self.name))
        if not isinstance(self.recorder, GuardedRecorder):
            raise SettingsError("PERSISTENCE_MODULE names a store without guarded append")
        self.guarded: GuardedRecorder = self.recorder
        self.kept = KeptAggregates(self.name, self.keys, self.recorder, self.mapper)
        self.requests = Requests(self.guarded, self.name, self.keys)
        self.places = Places(self.guarded, self.name)
        self.causes = Causes(self.guarded, self.name)
        self.guarded.create(
            *self.requests.create_statements(),
            *self.places.create_statements(),
            *self.causes.create_statements(),
            *self.own_tables(),
        )
        self.places.begin()

    @cached_property
    def secret(self) -> bytes:
        """Secret of this service's keyed ids and tokens; from the first version of its key."""
        return derive(self.keys.exact(SERVICE_KEY_ID, 1).secret, "ids", self.name)

    def own_tables(self) -> Sequence[str]:
        """Statements that create what a service keeps beside its log, if not there yet."""
        return ()

    def construct_mapper(self) -> SealedMapper:
        return SealedMapper(our_transcoder(), store=self.name, keys=self.keys)

    def construct_snapshot_store(self) -> EventStore[UUID]:
        """Refused: a second copy of a stream, which nothing here needs; see ``kept_aggregates``."""
        raise SettingsError("IS_SNAPSHOTTING_ENABLED is refused: no service has snapshots")

    def get(self, aggregate_id: UUID, kind: type[A], version: int | None = None) -> A | None:
        """The aggregate as it is now; ``None`` if there is none, or it is of another kind.

        ``version``: the stream's, if it was just read (``guarded.versions_of``); that may spare
        reading the stream.
        """
        found = self.kept.get(aggregate_id, version)
        return found if isinstance(found, kind) else None

    def version_of(self, aggregate_id: UUID) -> int:
        """Version of a stream, for ``relied_on``; 0 if it is absent."""
        return self.guarded.version_of(aggregate_id)

    def new_id(self, request: Repeatable, by: Actor, label: str) -> UUID:
        """Id of what a command creates: the same when the request is repeated."""
        return derived_id(
            self.secret, "new", type(request).__name__, *caller(by), str(request.request_id), label
        )

    def save(self, *aggregates: Aggregate, **kwargs: Any) -> list[Recording[UUID]]:  # type: ignore[override]  # of aggregates alone
        """As the library's. That asks of all it is given whether it is an event, or has events,
        by the names of its attributes: for as long as a decision is judged.
        """
        made: ProcessingEvent[UUID] = ProcessingEvent()
        for aggregate in aggregates:
            made.events.extend(aggregate.collect_events())
            made.aggregates[aggregate.id] = aggregate
        made.saved_kwargs.update(kwargs)
        recordings = self._record(made)
        self._notify(recordings)
        return recordings

    def commit(self, outcome: Outcome[BaseModel], *steps: Step) -> int:
        """Save in one transaction; return the position reached.

        Raise the library's ``IntegrityError`` if anything relied on has moved.
        """
        if not (outcome.save or outcome.relied_on or outcome.also or steps):
            return self.head().position
        reached: list[int] = []

        def note(_: Sql, position: int) -> None:
            reached.append(position)

        events = sum(len(aggregate.pending_events) for aggregate in outcome.save)
        self.save(
            *outcome.save,
            relied_on=outcome.relied_on,
            steps=(*outcome.also, *steps, *self.causes.note(events), note),
        )
        return reached[-1]

    def apply(self, outcome: Outcome[BaseModel] | None, followed: Followed, *steps: Step) -> None:
        """Save what a policy decided (``None``: nothing) and move its position, in one
        transaction.

        Raise :class:`PositionMoved` if the follower no longer stands at ``previous``, and
        ``IntegrityError`` (decide again) as :meth:`commit`. ``steps``: what is parked with it.
        """
        if outcome or steps:
            self.commit(outcome or NOTHING, self.places.follow(followed), *steps)
        else:
            self.places.move(followed)

    def record_of(self, outcome: Outcome[BaseModel], request: object) -> UUID | None:
        """The record that an outcome speaks of, else the one that was asked about."""
        sources: tuple[object, ...] = (*outcome.save, request)
        for source in sources:
            found: UUID | None = getattr(source, "record_id", None)
            if found:
                return found
        return None

    def head(self) -> Head:
        return Head(self.places.epochs()[-1].epoch, self.recorder.max_notification_id() or 0)

    def check(self) -> str | None:
        """For readiness: a sentence if the database does not answer."""
        try:
            self.recorder.max_notification_id()
        except PersistenceError:
            return "the event store is out of reach"
        return None

    def renew_epoch(self) -> str:
        """To be called after a restore or a promotion that may have lost commits."""
        return self.places.renew_epoch(self.head().position)

    def read(self, after: int, limit: int) -> list[Recorded]:
        """The events above a position, in order."""
        return list(self._open_rows(self.guarded.rows(after, limit)))

    def replay(
        self,
        after: int = 0,
        upto: int | None = None,
        page: int = PAGE,
        opens: Callable[[str], bool] = _all,
    ) -> Iterator[Recorded]:
        """Every event above ``after`` up to and with ``upto``, in order: for read models and
        re-decisions. One is opened at a time, so that none lies in memory waiting for its turn;
        ``page`` of them are read at once. ``opens``: of which topics; others have no ``event``,
        as if erased.

        Raises ``KeyUnavailable`` when a key is out of reach, ``NotAuthentic`` for a row that was
        changed.
        """
        while upto is None or after < upto:
            rows = self.guarded.rows(after, page if upto is None else min(page, upto - after))
            if not rows:
                return
            after = rows[-1].position
            rows = [row for row in rows if upto is None or row.position <= upto]
            yield from self._open_rows(rows, opens)

    def _open_rows(
        self, rows: Sequence[Row], opens: Callable[[str], bool] = _all
    ) -> Iterator[Recorded]:
        epochs = self.places.epochs()
        self.keys.prefetch({read_header(row.state).key_id for row in rows if opens(row.topic)})
        return (self._recorded(row, epochs, opens) for row in rows)

    def leaves(self, after: int, limit: int) -> Leaves:
        """One digest per event above a position, private ones included; needs no key."""
        epochs = self.places.epochs()
        rows = self.guarded.rows(after, limit)
        epoch = epoch_of(rows[0].position if rows else after + 1, epochs)
        rows = [row for row in rows if epoch_of(row.position, epochs) == epoch]
        return Leaves(
            epoch=epoch,
            after=after,
            to=rows[-1].position if rows else after,
            leaves=[(row.position, leaf_digest(self.name, epoch, row)) for row in rows],
        )

    def forget_requests(self) -> None:
        """Answers to commands are repeated for 30 days."""
        self.requests.purge(self.clock.now())

    def leader(self, role: str) -> AbstractContextManager[Leadership]:
        """Become the only process of this service in that role, without waiting.

        Ask ``held()`` of what it gives before each round of work.
        """
        return self.guarded.leader(role)

    def _recorded(
        self, row: Row, epochs: Sequence[EpochStart], opens: Callable[[str], bool]
    ) -> Recorded:
        event: DomainEventProtocol[UUID] | None = None
        if opens(row.topic):
            with suppress(KeyErased):
                event = self.mapper.opened(*row[1:])
        return Recorded(self.name, epoch_of(row.position, epochs), *row, event)

    def _record(self, processing_event: ProcessingEvent[UUID]) -> list[Recording[UUID]]:
        now = self.clock.now()
        for event in processing_event.events:
            object.__setattr__(event, "timestamp", now)
        _refuse_unowned(processing_event.events, processing_event.aggregates)
        return super()._record(processing_event)


def _refuse_unowned(
    events: Iterable[DomainEventProtocol[UUID]], aggregates: dict[UUID, Any]
) -> None:
    """An event that forgot its record would outlive that record's erasure."""
    for event in events:
        owner = getattr(aggregates.get(event.originator_id), "record_id", None)
        if owner is not None and record_of(event) != owner:
            raise TypeError(f"{type(event).__qualname__} must carry the record_id of its aggregate")
