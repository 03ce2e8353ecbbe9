"""The log of the catalogue: what it is built with, and how it finds what use cases need."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol, TypeVar
from uuid import UUID

from services.catalogue.domain.codes import Codes
from services.catalogue.domain.connections import Connections
from services.catalogue.domain.errors import UnknownAuthorisation, UnknownService
from services.catalogue.domain.listed_service import ListedService
from shared.crypto.keys import Keys
from shared.eventing.kin import served_together, served_under
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.clock import Clock
from shared.rpc.contract import Done
from shared.stores.event_log import EventLog
from shared.stores.settings import EventStoreSettings

Answered = TypeVar("Answered", bound=Done)
SELF = Actor(kind=ActorKind.SERVICE, id="catalogue")


@dataclass(frozen=True, kw_only=True)
class Delays:
    """``reapproval``: what people have at least to answer when finalities change.
    ``reminder``: between two reminders of what is connected."""

    reapproval: timedelta
    reminder: timedelta


class Access(Protocol):
    def may_manage(self, record_id: UUID, by: Actor) -> None:
        """Raise ``Forbidden`` unless this actor manages an open record today."""
        ...

    def have_applied(self, subject: UUID, position: int) -> None:
        """Return once access decides with our log up to ``position``.

        Raise ``StaleRead``, ``Unavailable`` or ``DeadlineExceeded`` when it does not in time:
        what was saved stands, and the same request may be repeated.
        """
        ...


class CatalogueLog(EventLog):
    def __init__(
        self,
        settings: EventStoreSettings,
        keys: Keys,
        clock: Clock,
        *,
        codes: Codes,
        delays: Delays,
        access: Access,
    ) -> None:
        super().__init__(settings, keys, clock)
        self.codes = codes
        self.delays = delays
        self.access = access

    def service(self, service_id: UUID) -> ListedService:
        found = self.get(service_id, ListedService)
        if found is None:
            raise UnknownService
        return found

    def applied(self, subject: UUID, done: Answered) -> Answered:
        """The answer, once access decides with it. ``subject``: a record or a service."""
        self.access.have_applied(subject, done.position)
        return done

    def require_manager(self, record_id: UUID, by: Actor) -> None:
        """Of the record under whose rights this one is served. Raises ``Forbidden``."""
        self.access.may_manage(served_under(self, record_id), by)

    def together(self, record_id: UUID) -> list[Connections]:
        """Those of the records served as one with this one."""
        found = (self.connections(one) for one in served_together(self, record_id))
        return [connections for connections in found if connections]

    def connections(self, record_id: UUID) -> Connections | None:
        return self.get(Connections.id_of(self.secret, record_id), Connections)

    def known_connections(self, record_id: UUID) -> Connections:
        found = self.connections(record_id)
        if found is None:
            raise UnknownAuthorisation
        return found
