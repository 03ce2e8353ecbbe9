"""The summary on paper: what it says, to whom, and that it prints."""

import base64
from io import BytesIO

from pypdf import PdfReader

from services.profile.contract import requests as r
from shared.kernel.actor import Actor
from tests.profile.world import DOCTOR, PATIENT, RECORD, World, measure


def text_of(world: World, by: Actor = PATIENT) -> str:
    answer = world.app.summary_document(r.SummaryDocument(record_id=RECORD), by)
    pages = PdfReader(BytesIO(base64.b64decode(answer.content))).pages
    return "\n".join(page.extract_text() for page in pages)


def fill(world: World) -> None:
    world.add("allergies", entry={"label": "Pénicilline <b>", "reaction": "urticaire"})
    world.add(
        "diseases", entry={"label": "Asthme", "start": "2019-04"}, hidden_from=["professionals"]
    )
    world.record(
        *(
            measure("WEIGHT", 70 + n, unit="kg", at=f"2026-10-{n + 1:02}T07:00:00Z")
            for n in range(9)
        ),
        measure("BLOOD_PRESSURE", 121, 79.5, unit="mm[Hg]"),
    )


def test_a_summary_says_it_in_french(world: World) -> None:
    """
    A person takes it to a doctor who has no software: words, days and commas are French.
    """
    fill(world)

    text = text_of(world)

    for said in (
        "DOMINIQUE PAT-TROIS", "28/03/1979", "Allergies", "Pénicilline <b>",
        "réaction : urticaire", "début : 04/2019", "Poids : 78 kg", "9 mesures",
        "121 / 79,5 mmHg", "21 novembre 2026",
    ):  # fmt: skip
        assert said in text


def test_a_summary_holds_only_what_its_reader_sees(world: World) -> None:
    """
    Nothing derived from something hidden reaches those it is hidden from (DESIGN 8).
    """
    fill(world)

    text = text_of(world, DOCTOR)

    assert "Asthme" not in text
    assert "Maladies" not in text


def test_a_sensor_s_year_prints(world: World) -> None:
    """
    More points than a print can show are drawn by day; the page count stays small.
    """
    readings = [
        measure(
            "INTERSTITIAL_GLUCOSE",
            100 + n % 50,
            unit="mg/dL",
            at=f"2026-{1 + n // 250:02}-{1 + n % 250 // 10:02}T{n % 10:02}:00:00Z",
        )
        for n in range(2500)
    ]
    world.record(*readings)

    assert "2500 mesures" in text_of(world)


def test_an_empty_profile_prints(world: World) -> None:
    """
    Nobody is refused a summary for having nothing.
    """
    assert "Profil médical" in text_of(world)
