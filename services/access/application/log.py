"""The log of access: what it is built with, and how it finds what use cases need."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from functools import cached_property
from typing import TypeVar
from uuid import UUID

from eventsourcing.domain import Aggregate
from eventsourcing.persistence import IntegrityError

from services.access.domain import errors
from services.access.domain.acting_under import ACT_FOR_OTHERS
from services.access.domain.connection import Client
from services.access.domain.decision import Decision
from services.access.domain.facts import represented_by
from services.access.domain.matrix import Matrix, MatrixRegister
from services.access.domain.outside import NOBODY, Outside
from services.access.domain.reference import AccessSettings, Reference
from services.access.domain.rights import Rights
from services.access.domain.rules import ReviveRules, Rules, RulesKept
from shared.crypto.keys import KeyErased, Keys
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.clock import Clock
from shared.kernel.errors import Unavailable
from shared.kernel.ids import derived_id
from shared.rpc.contract import Done
from shared.stores.event_log import EventLog, Outcome
from shared.stores.settings import EventStoreSettings

A = TypeVar("A", bound=Aggregate)


class AccessLog(EventLog):
    def __init__(
        self,
        store: EventStoreSettings,
        keys: Keys,
        clock: Clock,
        *,
        rules: Callable[[], Rules],
        revive: ReviveRules,
        reference: Reference,
        settings: AccessSettings,
        outside: Outside = NOBODY,
    ) -> None:
        super().__init__(store, keys, clock)
        self._rules = rules
        self.revive = revive
        self.reference = reference
        self.settings = settings
        self.outside = outside
        self._matrix: tuple[int, Matrix] | None = None
        self._prepared: str | None = None

    @cached_property
    def rules(self) -> Rules:
        """Those in force, loaded for the first who asks."""
        return self._rules()

    @cached_property
    def _first_matrix(self) -> Matrix:
        return Matrix(self.reference.cells)

    def prepare(self) -> None:
        """Keep the texts of the rules in force, and load the first matrix if there is none.

        Before the first decision, not at the start: a service starts before its keys are there.
        """
        while self._prepared != self.rules.digest:
            with suppress(IntegrityError):  # another replica was faster with a part: look again
                self._keep_what_is_missing()
                self._prepared = self.rules.digest

    def _keep_what_is_missing(self) -> None:
        own = Actor(kind=ActorKind.SERVICE, id=self.name)
        new: list[Aggregate] = []
        if self.version_of(RulesKept.id_of(self.secret, self.rules.digest)) == 0:
            new.append(RulesKept.keep(self.secret, self.rules, by=own))
        if self.register() is None:
            register = MatrixRegister.open(self.secret, by=own)
            reference = self.reference
            register.load(reference.matrix_name, reference.cells, at=self.clock.now(), by=own)
            new.append(register)
        self.save(*new)

    def asked_by(self, record_id: UUID, by: Actor) -> tuple[Rights, Actor, datetime]:
        """Rights of a record, who asks, and now; a representative only until majority."""
        who, now = by.principal, self.clock.now()
        rights = self.known_to(record_id, who)
        if rights is None:
            raise errors.NotYours
        if who.kind is ActorKind.REPRESENTATIVE and not represented_by(rights, who.id, now):
            raise errors.NotYours
        return rights, who, now

    @cached_property
    def register_id(self) -> UUID:
        return MatrixRegister.id_of(self.secret)

    def at(self, stream: UUID, kind: type[A], versions: Mapping[UUID, int]) -> A | None:
        """The aggregate of a stream whose version was just read."""
        return self.get(stream, kind, versions[stream]) if versions[stream] else None

    def keyed(self, *parts: str) -> str:
        """An opaque id in the waiting list, the same for the same parts."""
        return str(derived_id(self.secret, *parts))

    def rights_id(self, record_id: UUID) -> UUID:
        return Rights.id_of(self.secret, record_id)

    def rights_of(self, record_id: UUID) -> Rights | None:
        return self.get(self.rights_id(record_id), Rights)

    def readable(self, record_id: UUID) -> Rights | None:
        """The rights, or ``None`` if there are none or the record was erased: all the same to
        whoever asks."""
        with suppress(KeyErased):
            return self.rights_of(record_id)
        return None

    def known_to(self, record_id: UUID, who: Actor) -> Rights | None:
        """As :meth:`readable`, with those who act for the person known by their records of now."""
        rights = self.readable(record_id)
        self.follow_for(who, rights)
        return rights

    def follow_for(self, who: Actor, rights: Rights | None) -> dict[UUID, int]:
        """As :meth:`follow_merges`, where ``who`` may be one of those. Their own record is looked
        at whether there are rights or none: the time must not tell a stranger which."""
        own = self._own_rights(who) if who.kind in ACT_FOR_OTHERS else None
        versions = {own.id: own.version} if own else {}
        if rights and rights.may_have_moved(who, took_in=bool(own and own.merged)):
            versions |= self.follow_merges(rights)
        return versions

    def _own_rights(self, who: Actor) -> Rights | None:
        with suppress(ValueError):  # whoever vouches for them may name them otherwise
            return self.readable(UUID(who.id))
        return None

    def follow_merges(self, rights: Rights) -> dict[UUID, int]:
        """Of those who act for the person, whoever has not said so since: what comes of it is
        saved with what they do. Versions of the streams looked at."""
        own = Actor(kind=ActorKind.SERVICE, id=self.name)
        looked_at: dict[UUID, int] = {}
        for person in sorted(rights.people):
            theirs = self.readable(UUID(person))
            if theirs is not None and theirs.id != rights.id:
                looked_at[theirs.id] = theirs.version
                rights.act_under(person, theirs.merged_into, by=own)
        return looked_at

    def readable_decision(self, decision_id: UUID) -> Decision:
        """Raise :class:`NotYours` if there is none, or its record was erased."""
        with suppress(KeyErased):
            if found := self.get(decision_id, Decision):
                return found
        raise errors.NotYours

    def client(self, client_id: str) -> Client | None:
        """What the catalogue said of a connected service."""
        return self.get(Client.id_of(self.secret, client_id), Client)

    def register(self) -> MatrixRegister | None:
        return self.get(self.register_id, MatrixRegister)

    def current_matrix(self, version: int | None = None) -> Matrix:
        """The matrix in force, read again only when another was loaded. ``version``: that of the
        register, if it was just read."""
        reached = self.version_of(self.register_id) if version is None else version
        if self._matrix is None or self._matrix[0] != reached:
            register = self.register()
            if register is None or register.current is None:
                raise Unavailable("no matrix is loaded")
            self._matrix = (register.version, Matrix(register.cells[register.current]))
        return self._matrix[1]

    def matrix_of(self, digest: str) -> Matrix:
        if self._matrix and self._matrix[1].digest == digest:
            return self._matrix[1]
        if digest == self._first_matrix.digest:
            return self._first_matrix
        register = self.register()
        if register is None or digest not in register.cells:
            raise errors.NotKept("the matrix it names is not in the log")
        return Matrix(register.cells[digest])

    def rules_of(self, digest: str) -> Rules:
        if digest == self.rules.digest:
            return self.rules
        kept = self.get(RulesKept.id_of(self.secret, digest), RulesKept)
        if kept is None:
            raise errors.NotKept("the rules it names are not in the log")
        return self.revive(kept.texts, kept.parameters)


def saved(rights: Rights) -> Outcome[Done]:
    return Outcome(answer=Done(), save=[rights])


def said(rights: Rights) -> Outcome[Done]:
    """What the person, or whoever they trust, decides; said of a record that was merged into
    another it would be done, and count for nothing where that is served."""
    if rights.merged_into:
        raise errors.RecordMerged
    return saved(rights)


def require_physician(auditor: Actor) -> None:
    """What people wrote is health data: auditors read it beside a physician alone."""
    if not auditor.physician_present:
        raise errors.NotYours
