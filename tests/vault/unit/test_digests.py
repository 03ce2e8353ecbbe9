"""The summary of a record, drawn from what this reader may see."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.vault.contract.life import Archive
from services.vault.contract.summary import Summarise, Summary
from services.vault.domain.summary import FromProfile
from shared.kernel.actor import Actor
from shared.kernel.errors import Forbidden
from tests.vault.cda import ACT, AUTHOR, PDF, cda, enclosing, replacing
from tests.vault.world import DOCTOR, METADATA, PATIENT, RECORD, World

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
