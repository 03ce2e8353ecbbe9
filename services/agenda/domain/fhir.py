"""Appointments of a FHIR R4 bundle as revisions: what does not fit is named, the rest is taken.

Resource Appointment (hl7.org/fhir/R4/appointment.html), the French profile FrAppointment, and
that of the regulated access to care (SAS), where actors are named by identifier.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from services.agenda.domain import facts as f
from services.agenda.domain.slot import WHOLE, Place, Revision
from services.agenda.domain.when import FIRST_YEAR, HOME, LAST_YEAR, BadWhen, When
from shared.kernel.errors import InvalidRequest, TooMany
from shared.kernel.ins import PRODUCTION_OIDS, TEST_OIDS

PROFESSIONALS = {"urn:oid:1.2.250.1.71.4.2.1", "https://rpps.esante.gouv.fr"}
"""Systems of national ids of professionals (PS_IdNat, RPPS)."""
FACILITIES = {"urn:oid:1.2.250.1.71.4.2.2", "https://finess.esante.gouv.fr"}
BUNDLES = {"collection", "batch", "transaction", "message", "searchset", "document", "history"}
_CANCELLED = {"cancelled", "entered-in-error"}
_INS = {f"urn:oid:{oid}": oid for oid in PRODUCTION_OIDS | TEST_OIDS}

Text = str | None


class _Part(BaseModel):
    """What is read of a resource; the rest is left where it is."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class _Coding(_Part):
    display: Text = None
    code: Text = None


class _Concept(_Part):
    coding: list[_Coding] = []
    text: Text = None

    @property
    def shown(self) -> str:
        shown = (self.text, *(c.display for c in self.coding))
        return next((text for text in shown if text), "")


class _Identifier(_Part):
    system: Text = None
    value: str = Field(min_length=1, max_length=255)


class _Reference(_Part):
    reference: Text = None
    display: Text = None
    type: Text = None
    identifier: _Identifier | None = None

    @property
    def kind(self) -> str:
        return self.type or (self.reference or "").rpartition("/")[0].rpartition("/")[2]


class _Participant(_Part):
    actor: _Reference | None = None


def _reasonable(moment: datetime) -> datetime:
    """Before anything is computed with it: year 9999 has no next hour."""
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ValueError(f"is not between {FIRST_YEAR} and {LAST_YEAR}")
    return moment


Moment = Annotated[AwareDatetime, AfterValidator(_reasonable)]


class _Meta(_Part):
    lastUpdated: Moment | None = None  # noqa: N815 - FHIR's name


class _Appointment(_Part):
    resourceType: Literal["Appointment"]  # noqa: N815 - FHIR's name
    id: Text = None
    meta: _Meta = _Meta()
    identifier: list[_Identifier] = []
    status: Literal[
        "proposed", "pending", "booked", "arrived", "fulfilled", "cancelled", "noshow",
        "entered-in-error", "checked-in", "waitlist",
    ]  # fmt: skip
    serviceType: list[_Concept] = []  # noqa: N815 - FHIR's name
    specialty: list[_Concept] = []
    description: Text = None
    start: Moment | None = None
    end: Moment | None = None
    minutesDuration: int | None = Field(default=None, ge=1, le=525_600)  # noqa: N815 - FHIR's name
    comment: Text = None
    patientInstruction: Text = None  # noqa: N815 - FHIR's name
    participant: list[_Participant] = Field(min_length=1)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One entry of the bundle. ``uid``: its business identifier. ``patients``: INS (value, OID)
    of whom it says it is for. ``revision`` is ``None`` if it is not taken: ``faults`` say why.
    """

    uid: str | None = None
    patients: tuple[tuple[str, str], ...] = ()
    revision: Revision | None = None
    faults: Mapping[str, str] = field(default_factory=dict)


def read_bundle(bundle: Mapping[str, Any], now: datetime, limit: int) -> list[Entry]:
    """Every entry, in order. ``now`` stands for a revision that does not say when it was made.

    Raises :class:`InvalidRequest` for what is no bundle, and :class:`TooMany`.
    """
    if bundle.get("resourceType") != "Bundle" or str(bundle.get("type")) not in BUNDLES:
        raise InvalidRequest(fields={"bundle": "is no FHIR R4 bundle of a type that is taken"})
    entries = bundle.get("entry") or []
    if not isinstance(entries, list):
        raise InvalidRequest(fields={"bundle.entry": "is a list"})
    if len(entries) > limit:
        raise TooMany(f"at most {limit} entries at once", fields={"bundle.entry": "too many"})
    resources = [_resource(entry) for entry in entries]
    insured = dict(_insured(entries))
    return [_entry(resource, insured, now) for resource in resources]


def _resource(entry: Any) -> Mapping[str, Any]:
    found = entry.get("resource") if isinstance(entry, dict) else None
    return found if isinstance(found, dict) else {}


def _insured(entries: Sequence[Any]) -> Iterator[tuple[str, tuple[str, str]]]:
    """Patients of the bundle itself: the references that point at them, and their INS."""
    for entry in entries:
        resource = _resource(entry)
        if resource.get("resourceType") != "Patient":
            continue
        names = {f"Patient/{resource.get('id')}", str(entry.get("fullUrl") or "")}
        identifiers = resource.get("identifier")
        for identifier in identifiers if isinstance(identifiers, list) else ():
            if ins := _ins(identifier):
                yield from ((name, ins) for name in names if name)


def _ins(identifier: Any) -> tuple[str, str] | None:
    if not isinstance(identifier, dict):
        return None
    oid, value = _INS.get(str(identifier.get("system"))), identifier.get("value")
    return (value, oid) if oid and isinstance(value, str) else None


def _entry(
    resource: Mapping[str, Any], insured: Mapping[str, tuple[str, str]], now: datetime
) -> Entry:
    if resource.get("resourceType") != "Appointment":
        return Entry(faults={"resourceType": "is no Appointment"})
    try:
        said = _Appointment.model_validate(resource)
    except ValidationError as error:
        return Entry(faults={_path(e["loc"]): str(e["msg"]) for e in error.errors()})
    uid = _uid(said)
    if uid is None:
        return Entry(faults={"identifier": "is missing, and so is id"})
    try:
        when = _when(said)
    except BadWhen as why:
        return Entry(uid=uid, faults={"start": str(why)})
    cancels = said.status in _CANCELLED
    if when is None and not cancels:
        return Entry(uid=uid, faults={"start": "is missing"})
    revision = Revision(
        slot=WHOLE,
        place=Place.of(0, said.meta.lastUpdated or now),
        facts=_facts(said, when) if when else None,
        cancels=cancels,
    )
    return Entry(uid=uid, patients=tuple(_patients(said, insured)), revision=revision)


def _path(location: Sequence[int | str]) -> str:
    return ".".join(map(str, location))


def _uid(said: _Appointment) -> str | None:
    if said.identifier:
        first = said.identifier[0]
        return f"{first.system or ''}|{first.value}"
    return f"id|{said.id}" if said.id else None


def _when(said: _Appointment) -> When | None:
    if said.start is None:
        return None
    end = said.end
    if end is None and said.minutesDuration:
        end = said.start + timedelta(minutes=said.minutesDuration)
    return When.of_instants(said.start, end, HOME)


def _patients(
    said: _Appointment, insured: Mapping[str, tuple[str, str]]
) -> Iterator[tuple[str, str]]:
    for actor in (p.actor for p in said.participant if p.actor):
        named = actor.identifier
        oid = _INS.get(named.system or "") if named else None
        if named and oid:
            yield named.value, oid
        elif actor.reference and actor.reference in insured:
            yield insured[actor.reference]


def _facts(said: _Appointment, when: When) -> f.Facts:
    actors = [p.actor for p in said.participant if p.actor]
    people = [a for a in actors if a.kind in {"Practitioner", "PractitionerRole"}]
    places = [a for a in actors if a.kind in {"HealthcareService", "Organization"}]
    sites = [a for a in actors if a.kind == "Location"]
    speciality = next((c.shown for c in (*said.specialty, *said.serviceType) if c.shown), "")
    name = next((a.display for a in (*people, *places) if a.display), "")
    comment = said.patientInstruction or said.comment or ""
    return f.Facts(
        title=f.line(said.description or "", f.TITLE) or f.UNTITLED,
        when=when,
        type=f.With.PRACTITIONER if people else f.With.HEALTHCARE_SERVICE if places else None,
        name=f.line(name, f.NAME),
        speciality=f.line(speciality, f.NAME),
        address=f.line(next((a.display for a in sites if a.display), ""), f.ADDRESS),
        comment=f.lines(comment, f.COMMENT),
        professional=_national_id(actors, PROFESSIONALS),
        facility=_national_id(actors, FACILITIES),
        status=_STATUS[said.status],
    )


_STATUS = {
    "proposed": f.Status.PROPOSED,
    "pending": f.Status.PENDING,
    "booked": f.Status.BOOKED,
    "arrived": f.Status.ARRIVED,
    "fulfilled": f.Status.FULFILLED,
    "cancelled": f.Status.CANCELLED,
    "noshow": f.Status.NOSHOW,
    "entered-in-error": f.Status.ENTEREDINERROR,
    "checked-in": f.Status.CHECKEDIN,
    "waitlist": f.Status.WAITLIST,
}


def _national_id(actors: Sequence[_Reference], systems: set[str]) -> str | None:
    found = (a.identifier.value for a in actors if a.identifier and a.identifier.system in systems)
    return next(found, None)
