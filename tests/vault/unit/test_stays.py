"""What a stay owes: the documents that the law asks for, and those that are there."""

import csv
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from services.vault.adapters.mandatory import read_mandatory
from services.vault.adapters.value_sets import read_value_sets
from services.vault.contract.mandatory import MandatoryDocuments, MissingMandatory, StayChecked
from shared.kernel.actor import Actor
from tests.vault.cda import AUTHOR, cda, replacing
from tests.vault.world import DOCTOR, HOSPITAL, PATIENT, RECORD, World

STAY = {"facility": HOSPITAL.id, "from": "2026-02-01", "to": "2026-02-05"}


def act(first: str, last: str | None = None) -> str:
    stop = f'<high value="{last}"/>' if last else ""
    return (
        f'<documentationOf><serviceEvent><effectiveTime><low value="{first}"/>{stop}'
        "</effectiveTime></serviceEvent></documentationOf>"
    )


def put(world: World, number: int, type_: str, acts: str, **how: Any) -> UUID:
    code = f'<code code="{type_}" codeSystem="2.16.840.1.113883.6.1"/>'
    made = cda(id_=f'<id root="1.2.61" extension="{number}"/>', code=code, acts=acts, **how)
    return world.deposit(made).document_id


def checked(world: World, by: Actor = DOCTOR, **how: Any) -> StayChecked:
    world.project()
    request = MissingMandatory.model_validate({"record_id": RECORD, "episode": {**STAY, **how}})
    return world.vault.missing_mandatory(request, by)


def checked_of(world: World, first: str, last: str | None, **how: Any) -> StayChecked:
    """A stay of other days."""
    return checked(world, **{"from": first, "to": last, **how})


def test_what_a_stay_owes(world: World) -> None:
    """A discharge letter and the discharge documents; more if there was an operation or a
    letter announced it."""
    assert checked(world).missing == ["liaison_sortie", "documents_sortie"]
    assert checked(world, operated=True, planned=True).missing == [
        "liaison_entree",
        "liaison_sortie",
        "documents_sortie",
        "cr_operatoire",
    ]


def test_a_stay_from_the_first_day_of_the_calendar_is_checked_too(world: World) -> None:
    """Software without a date says that day; sixty days before it there is none."""
    before = put(world, 1, "18761-7", act("20260120"))
    answer = checked_of(world, "0001-01-01", "2026-02-05", planned=True)
    assert before in [item.document_id for item in answer.items]


def test_what_is_there_is_missing_no_more(world: World) -> None:
    """One written on the day of discharge, one over the whole stay, one before it."""
    letter = put(world, 1, "11490-0", act("20260205"))
    report = put(world, 2, "34112-3", act("20260201", "20260205"))
    before = put(world, 3, "18761-7", act("20260120"))

    answer = checked(world, planned=True)

    assert answer.missing == []
    assert {item.id: item.document_id for item in answer.items} == {
        "liaison_sortie": letter,
        "documents_sortie": report,
        "liaison_entree": before,
    }


@pytest.mark.parametrize(
    ("acts", "authors"),
    [
        (act("20251220"), None),
        (act("20260310"), None),
        (act("20260203"), "1690784137"),
    ],
    ids=["another stay before", "another stay after", "another hospital"],
)
def test_a_letter_of_another_stay_does_not_count(
    world: World, acts: str, authors: str | None
) -> None:
    writer = AUTHOR.replace("1750712184", authors) if authors else AUTHOR
    by = Actor(kind=HOSPITAL.kind, id=authors) if authors else HOSPITAL
    made = cda(
        code='<code code="11490-0" codeSystem="2.16.840.1.113883.6.1"/>', acts=acts, authors=writer
    )
    world.deposit(made, by=by)

    assert "liaison_sortie" in checked(world).missing


@pytest.mark.parametrize(
    ("written", "counts"),
    [
        ("20260205213000-0400", True),
        ("20260201003000+0400", True),
        ("20260206", False),
        ("20260131", False),
        ("20260206120000+0100", False),
        ("20260131120000+0100", False),
    ],
    ids=["evening in Guadeloupe", "night in La Réunion", "after", "before", "noon after", "noon"],
)
def test_the_days_of_a_stay_are_those_of_where_it_was(
    world: World, written: str, *, counts: bool
) -> None:
    """Written at half past nine on the evening of the discharge, it is the next day in Paris; of
    the night of an admission, the day before."""
    put(world, 1, "11490-0", act(written))

    assert ("liaison_sortie" not in checked(world).missing) is counts


@pytest.mark.parametrize("written", ["99991231230000+0100", "00010101033000+0100"])
def test_an_instant_at_the_end_of_the_calendar_is_of_no_stay(world: World, written: str) -> None:
    """A header may say it, and every other document is answered for all the same."""
    put(world, 1, "11490-0", act(written))

    assert "liaison_sortie" in checked(world).missing


def test_nothing_is_owed_while_the_stay_goes_on(world: World) -> None:
    for going_on in ({"to": None}, {"from": "2026-11-20", "to": "2026-11-30"}):
        answer = checked(world, **going_on)
        assert answer.missing == []
        assert {item.state for item in answer.items} == {"not_due"}


def test_a_letter_is_owed_on_the_day_of_discharge(world: World) -> None:
    """It is handed over when the person leaves (CSP R.1112-1-2)."""
    assert "liaison_sortie" in checked_of(world, "2026-11-18", "2026-11-21").missing


def test_the_letter_that_announces_a_stay_is_owed_from_its_beginning_on(world: World) -> None:
    """Its author is not the hospital: nothing of the stay has to be waited for."""
    answer = checked_of(world, "2026-11-18", None, planned=True)

    assert answer.missing == ["liaison_entree"]


def test_what_was_replaced_answers_no_more(world: World) -> None:
    """A letter that turned out to be something else leaves the letter owed."""
    put(world, 1, "11490-0", act("20260205"))
    report = put(world, 2, "34112-3", act("20260205"), related=replacing("1.2.61^1"))

    answer = checked(world)

    assert answer.missing == ["liaison_sortie"]
    assert report in {item.document_id for item in answer.items}


def test_a_line_counts_from_the_day_it_is_in_force(world: World) -> None:
    """Arrêté du 26 avril 2022: reports of operations from 31 December 2023 on."""
    before = checked_of(world, "2023-12-28", "2023-12-30", operated=True)
    since = checked_of(world, "2023-12-28", "2023-12-31", operated=True)

    assert "cr_operatoire" not in before.missing
    assert "cr_operatoire" in since.missing


def test_a_hidden_letter_is_missing_to_whom_it_is_hidden_from(world: World) -> None:
    put(world, 1, "11490-0", act("20260205"), confidentiality=("N", "INVISIBLE_PATIENT"))

    assert "liaison_sortie" in checked(world, by=PATIENT).missing


def test_a_stay_ends_after_it_begins() -> None:
    with pytest.raises(ValidationError):
        MissingMandatory.model_validate(
            {"record_id": RECORD, "episode": {**STAY, "to": "2026-01-31"}}
        )


def test_the_list_by_producer(world: World) -> None:
    """Who owes what: twelve kinds, all in force today."""
    everything = world.vault.mandatory_documents(MandatoryDocuments(), DOCTOR).items
    laboratory = world.vault.mandatory_documents(MandatoryDocuments(producer="laboratory"), DOCTOR)

    assert len(everything) == 12
    assert all(line.in_force for line in everything)
    assert [line.types for line in laboratory.items] == [["11502-2"]]


FACTS = Path(__file__).parents[4] / "shared" / "domain" / "data" / "obligatory_documents.csv"


@pytest.mark.skipif(not FACTS.is_file(), reason="the facts are not beside the repository")
def test_the_list_is_that_of_the_decree() -> None:
    """Against the facts collected from its text, line by line."""
    types = read_value_sets().types
    lines = read_mandatory()
    assert all(code in types for line in lines for code in line.types)
    with FACTS.open(encoding="utf-8") as file:
        collected = list(csv.DictReader(file))
    assert len(lines) == len(collected)
    for line, fact in zip(lines, collected, strict=True):
        assert list(line.types) == fact["suggested_typeCode"].split("/")
        assert line.mail_to_person == fact["mssante_patient"].startswith("X")
        assert line.mail_to_professional == fact["mssante_ps"].startswith("X")
        assert line.confidence == fact["conf"]
