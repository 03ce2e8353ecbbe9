"""An agenda with a real log and real read models; access decides by its
own rules, and identity is played by a double that follows the rules of the real one."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from services.agenda.adapters.prevention_table import read_table
from services.agenda.application import Agenda
from services.agenda.contract.views import Appointments, AppointmentView
from services.agenda.domain.ports import Limits, Lists, Traits
from services.agenda.projections.appointments import AppointmentList, ListedAppointments
from services.agenda.projections.plans import ListedPlans, PlanDays
from services.agenda.projections.reminders import ListedReminders, ReminderList
from shared.crypto.local_keys import LocalKeys
from shared.eventing.view import View
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.clock import FixedClock
from shared.kernel.errors import Forbidden
from shared.kernel.ins import TEST_OIDS
from shared.kernel.ins_rules import InsRules
from shared.stores.settings import EventStoreSettings
from shared.stores.views import open_documents
from tests.support.judged import JudgedAccess
from tests.support.projecting import catch_up
from tests.support.settings import settings_in

NOW = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)
RECORD = UUID("0190a000-0000-7000-8000-000000000001")
OTHER_RECORD = UUID("0190a000-0000-7000-8000-000000000002")
PARENT_RECORD = UUID("0190a000-0000-7000-8000-000000000003")

PATIENT = Actor(kind=ActorKind.PATIENT, id=str(RECORD), record_id=RECORD)
IN_SECRET = Actor(kind=ActorKind.PATIENT, id=str(RECORD), record_id=RECORD, secret=True)
PARENT = Actor(kind=ActorKind.REPRESENTATIVE, id=str(PARENT_RECORD), record_id=RECORD)
DOCTOR = Actor(
    kind=ActorKind.PROFESSIONAL, id="899700366240", profession="10", facility="1750712184"
)
STRANGER = Actor(kind=ActorKind.PROFESSIONAL, id="899700551239", profession="10")
HOSPITAL = Actor(kind=ActorKind.FACILITY, id="1750712184", facility="1750712184")
OTHER_HOSPITAL = Actor(kind=ActorKind.FACILITY, id="1690784137", facility="1690784137")
BOOKING = Actor(kind=ActorKind.APPLICATION, id="booking-app", record_id=RECORD)
UNKNOWN_APP = Actor(kind=ActorKind.APPLICATION, id="unknown-app", record_id=RECORD)

INS = ("279035121518989", "1.2.250.1.213.1.4.10")
OTHER_INS = ("260058815400233", "1.2.250.1.213.1.4.10")

IDENTITY_RULES = InsRules(accepted=TEST_OIDS, strict_keys=frozenset())


@dataclass
class PlayedIdentities:
    born: date = date(1974, 2, 3)
    earliest: date | None = None
    sex: str = "F"
    known: dict[tuple[str, str], UUID] = field(
        default_factory=lambda: {INS: RECORD, OTHER_INS: OTHER_RECORD}
    )
    erased: set[UUID] = field(default_factory=set)

    def resolve(self, value: str, oid: str, by: Actor) -> UUID | None:
        ins = IDENTITY_RULES.parse(value, oid)
        return self.known.get((ins.value, ins.oid))

    def traits_of(self, record_id: UUID, by: Actor | None) -> Traits:
        if record_id in self.erased or record_id not in self.known.values():
            raise Forbidden
        return Traits(born=self.born, earliest=self.earliest or self.born, sex=self.sex)


def right_holders() -> JudgedAccess:
    """The parents of RECORD, its treating doctor, and a booking service that may feed it."""
    access = JudgedAccess()
    access.open(RECORD)
    access.represented_by(RECORD, PARENT)
    access.treated_by(RECORD, DOCTOR)
    access.open(OTHER_RECORD)
    access.allow(RECORD, BOOKING, {"scope": "appointment", "action": "feed", "categories": []})
    return access


class World:
    """``show``: what a reader sees once the read models have caught up."""

    def __init__(self, folder: Path, settings: EventStoreSettings | None = None) -> None:
        self.clock = FixedClock(NOW)
        self.access = right_holders()
        self.identities = PlayedIdentities()
        self.keys = LocalKeys(b"k" * 32, "agenda")
        self.views = [
            View(view, _documents(folder, view))
            for view in (AppointmentList(self.keys), ReminderList(), PlanDays())
        ]
        shown = [view.documents for view in self.views]
        self.app = Agenda(
            settings or EventStoreSettings(data_dir=folder),
            self.keys,
            self.clock,
            access=self.access,
            identities=self.identities,
            lists=Lists(
                appointments=ListedAppointments(shown[0], self.keys),
                reminders=ListedReminders(shown[1]),
                plans=ListedPlans(shown[2]),
            ),
            table=read_table(),
            limits=Limits(components=50, series=10, appointments=60),
        )

    def catch_up(self) -> None:
        catch_up(self.app, *self.views)

    def show(self, by: Actor = PATIENT, /, **asked: Any) -> list[AppointmentView]:
        self.catch_up()
        request = Appointments.model_validate({"record_id": RECORD, "limit": 100, **asked})
        listing = self.app.appointments(request, by)
        assert listing.total >= len(listing.items)
        return listing.items

    def topics(self, after: int = 0) -> list[str]:
        """What was saved above a position, without the service's name."""
        rows = self.app.read(after, 1000)
        return [row.topic.removeprefix("agenda.") for row in rows]

    def close(self) -> None:
        self.app.close()


def _documents(folder: Path, view: Any) -> Any:
    return open_documents(settings_in(folder), "agenda", view)
