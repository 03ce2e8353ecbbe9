"""Agenda as deployed: its own processes, with identity, access and keyring, on a real broker."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from scripts.machine.rabbitmq import Broker
from shared.kernel.errors import Forbidden, InvalidRequest
from tests.agenda.bundles import INS_SYSTEM, booked, bundle
from tests.agenda.ics import calendar, vevent
from tests.identity.people import TRAITS, new_ins
from tests.support.deadline import eventually
from tests.support.running import Running, running

HOSPITAL = {"SubjectOrganizationID": "1750712184"}
DOCTOR = {"SubjectNameID": "899700366240", "SubjectOrganizationID": "1750712184"}
WORD = "ChimiothérapieDeTest"


@pytest.fixture(scope="module")
def carnet(broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(
        broker.uri(broker.new_vhost()),
        tmp_path_factory.mktemp("agenda"),
        ["keyring.rpc"],
        ["catalogue.rpc", "catalogue.project", "identity.rpc", "identity.project"],
        ["identity.timers", "access.rpc", "access.follow", "profile.rpc", "profile.project"],
        ["agenda.rpc", "agenda.project", "agenda.follow", "agenda.timers"],
    ) as services:
        yield services


@pytest.fixture(scope="module")
def person(carnet: Running) -> dict[str, Any]:
    """An open record, as access and agenda know it."""
    ins = new_ins()
    made = carnet.command("identity.announce_record", "operator", {"traits": TRAITS, "ins": ins})
    record_id = made["record_id"]
    carnet.move(timedelta(days=42))
    eventually(lambda: may_read(carnet, record_id), within=30)
    return {"record_id": record_id, "ins": ins}


def may_read(carnet: Running, record_id: str) -> bool:
    with suppress(Forbidden):
        carnet.call("agenda.appointments", "patient", {"record_id": record_id}, record_id=record_id)
        return True
    return False


def as_patient(carnet: Running, method: str, person: dict[str, Any], **said: Any) -> Any:
    record = {"record_id": person["record_id"]}
    call = carnet.call if method in QUERIES else carnet.command
    return call(f"agenda.{method}", "patient", record | said, **record)


QUERIES = {"appointments", "reminders", "prevention_plan", "export_calendar"}


def published(carnet: Running) -> list[str]:
    pulled = carnet.call_as_service("audit", "agenda.events", {"after": 0, "limit": 100})
    return [envelope["type"].removeprefix("agenda.") for envelope in pulled["envelopes"]]


def day(carnet: Running, ahead: int) -> str:
    return (carnet.clock.now() + timedelta(days=ahead)).strftime("%Y%m%d")


def test_a_person_s_day(carnet: Running, person: dict[str, Any]) -> None:
    """
    Added, imported, read at once, exported without a word, told in time; a hospital feeds by INS.
    """
    starts = (carnet.clock.now() + timedelta(days=10)).isoformat()
    added = as_patient(carnet, "add_appointment", person, title=WORD, starts_at=starts)
    ics = calendar(vevent("a@clinic", f"DTSTART:{day(carnet, 20)}T093000Z", f"SUMMARY:{WORD}"))
    done = as_patient(carnet, "import_calendar", person, ics=ics)
    assert done["counts"] == {"added": 1}
    participant = {"system": INS_SYSTEM, "value": person["ins"]["value"]}
    content = bundle(
        booked(
            start=(carnet.clock.now() + timedelta(days=30)).isoformat(),
            end=(carnet.clock.now() + timedelta(days=30, hours=1)).isoformat(),
            participant=[{"actor": {"type": "Patient", "identifier": participant}}],
        )
    )
    named = {"ins": person["ins"]["value"], "ins_oid": person["ins"]["oid"]}
    fed = carnet.command(
        "agenda.import_appointments", "facility", named | {"bundle": content}, **HOSPITAL
    )
    assert fed["counts"] == {"added": 1}

    at_least = {"agenda": fed["position"]}
    seen = as_patient(carnet, "appointments", person, at_least=at_least)

    assert [item["title"] for item in seen["items"]] == [WORD, WORD, "Téléconsultation"]
    assert [item["read_only"] for item in seen["items"]] == [False, False, True]
    exported = as_patient(carnet, "export_calendar", person)["ics"]
    assert exported.count("BEGIN:VEVENT") == 3
    assert WORD not in exported
    fields = {"appointment_id": added["appointment_id"]}
    as_patient(carnet, "cancel_appointment", person, **fields)


def test_reminders_and_prevention_are_told_by_time(carnet: Running, person: dict[str, Any]) -> None:
    """
    The timers look at what is due; others hear of it; the plan knows the person's age and sex.
    """
    tomorrow = (carnet.clock.now() + timedelta(days=1)).strftime("%Y-%m-%d")
    as_patient(carnet, "add_reminder", person, title=WORD, date=tomorrow)
    plan = as_patient(carnet, "prevention_plan", person)
    codes = {item["code"] for item in plan["items"]}
    assert "DO_CCU_HPV" in codes
    assert "reminder_due" not in published(carnet)
    eventually(lambda: "prevention_due" in published(carnet), within=20)

    carnet.move(timedelta(days=44))

    eventually(lambda: "reminder_due" in published(carnet), within=20)
    (reminder,) = as_patient(carnet, "reminders", person)["items"]
    assert reminder["title"] == WORD


def test_a_vaccination_of_the_profile_is_done_in_the_plan(
    carnet: Running, person: dict[str, Any]
) -> None:
    """
    Entered in the profile by its ATC code, heard of as a message: the booster of 45 years is done.
    """
    record = {"record_id": person["record_id"]}
    vaccine = {"label": "Revaxis", "code": "J07CA01", "date": "2025-05-02"}
    entry = {"section": "vaccinations", "entry": vaccine}

    def booster() -> tuple[str, str | None]:
        items = as_patient(carnet, "prevention_plan", person, include_past=True)["items"]
        (found,) = (item for item in items if item["item"].startswith("dTP45:"))
        return found["state"], found["done_on"]

    assert booster() == ("not_specified", None)
    carnet.command("profile.add_entry", "patient", record | entry, **record)

    eventually(lambda: booster() == ("done", "2025-05-02"), within=20)


def test_who_may_not_is_refused_over_the_wire(carnet: Running, person: dict[str, Any]) -> None:
    """
    Access decides: no consent, no reading; an application without authorisation feeds nothing.
    """
    record = {"record_id": person["record_id"]}
    with pytest.raises(Forbidden) as refusal:
        carnet.call("agenda.appointments", "professional", record, **DOCTOR)
    assert refusal.value.decision_id
    with pytest.raises(Forbidden):
        carnet.command(
            "agenda.import_appointments",
            "application",
            record | {"bundle": bundle(booked())},
            client_id="app",
            **record,
        )
    with pytest.raises(InvalidRequest) as invalid:
        as_patient(carnet, "add_appointment", person, title="x" * 101, day="2027-01-01")
    assert set(invalid.value.fields) == {"title"}


def test_nothing_in_clear_is_written(carnet: Running, person: dict[str, Any]) -> None:
    """
    Logs, event store and read models of agenda hold no word of an appointment, and no code.
    """
    as_patient(carnet, "add_appointment", person, title=WORD, day="2027-06-01", name="DrMorel")
    as_patient(carnet, "prevention_plan", person)
    written = carnet.logs().encode()
    written += b"".join(f.read_bytes() for f in carnet.home.glob("agenda*.db*"))

    assert b"add_appointment" in written
    for secret in (WORD.encode(), b"DrMorel", b"2027-06-01", b"DO_CCU", b"1979-03-28"):
        assert secret not in written


def test_a_closed_record_takes_nothing_and_tells_nothing(
    carnet: Running, person: dict[str, Any]
) -> None:
    """
    At the answer of closing: refused to the person themself.
    """
    record = {"record_id": person["record_id"]}
    carnet.command("identity.close", "operator", record | {"motive": "person_request"})

    for method, said in (
        ("appointments", {}),
        ("prevention_plan", {}),
        ("add_reminder", {"title": "x", "date": "2030-01-01"}),
    ):
        with pytest.raises(Forbidden):
            as_patient(carnet, method, person, **said)
