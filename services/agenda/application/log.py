"""The log of agenda: what it is built with, and how it finds what use cases need."""

from collections.abc import Sequence
from datetime import date
from itertools import chain
from typing import Any, NoReturn
from uuid import UUID

from services.agenda.domain.appointment import Appointment
from services.agenda.domain.occurrences import Kept
from services.agenda.domain.origin import AGENDA, Origin, Source, attributes
from services.agenda.domain.ports import Identities, Limits, ListedReminder, Lists
from services.agenda.domain.prevention.rule import Table
from services.agenda.domain.prevention_plan import PreventionPlan
from shared.crypto.keys import Keys
from shared.eventing.kin import served_together, served_under
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.clock import Clock
from shared.kernel.errors import Forbidden
from shared.kernel.french import FRANCE
from shared.kernel.gate import GENERIC_FR, Access, Decision, Gate
from shared.kernel.ids import derived_id
from shared.stores.event_log import EventLog
from shared.stores.settings import EventStoreSettings

SELF = Actor(kind=ActorKind.SERVICE, id="agenda")
_PERSON = Origin(source=Source.PERSON)


class AgendaLog(EventLog):
    name = "agenda"

    def __init__(
        self,
        settings: EventStoreSettings,
        keys: Keys,
        clock: Clock,
        *,
        access: Access,
        identities: Identities,
        lists: Lists,
        table: Table,
        limits: Limits,
    ) -> None:
        super().__init__(settings, keys, clock)
        self.gate = Gate(access, lambda record_id: served_under(self, record_id), AGENDA)
        self.identities = identities
        self.lists = lists
        self.table = table
        self.limits = limits

    def today(self) -> date:
        """In France, whose calendar rules of prevention follow."""
        return self.clock.now().astimezone(FRANCE).date()

    def together(self, record_id: UUID) -> list[UUID]:
        """The records served as one with this one: itself alone, unless some were merged."""
        return served_together(self, record_id)

    def plan_of(self, record_id: UUID) -> PreventionPlan | None:
        return self.get(PreventionPlan.id_of(self.secret, record_id), PreventionPlan)

    def visible(self, record_id: UUID, by: Actor) -> list[Kept]:
        """The appointments that this reader may see; refused if they may see none at all."""
        self.gate.require(record_id, "read", AGENDA, by)
        of_each = (self.lists.appointments.appointments_of(r) for r in self.together(record_id))
        kept = list(chain.from_iterable(of_each))
        permits = self.gate.may_read(record_id, [one.attributes() for one in kept], by)
        return [one for one, permit in zip(kept, permits, strict=True) if permit]

    def all_reminders(self, record_id: UUID) -> list[ListedReminder]:
        """By instant."""
        of_each = (self.lists.reminders.reminders_of(r) for r in self.together(record_id))
        return sorted(chain.from_iterable(of_each), key=lambda one: one.due_at)

    def require_feed(self, record_id: UUID, by: Actor) -> Decision:
        """The permit to add what one writes oneself."""
        resource = attributes(Origin.of(by), secret=by.in_secret)
        return self.gate.require(record_id, "feed", resource, by)

    def refuse_unknown(self, name: str, action: str, by: Actor) -> NoReturn:
        """What does not exist is asked about like any other, in a record that nobody has: the
        refusal, its decision and its time are the same as of what is hidden.
        """
        self.gate.require(derived_id(self.secret, "nowhere", name), action, AGENDA, by)
        raise Forbidden(message_fr=GENERIC_FR)

    def sees_secrets(self, record_id: UUID, by: Actor) -> bool:
        """Whether this reader may see what a person wrote in a secret session."""
        return self.gate.may_read(record_id, [person_wrote(secret=True)], by)[0]


def person_wrote(*, secret: bool) -> dict[str, Any]:
    """What access is told of a reminder, or of an answer."""
    return attributes(_PERSON, secret=secret)


def kept_of(appointment: Appointment) -> Kept:
    """As the read model would have it."""
    return Kept(
        appointment_id=appointment.id,
        record_id=appointment.record_id,
        origin=appointment.origin,
        secret=appointment.secret,
        changes=appointment.version,
        changed_at=appointment.modified_on,
        slots=appointment.slots,
    )


def pending(appointments: Sequence[Appointment]) -> list[Appointment]:
    """Those of which something new is to be saved."""
    return [one for one in appointments if one.pending_events]
