"""What one person's record is connected to: one small stream per record."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, TypedDict
from uuid import UUID

from eventsourcing.domain import Aggregate

from services.catalogue.domain.errors import NotDueYet, UnknownAuthorisation
from services.catalogue.domain.finality import Agreed
from shared.kernel.actor import Actor
from shared.kernel.ids import derived_id


class Ending(StrEnum):
    """Why an authorisation ended."""

    PERSON = "person_request"
    NOT_REAPPROVED = "not_reapproved"
    SERVICE_WITHDRAWN = "service_withdrawn"


class Authoriser(TypedDict):
    """Whose eyes the service sees with: it is shown nothing that they are not."""

    kind: str
    id: str


class Authorisation(TypedDict):
    """``secret``: given in a secret session, so kept from representatives.
    ``finalities_version``: of the service, which ``agreed`` was said of.
    ``asked_version``: the last one it was asked about. ``reapprove_before``: it ends then,
    unless given again.
    """

    service_id: UUID
    oid: str
    secret: bool
    agreed: list[Agreed]
    finalities_version: int
    asked_version: int
    reapprove_before: datetime | None
    authoriser: Authoriser
    token_hash: str
    granted_at: datetime


class Connections(Aggregate):
    TOPIC = "catalogue.connections"

    class Event(Aggregate.Event):
        record_id: UUID
        by: dict[str, Any]

    class Created(Event, Aggregate.Created):
        TOPIC = "catalogue.connections_opened"

    class Granted(Event):
        """Service and secrecy are repeated in each that follows, for those who hear of one alone.
        ``remind_at``: when the person is next reminded; ``None`` when nothing is connected.
        """

        TOPIC = "catalogue.authorisation_granted"
        authorisation_id: UUID
        service_id: UUID
        oid: str
        secret: bool
        remind_at: datetime | None
        agreed: list[Agreed]
        finalities_version: int
        authoriser: Authoriser
        token_hash: str

        def apply(self, aggregate: "Connections") -> None:
            aggregate.remind_at = self.remind_at
            aggregate.live[str(self.authorisation_id)] = Authorisation(
                service_id=self.service_id,
                oid=self.oid,
                secret=self.secret,
                agreed=self.agreed,
                finalities_version=self.finalities_version,
                asked_version=self.finalities_version,
                reapprove_before=None,
                authoriser=self.authoriser,
                token_hash=self.token_hash,
                granted_at=self.timestamp,
            )

    class Reapproved(Event):
        TOPIC = "catalogue.authorisation_reapproved"
        authorisation_id: UUID
        service_id: UUID
        oid: str
        secret: bool
        remind_at: datetime | None
        agreed: list[Agreed]
        finalities_version: int
        authoriser: Authoriser

        def apply(self, aggregate: "Connections") -> None:
            authorisation = aggregate.live[str(self.authorisation_id)]
            authorisation["agreed"] = self.agreed
            authorisation["finalities_version"] = self.finalities_version
            authorisation["asked_version"] = self.finalities_version
            authorisation["reapprove_before"] = None
            authorisation["authoriser"] = self.authoriser

    class ReapprovalAsked(Event):
        """``agreed``: what is left of it meanwhile, never more than before."""

        TOPIC = "catalogue.reapproval_asked"
        authorisation_id: UUID
        service_id: UUID
        oid: str
        secret: bool
        remind_at: datetime | None
        agreed: list[Agreed]
        asked_version: int
        reapprove_before: datetime

        def apply(self, aggregate: "Connections") -> None:
            authorisation = aggregate.live[str(self.authorisation_id)]
            authorisation["agreed"] = self.agreed
            authorisation["asked_version"] = self.asked_version
            authorisation["reapprove_before"] = self.reapprove_before

    class Revoked(Event):
        TOPIC = "catalogue.authorisation_revoked"
        authorisation_id: UUID
        service_id: UUID
        oid: str
        secret: bool
        remind_at: datetime | None
        reason: str

        def apply(self, aggregate: "Connections") -> None:
            aggregate.remind_at = self.remind_at
            del aggregate.live[str(self.authorisation_id)]

    class Reminded(Event):
        """``services``: OIDs of what is connected. Secret ones are told apart, to the person
        alone."""

        TOPIC = "catalogue.connections_reminded"
        services: list[str]
        secret: bool
        remind_at: datetime

        def apply(self, aggregate: "Connections") -> None:
            aggregate.remind_at = self.remind_at

    @staticmethod
    def id_of(secret: bytes, record_id: UUID) -> UUID:
        return derived_id(secret, "connections", str(record_id))

    @classmethod
    def open(cls, secret: bytes, record_id: UUID, *, by: Actor) -> "Connections":
        return cls._create(
            cls.Created, id=cls.id_of(secret, record_id), record_id=record_id, by=by.to_event()
        )

    def __init__(self, *, record_id: UUID, by: dict[str, Any]) -> None:
        self.record_id = record_id
        self.opened_by = by
        self.live: dict[str, Authorisation] = {}
        self.remind_at: datetime | None = None

    def visible_to(self, who: Actor, served_under: UUID) -> Mapping[str, Authorisation]:
        """What a secret session connected is the person's own to see, and to end.

        ``served_under``: this record, or the one that it was merged into.
        """
        return {
            key: authorisation
            for key, authorisation in self.live.items()
            if who.record_id == served_under
            and (str(served_under) == who.id or not authorisation["secret"])
        }

    def of(self, authorisation_id: UUID, who: Actor, served_under: UUID) -> Authorisation:
        authorisation = self.visible_to(who, served_under).get(str(authorisation_id))
        if authorisation is None:
            raise UnknownAuthorisation
        return authorisation

    def of_service(self, service_id: UUID, *, secret: bool) -> UUID | None:
        """The authorisation it has, of those given in secret or of the others."""
        for key, authorisation in self.live.items():
            if authorisation["service_id"] == service_id and authorisation["secret"] is secret:
                return UUID(key)
        return None

    def grant(
        self,
        authorisation_id: UUID,
        given: Mapping[str, Any],
        *,
        now: datetime,
        remind_every: timedelta,
        by: Actor,
    ) -> None:
        """``given``: the fields of :class:`Granted`. Given again it replaces the former, whose
        token is worth nothing any more."""
        self._trigger(
            self.Granted,
            by,
            authorisation_id=authorisation_id,
            remind_at=self.remind_at or now + remind_every,
            **given,
        )

    def reapprove(
        self,
        authorisation_id: UUID,
        agreed: Sequence[Agreed],
        *,
        finalities_version: int,
        authoriser: Authoriser,
        by: Actor,
    ) -> None:
        """What is allowed from now on, of the finalities as they are now; the token stays."""
        self._of_authorisation(
            self.Reapproved,
            authorisation_id,
            by,
            agreed=list(agreed),
            finalities_version=finalities_version,
            authoriser=authoriser,
        )

    def ask_reapproval(
        self,
        authorisation_id: UUID,
        left: Sequence[Agreed],
        *,
        version: int,
        before: datetime,
        by: Actor,
    ) -> None:
        """Once per version of the finalities; what was asked before keeps its date."""
        authorisation = self._live(authorisation_id)
        if authorisation["asked_version"] >= version:
            raise NotDueYet
        self._of_authorisation(
            self.ReapprovalAsked,
            authorisation_id,
            by,
            agreed=list(left),
            asked_version=version,
            reapprove_before=before,
        )

    def end(self, authorisation_id: UUID, reason: Ending, by: Actor) -> None:
        others = len(self.live) > 1
        self._of_authorisation(
            self.Revoked,
            authorisation_id,
            by,
            remind_at=self.remind_at if others else None,
            reason=reason.value,
        )

    def end_unapproved(self, authorisation_id: UUID, now: datetime, by: Actor) -> None:
        """The date has passed without an answer."""
        before = self._live(authorisation_id)["reapprove_before"]
        if before is None or now < before:
            raise NotDueYet
        self.end(authorisation_id, Ending.NOT_REAPPROVED, by)

    def remind(self, now: datetime, every: timedelta, by: Actor) -> None:
        """Of all that is connected, every 90 days by default."""
        if self.remind_at is None or now < self.remind_at:
            raise NotDueYet
        for secret in (False, True):
            services = sorted(a["oid"] for a in self.live.values() if a["secret"] is secret)
            if services:
                self._trigger(
                    self.Reminded, by, services=services, secret=secret, remind_at=now + every
                )

    def _live(self, authorisation_id: UUID) -> Authorisation:
        authorisation = self.live.get(str(authorisation_id))
        if authorisation is None:
            raise UnknownAuthorisation
        return authorisation

    def _of_authorisation(
        self, kind: type[Event], authorisation_id: UUID, by: Actor, **fields: Any
    ) -> None:
        authorisation = self._live(authorisation_id)
        common = {
            "authorisation_id": authorisation_id,
            "service_id": authorisation["service_id"],
            "oid": authorisation["oid"],
            "secret": authorisation["secret"],
            "remind_at": self.remind_at,
        }
        self._trigger(kind, by, **(common | fields))

    def _trigger(self, kind: type[Event], by: Actor, **fields: Any) -> None:
        self.trigger_event(kind, record_id=self.record_id, by=by.to_event(), **fields)
