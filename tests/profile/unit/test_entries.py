"""Entries of a profile: who writes, who sees, what stays."""

from dataclasses import replace
from uuid import uuid4

import pytest
from pydantic import ValidationError

from services.profile.contract import requests as r
from services.profile.domain.errors import AlreadyRemoved, AlreadyThere, NotSecret, WrittenByAnother
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.errors import Conflict, Forbidden, InvalidRequest
from tests.profile.world import (
    DOCTOR,
    DOCUMENT,
    IN_SECRET,
    OTHER_DOCTOR,
    OTHER_RECORD,
    PARENT,
    PATIENT,
    RECORD,
    SENSOR,
    World,
)

PENICILLIN = {"label": "Pénicilline", "severity": "severe"}
ASTHMA = {"label": "Asthme", "start": "2019-04"}


def test_an_entry_is_shown_with_who_entered_it(world: World) -> None:
    """
    A reader weighs what a doctor entered and what the person did differently.
    """
    world.add("allergies", entry=PENICILLIN)
    world.add("diseases", by=DOCTOR, entry=ASTHMA)

    shown = world.profile().sections

    assert shown["allergies"][0].entry == PENICILLIN
    assert shown["allergies"][0].entered_by == r.By(kind="patient")
    assert shown["diseases"][0].entered_by == r.By(kind="professional", id=DOCTOR.id)


def test_masked_from_professionals_but_its_author(world: World) -> None:
    """
    CSP R.1111-49: entry by entry, the person says what professionals see.
    """
    world.add("allergies", entry=PENICILLIN, hidden_from=["professionals"])
    by_doctor = world.add("allergies", by=DOCTOR, entry={"label": "Arachide"})
    world.hide(by_doctor, "professionals")

    assert sorted(world.labels(PATIENT)) == ["Arachide", "Pénicilline"]
    assert world.labels(DOCTOR) == ["Arachide"]
    assert world.labels(OTHER_DOCTOR) == []

    world.hide(by_doctor)
    assert world.labels(OTHER_DOCTOR) == ["Arachide"]


def test_what_a_minor_enters_in_secret_is_not_for_parents(world: World) -> None:
    """
    CSP L.1111-5: nothing of a secret session reaches representatives, whatever is asked.
    """
    entry = world.add("treatments", by=IN_SECRET, entry={"label": "Contraception"})

    assert world.labels(PARENT, "treatments") == []
    assert world.labels(PATIENT, "treatments") == ["Contraception"]
    with pytest.raises(Forbidden):
        world.remove(entry, by=PARENT)


def test_a_secret_session_leaves_no_trace_on_what_parents_see(world: World) -> None:
    """
    A change in secret of what parents see would show that there was a secret session.
    """
    entry = world.add("diseases", entry=ASTHMA)

    with pytest.raises(NotSecret):
        world.change(entry, "diseases", by=IN_SECRET, entry={"label": "Autre"})
    with pytest.raises(NotSecret):
        world.remove(entry, by=IN_SECRET)
    with pytest.raises(NotSecret):
        world.hide(entry, "representatives", by=IN_SECRET)
    assert world.labels(PARENT, "diseases") == ["Asthme"]


def test_nobody_but_the_person_hides_from_representatives(world: World) -> None:
    """
    Representatives cannot hide from one another what is the minor's to hide.
    """
    with pytest.raises(InvalidRequest) as refused:
        world.add("diseases", by=PARENT, entry=ASTHMA, hidden_from=["representatives"])

    assert "hidden_from" in refused.value.fields


def test_the_person_does_not_rewrite_a_professional(world: World) -> None:
    """
    What a professional wrote is theirs to correct; the person may hide it.
    """
    entry = world.add("diseases", by=DOCTOR, entry=ASTHMA)

    with pytest.raises(WrittenByAnother):
        world.change(entry, "diseases", entry={"label": "Rien"})
    with pytest.raises(WrittenByAnother):
        world.remove(entry)
    world.hide(entry, "professionals")
    world.change(entry, "diseases", by=DOCTOR, entry={"label": "Asthme allergique"})

    assert world.labels(PATIENT, "diseases") == ["Asthme allergique"]


def test_only_the_author_manages(world: World) -> None:
    """
    Another professional, and one who guesses an id, are refused alike.
    """
    entry = world.add("diseases", by=DOCTOR, entry=ASTHMA)

    for guess in (entry, uuid4()):
        with pytest.raises(Forbidden) as refused:
            world.remove(guess, by=OTHER_DOCTOR)
        assert refused.value.to_fault().keys() == {"code", "message", "message_fr", "decision_id"}


def test_a_facility_s_software_manages_what_the_facility_put_in(world: World) -> None:
    """
    CSP R.1111-49, management by the author: what its own professionals wrote too, and nothing
    that another facility did.
    """
    hospital, other = (
        Actor(kind=ActorKind.FACILITY, id=finess, facility=finess)
        for finess in ("1750712184", "1690784137")
    )
    consulting = replace(DOCTOR, facility=hospital.id)
    entries = [world.add("diseases", by=by, entry=ASTHMA) for by in (hospital, consulting)]

    for entry in entries:
        with pytest.raises(Forbidden):
            world.remove(entry, by=other)
        world.remove(entry, by=hospital)

    assert world.labels(PATIENT, "diseases") == []


def test_removed_is_gone_and_its_history_is_the_person_s(world: World) -> None:
    """
    History is kept for the person; for others a removed entry is none.
    """
    entry = world.add("diseases", entry=ASTHMA)
    world.change(entry, "diseases", entry={"label": "Asthme sévère"})
    world.remove(entry)
    asked = r.EntryHistory(entry_id=entry)

    assert world.labels(PATIENT, "diseases") == []
    history = world.app.entry_history(asked, PATIENT).items
    assert [change.what for change in history] == ["added", "changed", "removed"]
    assert history[1].entry == {"label": "Asthme sévère"}
    with pytest.raises(Forbidden):
        world.app.entry_history(asked, DOCTOR)
    with pytest.raises(AlreadyRemoved):
        world.remove(entry)
    with pytest.raises(AlreadyRemoved):
        world.hide(entry, "professionals")


def test_history_shows_no_version_that_was_hidden(world: World) -> None:
    """
    Showing an entry today does not show what was written while it was hidden.
    """
    entry = world.add("diseases", entry={"label": "Avant"}, hidden_from=["professionals"])
    world.hide(entry)
    world.change(entry, "diseases", entry={"label": "Après"})

    history = world.app.entry_history(r.EntryHistory(entry_id=entry), DOCTOR).items

    assert [change.what for change in history] == ["visibility", "changed"]


def test_one_blood_group(world: World) -> None:
    """
    Two blood groups in one profile are an error waiting to hurt.
    """
    first = world.add("blood_group", entry={"group": "APOS"})
    with pytest.raises(AlreadyThere):
        world.add("blood_group", entry={"group": "ONEG"})
    world.remove(first)

    again = world.add("blood_group", entry={"group": "ONEG"})

    assert again == first
    with pytest.raises(AlreadyThere):
        world.add("blood_group", entry={"group": "BPOS"})
    world.change(first, "blood_group", entry={"group": "OPOS"})
    assert [v.entry for v in world.profile().sections["blood_group"]] == [{"group": "OPOS"}]


def test_the_place_of_a_hidden_one_tells_nothing(world: World) -> None:
    """
    "There is one already" would tell a parent of what was entered in secret.
    """
    world.add("blood_group", by=IN_SECRET, entry={"group": "APOS"})

    world.add("blood_group", by=PARENT, entry={"group": "ONEG"})

    shown = world.profile(PARENT).sections["blood_group"]
    assert [view.entry for view in shown] == [{"group": "ONEG"}]


def test_links_lead_only_where_one_may_go(world: World) -> None:
    """
    A link to something hidden would show that it is there.
    """
    disease = world.add("diseases", entry=ASTHMA, hidden_from=["professionals"])
    links = [{"kind": "ENTRY", "id": str(disease)}, {"kind": "DOCUMENT", "id": str(DOCUMENT)}]
    world.add("treatments", entry={"label": "Salbutamol"}, links=links)
    world.papers.hidden_from.add(OTHER_DOCTOR.id)

    def kinds(by: object) -> list[str]:
        (treatment,) = world.profile(by).sections["treatments"]  # type: ignore[arg-type]  # an Actor
        return [link.kind for link in treatment.links]

    assert kinds(PATIENT) == ["ENTRY", "DOCUMENT"]
    assert kinds(DOCTOR) == ["DOCUMENT"]
    assert kinds(OTHER_DOCTOR) == []


@pytest.mark.parametrize("kind", ["ENTRY", "DOCUMENT"])
def test_what_is_not_seen_cannot_be_linked_to(world: World, kind: str) -> None:
    """
    Trying ids must tell nobody what is hidden from them.
    """
    hidden = world.add("diseases", entry=ASTHMA, hidden_from=["professionals"])
    world.papers.hidden_from.add(DOCTOR.id)
    there = hidden if kind == "ENTRY" else DOCUMENT

    for guess in (there, OTHER_RECORD):
        link = {"kind": kind, "id": str(guess)}
        with pytest.raises(InvalidRequest) as refused:
            world.add("diseases", by=DOCTOR, entry=ASTHMA, links=[link])
        assert refused.value.fields == {"links.0": "nothing you can link to"}


def test_an_entry_keeps_its_section(world: World) -> None:
    """
    A disease does not become an allergy by a change.
    """
    entry = world.add("diseases", entry=ASTHMA)

    with pytest.raises(InvalidRequest):
        world.change(entry, "allergies", entry=PENICILLIN)


@pytest.mark.parametrize(
    ("section", "entry"),
    [
        ("allergies", {}),
        ("blood_group", {"group": "C+"}),
        ("diseases", {"label": "x", "start": "2020-13"}),
        ("diseases", {"label": "x", "start": "2020-02-30"}),
        ("diseases", {"label": "x", "start": "2020-02", "end": "2019"}),
        ("diseases", {"label": "x", "surprise": 1}),
        ("unknown", {"label": "x"}),
    ],
)
def test_what_does_not_fit_a_section_is_refused(section: str, entry: dict[str, object]) -> None:
    """
    Coded entries are worth what their codes are worth.
    """
    said = {"request_id": uuid4(), "record_id": RECORD, "section": section, "entry": entry}

    with pytest.raises(ValidationError):
        r.AddEntry.model_validate(said)


def test_the_same_request_adds_once(world: World) -> None:
    """
    A caller whose time ran out sends it again.
    """
    said = {"request_id": uuid4(), "record_id": RECORD, "section": "allergies", "entry": PENICILLIN}
    request = r.AddEntry.model_validate(said)

    first, second = world.app.add_entry(request, PATIENT), world.app.add_entry(request, PATIENT)

    assert first == second
    assert world.topics() == ["profile.profile_entry_added"]
    other = r.AddEntry.model_validate(said | {"entry": {"label": "Latex"}})
    with pytest.raises(Conflict):
        world.app.add_entry(other, PATIENT)


def test_nothing_is_taken_without_a_decision(world: World) -> None:
    """
    No rule, no access: neither read nor written.
    """
    world.access.close(RECORD)

    with pytest.raises(Forbidden):
        world.add("allergies", entry=PENICILLIN)
    with pytest.raises(Forbidden):
        world.profile()
    assert world.topics() == []


def test_disks_hold_no_words(world: World) -> None:
    """
    A stolen log or read model says nothing of a person (DESIGN 5).
    """
    world.add("allergies", entry=PENICILLIN, links=[{"kind": "DOCUMENT", "id": str(DOCUMENT)}])

    stored = b"".join(file.read_bytes() for file in world.home.iterdir() if file.is_file())

    assert b"nicilline" not in stored
    assert b"allergies" not in stored
    assert DOCTOR.id.encode() not in stored


def test_a_connected_service_sees_the_sections_it_was_allowed(world: World) -> None:
    """
    It names them; one that was not allowed refuses the whole, and so does what no finality names.
    """
    world.add("allergies", entry={"label": "Latex"})
    world.add("diseases", entry={"label": "Asthme"})
    world.access.allow(
        RECORD,
        SENSOR,
        {"scope": "profile_section", "action": "read", "categories": ["ALLERGIES"]},
        {"scope": "profile_section", "action": "feed", "categories": ["ALLERGIES"]},
    )

    def asked(*sections: str) -> r.GetProfile:
        return r.GetProfile.model_validate({"record_id": RECORD, "sections": list(sections)})

    seen = world.app.get_profile(asked("allergies"), SENSOR)
    assert {name: len(views) for name, views in seen.sections.items()} == {"allergies": 1}
    for sections in (["allergies", "diseases"], ["directives"], ["questionnaires"]):
        with pytest.raises(Forbidden):
            world.app.get_profile(asked(*sections), SENSOR)
    with pytest.raises(InvalidRequest):
        world.app.get_profile(r.GetProfile(record_id=RECORD), SENSOR)
    world.add("allergies", SENSOR, entry={"label": "Noix"})
    with pytest.raises(Forbidden):
        world.add("diseases", SENSOR, entry={"label": "Grippe"})
