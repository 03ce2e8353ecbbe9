"""A profile with a real log, read models, units and PDF; access decides by its own
rules; identity and the vault are played by doubles that say who sees what."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from services.access.domain.grants import Allowed
from services.profile.adapters.biology import BiologyReports
from services.profile.adapters.pdf import PrintedSummary
from services.profile.adapters.reference import (
    read_biology,
    read_growth,
    read_kinds,
    read_questionnaires,
)
from services.profile.adapters.units import PintUnits
from services.profile.application import Profile
from services.profile.application.log import Parts
from services.profile.contract import measures as m
from services.profile.contract import requests as r
from services.profile.domain.measuring import Measuring
from services.profile.domain.ports import Person, Report
from services.profile.projections.listed import ListedProfiles
from services.profile.projections.sections import Sections
from services.profile.projections.series import MeasureSeries
from shared.crypto.local_keys import LocalKeys
from shared.eventing.view import View
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.clock import FixedClock
from shared.kernel.errors import Forbidden, InvalidRequest
from shared.kernel.gate import NORMALLY, How
from shared.kernel.ins import TEST_OIDS
from shared.kernel.ins_rules import InsRules
from shared.stores.settings import EventStoreSettings
from shared.stores.views import open_documents
from tests.support.judged import JudgedAccess
from tests.support.projecting import catch_up
from tests.support.settings import settings_in

RECORD = UUID("0190a000-0000-7000-8000-000000000001")
OTHER_RECORD = UUID("0190a000-0000-7000-8000-000000000002")
DOCUMENT = UUID("0190a000-0000-7000-8000-0000000000d1")
NOW = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)
INS = "279035121518989"
OID = "1.2.250.1.213.1.4.10"
PATIENT = Actor(kind=ActorKind.PATIENT, id=str(RECORD), record_id=RECORD)
IN_SECRET = Actor(kind=ActorKind.PATIENT, id=str(RECORD), record_id=RECORD, secret=True)
PARENT = Actor(kind=ActorKind.REPRESENTATIVE, id=str(OTHER_RECORD), record_id=RECORD)
DOCTOR = Actor(kind=ActorKind.PROFESSIONAL, id="899700366240", profession="10")
OTHER_DOCTOR = Actor(kind=ActorKind.PROFESSIONAL, id="801234567897", profession="10")
SENSOR = Actor(kind=ActorKind.APPLICATION, id="glucose-sensor", record_id=RECORD)
MEASURING = Measuring(read_kinds(), PintUnits())
"""Made once: the library reads all units there are."""


def right_holders() -> JudgedAccess:
    """The parents of RECORD, two doctors it consented to, and a sensor."""
    access = JudgedAccess()
    access.open(RECORD)
    access.represented_by(RECORD, PARENT)
    access.consent(RECORD, DOCTOR)
    access.consent(RECORD, OTHER_DOCTOR)
    access.allow(RECORD, SENSOR, *measures())
    return access


def measures() -> list[Allowed]:
    """Reads and writes every kind of measure."""
    kinds = sorted(MEASURING.kinds)
    return [
        {"scope": "measure", "action": action, "categories": kinds} for action in ("read", "feed")
    ]


IDENTITY_RULES = InsRules(accepted=TEST_OIDS, strict_keys=frozenset())


@dataclass
class PlayedPeople:
    """``birth_date``: of all of them."""

    birth_date: str = "1979-03-28"
    records: dict[str, UUID] = field(default_factory=lambda: {INS: RECORD})
    names: dict[UUID, str] = field(
        default_factory=lambda: dict.fromkeys((RECORD, OTHER_RECORD), "DOMINIQUE PAT-TROIS")
    )

    def record_of(self, value: str, oid: str) -> UUID | None:
        try:
            ins = IDENTITY_RULES.parse(value, oid)
        except InvalidRequest:
            return None
        return self.records.get(ins.value) if ins.oid == OID else None

    def person_of(self, record_id: UUID, by: Actor) -> Person:
        if record_id not in self.names:
            raise Forbidden
        return Person(name=self.names[record_id], birth_date=self.birth_date, sex="F")


@dataclass
class PlayedPapers:
    """``hidden_from``: ids of those who may not see the one document there is."""

    document: UUID = DOCUMENT
    hidden_from: set[str] = field(default_factory=set)
    content: bytes = b""
    confidentiality: list[str] = field(default_factory=lambda: ["N"])
    replaced: bool = False

    def report(self, document_id: UUID, records: Collection[UUID], by: Actor) -> Report:
        if not self.may_see(document_id, records, by):
            raise Forbidden
        return Report(
            record_id=RECORD,
            content=self.content,
            confidentiality=self.confidentiality,
            replaced=self.replaced,
        )

    def may_see(
        self, document_id: UUID, records: Collection[UUID], by: Actor, how: How = NORMALLY
    ) -> bool:
        return document_id == self.document and RECORD in records and by.id not in self.hidden_from


class World:
    """One profile service and all around it."""

    def __init__(self, home: Path, *, postgres_dsn: str | None = None) -> None:
        self.home = home
        self.access = right_holders()
        self.papers = PlayedPapers()
        self.clock = FixedClock(NOW)
        self.people = PlayedPeople()
        self.keys = LocalKeys(bytes(32), "profile")
        common = settings_in(home)
        self.sections, self.series = (
            open_documents(common, "profile", view) for view in (Sections, MeasureSeries)
        )
        self.app = Profile(
            EventStoreSettings(data_dir=home, postgres_dsn=postgres_dsn),
            self.keys,
            self.clock,
            Parts(
                access=self.access,
                people=self.people,
                papers=self.papers,
                reports=BiologyReports(read_biology(), MEASURING.kinds),
                listed=ListedProfiles(
                    self.sections, self.series, self.keys, lambda: self.app.secret
                ),
                printer=PrintedSummary(),
                measuring=MEASURING,
                questionnaires=read_questionnaires(),
                growth=read_growth(),
                max_measures=5_000,
            ),
        )
        self.views = (
            View(Sections(self.keys), self.sections),
            View(MeasureSeries(self.keys, self.app.secret), self.series),
        )

    def project(self) -> None:
        """Bring the read models up to the log."""
        catch_up(self.app, *self.views)

    def topics(self) -> list[str]:
        return [row.topic for row in self.app.read(0, 10_000)]

    def add(self, section: str, by: Actor = PATIENT, **how: Any) -> UUID:
        """``how``: ``entry``, ``links``, ``hidden_from`` of the request."""
        request = r.AddEntry.model_validate(
            {"request_id": uuid4(), "record_id": RECORD, "section": section} | how
        )
        answer = self.app.add_entry(request, by)
        self.project()
        return answer.entry_id

    def change(self, entry_id: UUID, section: str, by: Actor = PATIENT, **how: Any) -> None:
        request = r.ChangeEntry.model_validate(
            {"request_id": uuid4(), "entry_id": entry_id, "section": section} | how
        )
        self.app.change_entry(request, by)
        self.project()

    def hide(self, entry_id: UUID, *hidden_from: str, by: Actor = PATIENT) -> None:
        request = r.SetVisibility.model_validate(
            {"request_id": uuid4(), "entry_id": entry_id, "hidden_from": list(hidden_from)}
        )
        self.app.set_visibility(request, by)
        self.project()

    def remove(self, entry_id: UUID, by: Actor = PATIENT) -> None:
        self.app.remove_entry(r.RemoveEntry(request_id=uuid4(), entry_id=entry_id), by)
        self.project()

    def profile(self, by: Actor = PATIENT) -> r.Profile:
        return self.app.get_profile(r.GetProfile(record_id=RECORD), by)

    def labels(self, by: Actor, section: str = "allergies") -> list[str]:
        return [view.entry["label"] for view in self.profile(by).sections.get(section, [])]

    def record(self, *measures: dict[str, Any], by: Actor = PATIENT) -> m.MeasuresRecorded:
        request = m.RecordMeasures.model_validate(
            {"request_id": uuid4(), "record_id": RECORD, "measures": list(measures)}
        )
        answer = self.app.record_measures(request, by)
        self.project()
        return answer

    def listed(self, kind: str, by: Actor = PATIENT, **how: Any) -> m.Measures:
        request = m.ListMeasures.model_validate({"record_id": RECORD, "kind": kind} | how)
        return self.app.measures(request, by)

    def bring(self, bundle: dict[str, Any], by: Actor = SENSOR) -> m.ObservationsImported:
        request = m.ImportObservations(request_id=uuid4(), record_id=RECORD, bundle=bundle)
        answer = self.app.import_observations(request, by)
        self.project()
        return answer


def measure(
    kind: str, *values: float, unit: str, at: str = "2026-11-20T07:00:00Z", **more: Any
) -> dict[str, Any]:
    return {"kind": kind, "values": list(values), "unit": unit, "at": at} | more
