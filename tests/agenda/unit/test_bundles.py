"""FHIR bundles of services: each entry by itself, for the right person, from the right service."""

from typing import Any
from uuid import uuid4

import pytest
from pydantic import ValidationError

from services.agenda.contract import CONTRACT
from services.agenda.contract.imports import ImportAppointments, Imported
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.errors import Forbidden, InvalidRequest, TooMany
from shared.rpc.authorise import check_condition
from tests.agenda.bundles import INS_SYSTEM, booked, bundle, importing_bundle
from tests.agenda.world import (
    BOOKING,
    HOSPITAL,
    INS,
    OTHER_HOSPITAL,
    OTHER_INS,
    OTHER_RECORD,
    RECORD,
    UNKNOWN_APP,
    World,
)


def take(world: World, *resources: Any, by: Actor = HOSPITAL, **changes: Any) -> Imported:
    return world.app.import_appointments(importing_bundle(bundle(*resources), **changes), by)


def patient(value: str) -> dict[str, Any]:
    actor = {"type": "Patient", "identifier": {"system": INS_SYSTEM, "value": value}}
    return {"actor": actor, "status": "accepted"}


def test_all_that_an_appointment_says_is_kept(world: World) -> None:
    """
    Actors by their national ids, the place, the speciality, what to bring.
    """
    assert take(world, booked()).counts == {"added": 1}

    (seen,) = world.show()

    assert (seen.title, seen.name, seen.speciality) == (
        "Téléconsultation", "Dr Claire Morel", "Médecine générale",
    )  # fmt: skip
    assert (seen.professional, seen.facility) == ("899700366240", "1750712184")
    assert (seen.address, seen.comment) == ("3 rue des Lilas, Lyon", "Apporter la carte Vitale.")
    assert seen.type is not None
    assert (seen.type.value, seen.status.value) == ("PRACTITIONER", "BOOKED")
    assert (seen.author.source.value, seen.author.id) == ("facility", "1750712184")


@pytest.mark.parametrize(
    ("status", "shown"),
    [
        ("proposed", "PROPOSED"), ("pending", "PENDING"), ("booked", "BOOKED"),
        ("arrived", "ARRIVED"), ("fulfilled", "FULFILLED"), ("noshow", "NOSHOW"),
        ("checked-in", "CHECKEDIN"), ("waitlist", "WAITLIST"), ("cancelled", "CANCELLED"),
        ("entered-in-error", "ENTEREDINERROR"),
    ],
)  # fmt: skip
def test_every_status_of_fhir(world: World, status: str, shown: str) -> None:
    """
    AppointmentStatus of FHIR R4, all ten; the last two do not take place.
    """
    take(world, booked(status=status))

    ended = shown in {"CANCELLED", "ENTEREDINERROR"}
    assert [v.status.value for v in world.show()] == ([] if ended else [shown])
    assert [v.status.value for v in world.show(include_cancelled=True)] == [shown]


def test_the_newest_version_wins_in_any_order(world: World) -> None:
    """
    meta.lastUpdated says which; a cancellation may come without the hours.
    """
    new = booked(description="Reporté", meta={"lastUpdated": "2026-11-21T10:00:00Z"})
    gone = booked(status="cancelled", meta={"lastUpdated": "2026-11-22T10:00:00Z"})
    gone.pop("start")

    outcomes = [
        str(take(world, resource).parts[0].outcome) for resource in (new, booked(), new, gone, new)
    ]

    assert outcomes == ["added", "outdated", "unchanged", "cancelled", "unchanged"]
    (seen,) = world.show(include_cancelled=True)
    assert (seen.title, seen.status.value) == ("Reporté", "CANCELLED")


def test_a_service_changes_only_what_it_wrote_itself(world: World) -> None:
    """
    The same number in two systems is two appointments.
    """
    take(world, booked(), by=HOSPITAL)
    take(world, booked(description="Autre", meta={}), by=OTHER_HOSPITAL)
    take(world, booked(description="Encore", meta={}), by=BOOKING)

    assert len(world.show()) == 3
    take(world, booked(status="cancelled", meta={}), by=OTHER_HOSPITAL)
    assert sorted(view.title for view in world.show()) == ["Encore", "Téléconsultation"]


def test_what_is_broken_is_named_and_the_rest_is_taken(world: World) -> None:
    """
    One bad entry must not cost the others.
    """
    missing = booked("no-status")
    missing.pop("status")
    never = booked("no-start")
    never.pop("start")
    imported = take(
        world,
        booked("good-1"),
        missing,
        booked("bad-start", start="tomorrow"),
        never,
        booked("local", start="2026-12-01T09:30:00"),
        booked("backwards", end="2026-12-01T09:00:00+01:00"),
        booked("nobody", participant=[]),
        booked(identifier=[]),
        {"resourceType": "Slot", "id": "1"},
        "not a resource",
        booked("good-2"),
    )

    assert imported.counts == {"added": 2, "refused": 9}
    refused = [set(p.fields) for p in imported.parts if p.outcome == "refused"]
    assert refused == [
        {"status"}, {"start"}, {"start"}, {"start"}, {"start"}, {"participant"}, {"identifier"},
        {"resourceType"}, {"resourceType"},
    ]  # fmt: skip
    assert "tomorrow" not in str(imported)


@pytest.mark.parametrize(
    "content",
    [{}, {"resourceType": "Appointment"}, {"resourceType": "Bundle", "type": "nonsense"},
     {"resourceType": "Bundle", "type": ["batch"]},
     {"resourceType": "Bundle", "type": "batch", "entry": "x"}],
)  # fmt: skip
def test_what_is_no_bundle_is_refused_whole(world: World, content: dict[str, Any]) -> None:
    """
    Nothing is written.
    """
    with pytest.raises(InvalidRequest):
        world.app.import_appointments(importing_bundle(content), HOSPITAL)
    assert world.topics() == []


def test_an_address_that_is_no_text_points_at_nobody(world: World) -> None:
    """
    One broken Patient must not cost the appointments beside it.
    """
    person = {"resourceType": "Patient", "identifier": [{"system": INS_SYSTEM, "value": INS[0]}]}
    content = bundle(booked())
    content["entry"].append({"fullUrl": {"x": 1}, "resource": person})

    done = world.app.import_appointments(importing_bundle(content), HOSPITAL)

    assert done.counts == {"added": 1, "refused": 1}


def test_a_bundle_has_a_limit(world: World) -> None:
    """
    The world's is 50 entries.
    """
    with pytest.raises(TooMany):
        take(world, *(booked(str(n)) for n in range(51)))


def test_an_appointment_of_another_person_is_refused(world: World) -> None:
    """
    Identity vigilance: named by INS in the entry, or by a Patient of the bundle, it must be theirs.
    """
    other = {
        "resourceType": "Patient",
        "id": "p2",
        "identifier": [{"system": INS_SYSTEM, "value": OTHER_INS[0]}],
    }
    referring = booked("by-reference", participant=[{"actor": {"reference": "Patient/p2"}}])
    imported = take(
        world,
        booked("theirs", participant=[patient(INS[0])]),
        booked("other", participant=[patient(OTHER_INS[0])]),
        booked("malformed", participant=[patient("12")]),
        booked("unknown", participant=[patient("160058815400233")]),
        referring,
        other,
    )

    by_uid = {part.uid: part for part in imported.parts if part.uid}
    wrong = [uid for uid, part in by_uid.items() if "participant" in part.fields]
    assert imported.counts == {"added": 1, "refused": 5}
    assert [uid.partition("|")[2] for uid in wrong] == [
        "other", "malformed", "unknown", "by-reference",
    ]  # fmt: skip


def test_a_number_of_the_hospital_s_own_names_nobody(world: World) -> None:
    """
    A Patient of the bundle has one beside the INS, or instead of it: only the INS is compared.
    """
    own = {"system": "urn:oid:1.2.250.1.999.7", "value": OTHER_INS[0]}
    people = {
        "p1": [own, {"system": INS_SYSTEM, "value": INS[0]}],
        "p2": [own],
        "p3": [{"system": INS_SYSTEM}, None],
    }

    imported = take(
        world,
        *({"resourceType": "Patient", "id": i, "identifier": ids} for i, ids in people.items()),
        *(booked(i, participant=[{"actor": {"reference": f"Patient/{i}"}}]) for i in people),
    )

    assert [part.outcome for part in imported.parts if part.uid] == ["added"] * 3


def test_a_hospital_knows_people_by_their_ins(world: World) -> None:
    """
    The INS finds the record; an unknown one is refused like a record one may not feed.
    """
    done = take(world, booked(), record_id=None, ins=INS[0], ins_oid=INS[1])
    assert done.counts == {"added": 1}
    assert len(world.show()) == 1

    with pytest.raises(Forbidden) as refusal:
        take(world, booked(), record_id=None, ins="160058815400233", ins_oid=INS[1])
    assert refusal.value.fields == {}


@pytest.mark.parametrize(
    "target",
    [
        {"record_id": None},
        {"ins": INS[0]},
        {"record_id": None, "ins": INS[0]},
        {"ins": INS[0], "ins_oid": INS[1]},
    ],
)
def test_one_person_is_named_once(target: dict[str, Any]) -> None:
    """
    A record or an INS with its OID, never both, never neither.
    """
    with pytest.raises(ValidationError):
        importing_bundle(bundle(booked()), **target)


def test_only_authorised_services_feed(world: World) -> None:
    """
    An application without the person's authorisation is refused by access.
    """
    with pytest.raises(Forbidden):
        take(world, booked(), by=UNKNOWN_APP)
    assert world.topics() == []


def test_a_token_of_an_application_is_for_one_record() -> None:
    """
    Before access is asked: it names the record, and no other may be fed with it.
    """
    method = CONTRACT.by_name["import_appointments"]
    own = ImportAppointments(request_id=uuid4(), record_id=RECORD, bundle={})
    other = ImportAppointments(request_id=uuid4(), record_id=OTHER_RECORD, bundle={})
    by_ins = ImportAppointments(request_id=uuid4(), ins=INS[0], ins_oid=INS[1], bundle={})
    nowhere = Actor(kind=ActorKind.APPLICATION, id="booking-app")

    check_condition(method, own, BOOKING)
    check_condition(method, by_ins, HOSPITAL)
    for request, by in ((other, BOOKING), (by_ins, BOOKING), (own, nowhere)):
        with pytest.raises(Forbidden):
            check_condition(method, request, by)


def test_without_an_end_its_minutes_count(world: World) -> None:
    """
    ``minutesDuration`` of FHIR R4, where ``end`` is not said; ``end`` where both are.
    """
    timed = {"minutesDuration": 20}
    open_ended = booked("rdv-2", **timed)
    del open_ended["end"]
    take(world, booked("rdv-1", **timed), open_ended)

    lengths = [(one.ends_at - one.starts_at).total_seconds() / 60 for one in world.show()]
    assert sorted(lengths) == [15, 20]


@pytest.mark.parametrize(
    "moment",
    ["9999-12-31T23:59:59-12:00", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00"],
)
@pytest.mark.parametrize(
    ("changes", "field"),
    [(("start", "end"), "start"), (("end",), "end"), (("meta",), "meta.lastUpdated")],
)
def test_a_moment_at_the_end_of_the_calendar_spoils_no_other_entry(
    world: World, moment: str, changes: tuple[str, ...], field: str
) -> None:
    """
    Software that has no date says the first or the last that it knows.
    """
    said = {name: {"lastUpdated": moment} if name == "meta" else moment for name in changes}
    given = bundle(booked("rdv-1", **said), booked("rdv-2"))
    refused, taken = world.app.import_appointments(importing_bundle(given), BOOKING).parts

    assert refused.outcome == "refused"
    assert field in refused.fields
    assert taken.outcome == "added"
