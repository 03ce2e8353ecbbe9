"""The connected services of one record (CSP L1111-13-1 III), and those that may act no more."""

from datetime import datetime
from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate

from services.access.domain import connection_events as e
from services.access.domain.grants import Allowed, Authorisation, Source
from services.access.domain.rights_event import RightsPart
from shared.kernel.actor import Actor
from shared.kernel.ids import derived_id

WITHOUT_TYPE = frozenset({"appointment"})
"""Kinds of thing that a finality names by their kind alone."""


class Connection(RightsPart):
    """The part of the rights that says what connected services may do."""

    authorisations: dict[str, Authorisation]
    merged_into: UUID | None
    """Record under which the catalogue serves what was allowed here."""

    def follow_target(self, target: UUID | None, *, by: Actor) -> None:
        if target != self.merged_into:
            self._trigger(e.FollowsTarget, by, target=target)

    def know_authorisation(
        self, authorisation_id: UUID, authorisation: Authorisation, *, by: Actor
    ) -> None:
        self._trigger(
            e.AuthorisationKnown,
            by,
            authorisation_id=authorisation_id,
            authorisation=authorisation,
        )

    def restrict_authorisation(
        self,
        authorisation_id: UUID,
        allowed: list[Allowed],
        before: datetime,
        *,
        source: Source,
        by: Actor,
    ) -> None:
        """Its finalities have changed: what is left of it, until then."""
        known = self.authorisations.get(str(authorisation_id))
        if known:
            less = Authorisation(
                client=known["client"],
                allowed=allowed,
                authoriser=known["authoriser"],
                before=before,
                secret=known["secret"],
                source=source,
            )
            self.know_authorisation(authorisation_id, less, by=by)

    def forget_authorisation(self, authorisation_id: UUID, *, source: Source, by: Actor) -> None:
        if str(authorisation_id) in self.authorisations:
            self._trigger(e.AuthorisationGone, by, authorisation_id=authorisation_id, source=source)

    def covering(self, client: str, action: str, item: dict[str, Any]) -> list[Authorisation]:
        """The authorisations of a client that name this action on this kind and category."""
        return [
            a
            for a in self.authorisations.values()
            if a["client"] == client and any(_covers(x, action, item) for x in a["allowed"])
        ]


def _covers(allowed: Allowed, action: str, item: dict[str, Any]) -> bool:
    if allowed["scope"] != item["kind"] or allowed["action"] != action:
        return False
    named = {item.get("class"), item.get("type")} & set(allowed["categories"])
    return item["kind"] in WITHOUT_TYPE or bool(named)


class Client(Aggregate):
    """One service of the catalogue: suspended or withdrawn, it does nothing on any record."""

    TOPIC = "access.client"

    class Created(Aggregate.Created):
        TOPIC = "access.client_known"
        client_id: str
        by: dict[str, Any]

    class Stopped(Aggregate.Event):
        TOPIC = "access.client_stopped"
        stopped: bool
        source: Source
        by: dict[str, Any]

        def apply(self, aggregate: "Client") -> None:
            aggregate.stopped = self.stopped

    @staticmethod
    def id_of(secret: bytes, client_id: str) -> UUID:
        return derived_id(secret, "client", client_id)

    @classmethod
    def know(cls, secret: bytes, client_id: str, *, by: Actor) -> "Client":
        return cls._create(
            cls.Created, id=cls.id_of(secret, client_id), client_id=client_id, by=by.to_event()
        )

    def __init__(self, *, client_id: str, by: dict[str, Any]) -> None:
        self.client_id = client_id
        self.known_by = by
        self.stopped = False

    def stop(self, *, stopped: bool, source: Source, by: Actor) -> None:
        if stopped != self.stopped:
            self.trigger_event(self.Stopped, stopped=stopped, source=source, by=by.to_event())
