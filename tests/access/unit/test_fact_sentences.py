"""The facts of a decision in words: what says something, and nothing of what does not."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.access.domain.fact_sentences import told

PLAIN: dict[str, Any] = {"record_status": "activated", "mode": "normal", "roles": []}
WINTER = datetime(2026, 12, 1, 22, 30, tzinfo=UTC)
SUMMER = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)


def millis(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def french(**facts: Any) -> dict[str, str]:
    return {line["name"]: line["fr"] for line in told(PLAIN | facts)}


def test_of_a_plain_decision_the_record_and_the_mode_are_told() -> None:
    """
    The two that every rule looks at.
    """
    assert french() == {
        "record_status": "Votre dossier est activé.",
        "mode": "Mode : consultation habituelle.",
    }


@pytest.mark.parametrize(
    "fact",
    ["blocked", "represents", "representation_suspended", "feeding_opposed", "through_software",
     "service_stopped"],
)  # fmt: skip
def test_what_is_true_is_told_and_what_is_not_is_silent(fact: str) -> None:
    """
    "Not blocked" would only make people wonder.
    """
    assert french(**{fact: False}) == french()
    lines = told(PLAIN | {fact: True})
    (line,) = [one for one in lines if one["name"] == fact]
    assert line["value"] is True
    assert line["fr"].endswith(".")
    assert line["en"].endswith(".")


def test_roles_are_told_in_words() -> None:
    """
    CSP L1111-16: the treating doctor; the person's own choice of an administrator.
    """
    both = french(roles=["treating_doctor", "administrator"])
    assert both["roles"] == "Rôle : médecin traitant, administrateur du dossier."
    assert "roles" not in french()


@pytest.mark.parametrize(
    ("fact", "end"),
    [("consent", "valid_until"), ("care_team", "expected_end"), ("session", "ends_at"),
     ("caregiving", "ends_at")],
)  # fmt: skip
def test_when_a_right_ends_is_told_as_clocks_in_france_show_it(fact: str, end: str) -> None:
    """
    Software reads UTC; the day may be another one.
    """
    lines = told(PLAIN | {fact: {end: millis(WINTER)}})
    (line,) = [one for one in lines if one["name"] == fact]
    assert "1er décembre 2026 à 23 h 30" in line["fr"]
    assert "2026-12-01T22:30:00Z" in line["en"]
    assert "2 juillet 2026 à 0 h 30" in french(**{fact: {end: millis(SUMMER)}})[fact]


@pytest.mark.parametrize("fact", ["consent", "care_team", "session", "caregiving"])
def test_a_right_without_an_end_is_not_told_to_end(fact: str) -> None:
    """
    A caregiver may act until somebody ends it.
    """
    assert french(**{fact: {}}) == french()


def test_a_majority_to_come_is_told() -> None:
    """
    From then on the record is the adult's alone.
    """
    said = french(majority_at=millis(WINTER))["majority_at"]
    assert said == "La majorité est atteinte le 1er décembre 2026 à 23 h 30."
    assert "majority_at" not in french()
