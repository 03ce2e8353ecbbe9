"""Summary and mandatory documents: drawn from what this reader may see."""

import csv
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import ValidationError

from services.vault.adapters.mandatory import read_mandatory
from services.vault.adapters.value_sets import read_value_sets
from services.vault.contract.life import Archive
from services.vault.contract.mandatory import MandatoryDocuments, MissingMandatory, StayChecked
from services.vault.contract.summary import Summarise, Summary
from services.vault.domain.summary import FromProfile
from shared.kernel.actor import Actor
from shared.kernel.errors import Forbidden
from tests.vault.cda import ACT, AUTHOR, PDF, cda, enclosing, replacing
from tests.vault.world import DOCTOR, HOSPITAL, METADATA, PATIENT, RECORD, World

SYNTHESIS = '<code code="60591-5" codeSystem="2.16.840.1.113883.6.1"/>'


def summary(world: World, by: Actor = DOCTOR) -> Summary:
    world.project()
    return world.vault.summary(Summarise(record_id=RECORD), by)


def synthesis(world: World, number: int, day: str, code: str = SYNTHESIS, **how: Any) -> UUID:
    made = cda(
        id_=f'<id root="1.2.60" extension="{number}"/>',
        code=code,
        effective=f'<effectiveTime value="{day}"/>',
        **how,
    )
    return world.deposit(made).document_id


def test_the_latest_synthesis_and_when_the_next_is_due(world: World) -> None:
    """The treating doctor writes one a year at least (CSP L.1111-15). Today is 2026-11-21."""
    assert summary(world).synthesis.latest is None
    assert summary(world).synthesis.overdue

    synthesis(world, 1, "20250301")
    assert summary(world).synthesis.due == date(2026, 3, 1)
    assert summary(world).synthesis.overdue

    latest = synthesis(world, 2, "20260228")
    made = summary(world).synthesis
    assert made.latest is not None
    assert made.latest.document_id == latest
    assert (made.due, made.overdue) == (date(2027, 2, 28), False)


def test_the_directives_are_shown(world: World) -> None:
    """Those that stand, whoever brought them: what the person added, or a copy of a hospital."""
    assert summary(world).directives_document is None
    said = METADATA | {"type": "EXPPAT_3", "title": "Directives anticipées"}
    kept = world.deposit(PDF, record_id=str(RECORD), metadata=said).document_id

    made = summary(world)

    assert made.directives_document is not None
    assert made.directives_document.document_id == kept
    assert made.synthesis.latest is None


def test_a_synthesis_of_the_former_volet_counts(world: World) -> None:
    """CI-SIS "Volet de synthèse médicale": its documents are of type SYNTH, and their template says
    what they are. Another synthesis of that type is none of the treating doctor."""
    code = '<code code="SYNTH" codeSystem="1.2.250.1.213.1.1.4.12"/>'
    vsm = '<templateId root="1.2.250.1.213.1.1.1.13"/>'
    synthesis(world, 1, "20261001", code=code)
    assert summary(world).synthesis.latest is None

    latest = synthesis(world, 2, "20260301", code=code, templates=vsm)

    made = summary(world).synthesis
    assert made.latest is not None
    assert (made.latest.document_id, made.due) == (latest, date(2027, 3, 1))


FORMER = '<code code="SYNTH" codeSystem="1.2.250.1.213.1.1.4.12"/>'
PRACTICE = ACT.replace("ETABLISSEMENT", "AMBULATOIRE")


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ({"acts": PRACTICE}, True),
        ({"acts": PRACTICE, "authors": AUTHOR.replace("G15_10/SM26", "G15_10")}, True),
        ({"acts": PRACTICE, "authors": AUTHOR.replace("G15_10/SM26", "G15_60")}, False),
        ({"acts": PRACTICE, "authors": AUTHOR.replace("G15_10/SM26", "G15_60") + AUTHOR}, True),
        ({"acts": ACT}, False),
        ({"acts": PRACTICE, "code": '<code code="11488-4" codeSystem="2.16.840.1.113883.6.1"/>'},
         False),
    ],
    ids=["specialist", "no specialty", "nurse", "one of two", "hospital", "another type"],
)  # fmt: skip
def test_a_synthesis_that_is_a_file_is_known_by_who_wrote_it(
    world: World, how: dict[str, str], *, told: bool
) -> None:
    """A PDF of type SYNTH has the format of a PDF, not that of the volet; what a hospital or a
    nurse sums up is not the treating doctor's (CSP L.1111-15)."""
    made = synthesis(world, 1, "20260301", **{"code": FORMER, "body": enclosing(PDF)} | how)

    latest = summary(world).synthesis.latest

    assert (latest is not None and latest.document_id == made) is told


def test_a_bare_file_of_a_practice_is_a_synthesis_too(world: World) -> None:
    """Whoever has no CDA deposits what a CDA would enclose."""
    said = METADATA | {"type": "SYNTH", "title": "Synthèse", "practice_setting": "AMBULATOIRE"}
    kept = world.deposit(PDF, record_id=str(RECORD), metadata=said).document_id

    latest = summary(world).synthesis.latest

    assert latest is not None
    assert latest.document_id == kept


def test_a_structured_synthesis_of_a_practice_says_itself_what_it_is(world: World) -> None:
    """One without the volet's template follows another, or none."""
    synthesis(world, 1, "20260301", code=FORMER, acts=PRACTICE)

    assert summary(world).synthesis.latest is None


def test_the_day_it_is_due_is_not_too_late(world: World) -> None:
    synthesis(world, 1, "20251121")
    made = summary(world).synthesis
    assert (made.due, made.overdue) == (date(2026, 11, 21), False)

    world.clock.move(timedelta(days=1))
    assert summary(world).synthesis.overdue


def test_a_year_after_the_29th_of_february_is_the_28th(world: World) -> None:
    """The last day of the month that has no such day (code de procédure civile, art. 641)."""
    synthesis(world, 1, "20240229")

    assert summary(world).synthesis.due == date(2025, 2, 28)


@pytest.mark.parametrize("day", ["9999", "99991231"])
def test_a_synthesis_of_the_last_year_of_the_calendar_stops_no_summary(
    world: World, day: str
) -> None:
    """Software without a date says that one; there is none a year after it."""
    code = '<code code="60591-5" codeSystem="2.16.840.1.113883.6.1"/>'
    world.deposit(cda(code=code, effective=f'<effectiveTime value="{day}"/>'))

    made = summary(world).synthesis

    assert (made.due, made.overdue) == (date(9999, 12, 31), False)


def test_an_archived_synthesis_is_not_the_latest(world: World) -> None:
    """It is out of what is shown first (DMP TD3.3d)."""
    current = synthesis(world, 1, "20260301")
    archived = synthesis(world, 2, "20260601")
    world.vault.archive(Archive(request_id=uuid4(), document_id=archived), PATIENT)

    made = summary(world).synthesis.latest

    assert made is not None
    assert made.document_id == current


def test_a_replaced_synthesis_is_not_the_latest(world: World) -> None:
    synthesis(world, 1, "20260601")
    corrected = synthesis(world, 2, "20260601", related=replacing("1.2.60^1"))

    made = summary(world).synthesis.latest

    assert made is not None
    assert made.document_id == corrected


def test_a_hidden_synthesis_is_told_of_by_nothing(world: World) -> None:
    """Neither it nor a due date that gives it away."""
    synthesis(world, 1, "20260601", confidentiality=("N", "INVISIBLE_PATIENT"))

    made = summary(world, PATIENT).synthesis

    assert (made.latest, made.due, made.overdue) == (None, date(2026, 11, 21), True)


def test_what_the_profile_says(world: World) -> None:
    """Allergies, directives, whom to call, other sections, the last measures: in the reader's
    name, so what they may see."""
    glucose = {"kind": "GLUCOSE", "unit": "mg/dL", "values": {"value": 88.1}}
    world.profiles.shown = FromProfile(
        sections={
            "allergies": ({"label": "Pénicilline"},),
            "diseases": ({"label": "Asthme"},),
            "contacts": (
                {"type": "TRUSTED_CONTACT", "name": "Ada"},
                {"type": "EMERGENCY_CONTACT", "name": "Luc"},
                {"type": "HELP_CONTACT", "name": "Zoé"},
            ),
        },
        directives={"text": "Pas d'acharnement."},
        measures=(glucose,),
    )

    shown = summary(world)

    assert shown.allergies == [{"label": "Pénicilline"}]
    assert shown.trusted_contacts == [{"type": "TRUSTED_CONTACT", "name": "Ada"}]
    assert shown.emergency_contacts == [{"type": "EMERGENCY_CONTACT", "name": "Luc"}]
    assert shown.directives == {"text": "Pas d'acharnement."}
    assert shown.sections == {"diseases": [{"label": "Asthme"}]}
    assert shown.measures == [glucose]
    assert shown.profile_shown


def test_a_profile_that_may_not_be_seen_is_no_empty_one(world: World) -> None:
    """No allergy known is not no allergy."""
    world.profiles.shown = None

    assert not summary(world).profile_shown


def test_a_record_that_may_not_be_read(world: World) -> None:
    world.access.close(RECORD)
    with pytest.raises(Forbidden):
        summary(world)


# -- mandatory documents --------------------------------------------------------------------------

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
