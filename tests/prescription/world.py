"""Prescriptions with a real log, read model, codes and paper; access decides by its own rules; the
vault and the names of people are played by doubles that keep their promises."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from services.prescription import contract as c
from services.prescription.adapters.cda import CdaDocuments
from services.prescription.adapters.paper import PdfPaper
from services.prescription.adapters.qr import SegnoCodes
from services.prescription.adapters.receipts import WrittenReceipts
from services.prescription.adapters.tables import read_kinds, read_pharmacies
from services.prescription.application import Prescriptions
from services.prescription.application.log import Around, Limits
from services.prescription.domain.number import parse
from services.prescription.domain.ports import Content, Deposited, Facility, Head, Names, Traits
from services.prescription.domain.prescription import Prescription
from services.prescription.messages import message_for
from services.prescription.projections.prescriptions import ListedPrescriptions, PrescriptionList
from shared.crypto.local_keys import LocalKeys
from shared.eventing.messages import MessageData
from shared.eventing.view import View
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.clock import FixedClock
from shared.kernel.errors import Conflict, Forbidden, Refusal, Unavailable
from shared.stores.event_log import Recorded
from shared.stores.settings import EventStoreSettings
from shared.stores.views import open_documents
from tests.support.judged import JudgedAccess
from tests.support.projecting import catch_up
from tests.support.settings import settings_in

RECORD = UUID("0190a000-0000-7000-8000-000000000001")
PARIS = "1750000018"
PARIS_TOO = "1750000026"
LYON = "1690000013"
"""Pharmacies: Struct_IdNat, 1 and a FINESS whose first two characters are the department."""
DOCTOR = Actor(
    kind=ActorKind.PROFESSIONAL, id="801234567897", profession="10", facility="1750512345"
)
OTHER_DOCTOR = Actor(
    kind=ActorKind.PROFESSIONAL, id="899700366240", profession="10", facility="1750512345"
)
NURSE = Actor(
    kind=ActorKind.PROFESSIONAL, id="860000000001", profession="60", facility="1750512345"
)
PATIENT = Actor(kind=ActorKind.PATIENT, id=str(RECORD), record_id=RECORD)
PARENT = Actor(kind=ActorKind.REPRESENTATIVE, id=str(uuid4()), record_id=RECORD)
STRANGER = Actor(kind=ActorKind.PATIENT, id=str(uuid4()), record_id=uuid4())
OPERATOR = Actor(kind=ActorKind.OPERATOR, id="operator")


def pharmacist(facility: str, national_id: str = "810000000001") -> Actor:
    return Actor(kind=ActorKind.PROFESSIONAL, id=national_id, profession="21", facility=facility)


PHARMACIST = pharmacist(PARIS)


class Killed(BaseException):
    """The process dies here."""


def nothing(_step: str) -> None:
    pass


@dataclass
class PlayedVault:
    """Takes a document once, into one of ``records``; ``refusal``: of whatever comes; ``dies``:
    called before and after it is taken; ``hides``: codes that it adds to those asked for;
    ``parked``: records of which it says nothing for now."""

    records: set[UUID] = field(default_factory=lambda: {RECORD})
    taken: dict[UUID, UUID] = field(default_factory=dict)
    said: dict[UUID, object] = field(default_factory=dict)
    contents: dict[UUID, Content] = field(default_factory=dict)
    codes: dict[UUID, tuple[str, ...]] = field(default_factory=dict)
    hides: frozenset[str] = frozenset()
    parked: set[UUID] = field(default_factory=set)
    asked: list[dict[str, Any]] = field(default_factory=list)
    refusal: Refusal | None = None
    dies: Callable[[str], None] = nothing
    position: int = 0
    epoch: str = "e"

    def deposit(
        self,
        request_id: UUID,
        record_id: UUID,
        content: Content,
        confidentiality: Sequence[str],
        replaces: UUID | None,
        by: Actor,
    ) -> Deposited:
        self.dies("before")
        if self.refusal:
            raise self.refusal
        if record_id in self.parked:
            raise Unavailable
        if record_id not in self.records or replaces not in {None, *self.contents}:
            raise Forbidden
        said = (record_id, content.data, list(confidentiality), replaces)
        if self.said.setdefault(request_id, said) != said:
            raise Conflict
        if request_id not in self.taken:
            codes = tuple(sorted({*confidentiality, *self.hides}))
            self.taken[request_id] = self._known(content) or self._add(content, codes)
            self.asked.append(
                {"record_id": record_id, "codes": list(confidentiality), "replaces": replaces}
            )
        self.dies("after")
        document_id = self.taken[request_id]
        return Deposited(document_id=document_id, confidentiality=self.codes[document_id])

    def _known(self, content: Content) -> UUID | None:
        return next((id_ for id_, one in self.contents.items() if one.data == content.data), None)

    def _add(self, content: Content, codes: tuple[str, ...]) -> UUID:
        document_id = uuid4()
        self.contents[document_id], self.codes[document_id] = content, codes
        self.position += 1
        return document_id

    def head(self) -> Head:
        return Head(epoch=self.epoch, position=self.position)


INS = ("279035121518989", "1.2.250.1.213.1.4.10")


TRAITS = Traits(
    birth_name="PAT-TROIS",
    birth_given_names="DOMINIQUE MARIE-LOUISE",
    first_given_name="DOMINIQUE",
    sex="F",
    birth_date="1979-03-28",
    birth_place="51215",
    ins=INS,
)


@dataclass
class PlayedPeople:
    """``professionals``: given and family name by national id."""

    persons: dict[UUID, Traits] = field(default_factory=lambda: {RECORD: TRAITS})
    professionals: dict[str, tuple[str, str]] = field(
        default_factory=lambda: {DOCTOR.id: ("Romain", "PIOU")}
    )

    def names(self, record_id: UUID, professional: str, by: Actor) -> Names:
        if record_id not in self.persons:
            raise Forbidden
        traits = self.persons[record_id]
        try:
            born = date.fromisoformat(traits.birth_date)
        except ValueError:
            born = None
        given, family = self.professionals.get(professional, ("", ""))
        return Names(traits=traits, born=born, given=given, family=family)


DIRECTORY = {
    PARIS: Facility(name="Pharmacie du Lion", sector="SA33", open=True),
    PARIS_TOO: Facility(name="Pharmacie fermée", sector="SA33", open=False),
    LYON: Facility(name="Pharmacie du Rhône", sector="SA39", open=True),
    "1750512345": Facility(name="Cabinet", sector="SA07", open=True),
}


@dataclass
class PlayedFacilities:
    known: Mapping[str, Facility] = field(default_factory=lambda: DIRECTORY)

    def facility(self, structure: str) -> Facility | None:
        return self.known.get(structure)


class World:
    """One service and all around it; ``again`` starts another process on the same stores."""

    def __init__(self, home: Path, *, postgres_dsn: str | None = None) -> None:
        self.home = home
        self.dsn = postgres_dsn
        self.access = JudgedAccess()
        self.access.open(RECORD)
        self.access.represented_by(RECORD, PARENT)
        self.vault = PlayedVault()
        self.people = PlayedPeople()
        self.clock = FixedClock(datetime(2026, 11, 21, 8, 30, tzinfo=UTC))
        self.keys = LocalKeys(bytes(32), "prescription")
        self.documents = open_documents(settings_in(home), "prescription", PrescriptionList)
        self.view = PrescriptionList(self.keys, lambda: b"s" * 32)
        self.opened: list[Prescriptions] = []
        self.app = self.again()

    def again(self) -> Prescriptions:
        codes = SegnoCodes()
        fixed = {"practice_setting": "AMBULATOIRE", "facility_type": "SA07"}
        self.app = Prescriptions(
            EventStoreSettings(data_dir=self.home, postgres_dsn=self.dsn),
            self.keys,
            self.clock,
            around=Around(
                access=self.access,
                vault=self.vault,
                people=self.people,
                facilities=PlayedFacilities(),
                paper=PdfPaper(codes, fixed),
                receipts=WrittenReceipts(),
                codes=codes,
                documents=CdaDocuments(),
                listed=ListedPrescriptions(self.documents, self.keys, lambda: b"s" * 32),
                kinds=read_kinds(),
                pharmacies=read_pharmacies(),
            ),
            limits=Limits(),
        )
        self.opened.append(self.app)
        return self.app

    def close(self) -> None:
        for app in self.opened:
            app.close()

    def events(self) -> list[Recorded]:
        return self.app.read(0, 10_000)

    def topics(self) -> list[str]:
        return [row.topic.removeprefix("prescription.") for row in self.events()]

    def messages(self) -> list[MessageData]:
        return [m for row in self.events() if (m := message_for(row.event))]

    def project(self) -> None:
        """Bring the read model up to the log."""
        catch_up(self.app, View(self.view, self.documents))

    def move(self, days: int) -> None:
        self.clock.move(timedelta(days=days))

    def move_to(self, day: date) -> None:
        self.move((day - self.clock.now().date()).days)

    def of(self, number: str) -> Prescription:
        found = self.app.prescription(self.app.id_of(parse(number)))
        assert found
        return found

    def issue(self, *lines: dict[str, Any], by: Actor = DOCTOR, **more: Any) -> c.Issued:
        return self.app.issue(asked(*lines, **more), by)

    def present(self, number: str, by: Actor = PHARMACIST) -> c.Presented:
        return self.app.present(c.Present(number=number), by)

    def dispense(
        self, number: str, *outcomes: dict[str, Any], by: Actor = PHARMACIST, **more: Any
    ) -> c.DispensedNow:
        return self.app.dispense(dispensing(number, *outcomes, **more), by)


def line(label: str = "PARACETAMOL 500 mg, comprimé", **more: Any) -> dict[str, Any]:
    return {"product": {"label": label}, "quantity": 2} | more


def asked(*lines: dict[str, Any], **more: Any) -> c.Issue:
    given = {"lines": list(lines or [line()])} if "content" not in more else {}
    return c.Issue.model_validate({"request_id": uuid4(), "record_id": RECORD, **given} | more)


def dispensing(number: str, *outcomes: dict[str, Any], **more: Any) -> c.Dispense:
    return c.Dispense.model_validate(
        {"request_id": uuid4(), "number": number, "outcomes": list(outcomes)} | more
    )


def given(quantity: int, on: int = 1, what: str = "dispensed", **more: Any) -> dict[str, Any]:
    return {"line": on, "what": what, "quantity": quantity} | more
