"""What others hear: ids and codes, never words or values; secrets are marked."""

from typing import Any
from uuid import uuid4

from services.profile.contract import requests as r
from services.profile.messages import message_for
from tests.profile.world import IN_SECRET, PATIENT, RECORD, World, measure


def heard(world: World) -> list[dict[str, Any]]:
    messages = [message_for(row.event) for row in world.app.read(0, 100)]
    return [m.model_dump(mode="json") | {"TYPE": m.TYPE} for m in messages if m]


def test_a_vaccination_tells_the_prevention_plan(world: World) -> None:
    """
    Which vaccine, and the day where it is known to the day.
    """
    entry = world.add("vaccinations", entry={"label": "ROR", "code": "ROR", "date": "2026-01-05"})
    world.add("vaccinations", entry={"label": "DTP", "code": "DTP", "date": "2020"})

    first, second = heard(world)

    assert (first["entry_id"], first["code"], first["date"]) == (str(entry), "ROR", "2026-01-05")
    assert (second["code"], second["date"]) == ("DTP", None)
    assert (first["visible"], first["secret"]) == (True, False)


def test_no_words_and_no_values(world: World) -> None:
    """
    A message goes to many; what was entered stays here.
    """
    world.add("diseases", entry={"label": "Asthme", "comment": "la nuit"})
    world.record(measure("WEIGHT", 71.25, unit="kg", comment="à jeun"))

    said = str(heard(world))

    assert not [word for word in ("Asthme", "nuit", "71.25", "jeun") if word in said]


def test_what_is_secret_is_marked(world: World) -> None:
    """
    The journal and the notices of representatives leave it out.
    """
    entry = world.add("diseases", by=IN_SECRET, entry={"label": "x"})
    world.record(measure("WEIGHT", 45, unit="kg"), by=IN_SECRET)
    world.remove(entry, by=PATIENT)

    assert [message["secret"] for message in heard(world)] == [True] * 3


def test_whom_an_entry_is_hidden_from_and_whether_answers_are_final(world: World) -> None:
    """
    What the prevention plan and the notices go by.
    """
    world.add("diseases", entry={"label": "x"}, hidden_from=["professionals"])
    draft = {"questionnaire": "bilan_18_25", "answers": {}, "final": False}
    asked = {"request_id": uuid4(), "record_id": RECORD} | draft
    world.app.answer_questionnaire(r.AnswerQuestionnaire.model_validate(asked), PATIENT)

    entry, answers = heard(world)

    assert (entry["visible"], entry["confidentiality"]) == (False, ["MASQUE_PS"])
    assert answers["final"] is False
