"""Rights that end are refused at their instant: one millisecond on each side of every end."""

from datetime import datetime
from uuid import UUID

import pytest

from services.access.domain.rights import Rights
from tests.access.support.judging import (
    HOUR,
    MOMENT,
    NOW,
    ask,
    rights,
    team,
    with_consent,
    with_session,
)
from tests.access.support.people import DOCTOR, HOSPITAL_DOCTOR, MOTHER, PATIENT

END = NOW + HOUR
SIDES = [(END - MOMENT, True), (END, False), (END + MOMENT, False)]


@pytest.mark.parametrize(("at", "permit"), SIDES)
def test_consent_ends_at_its_instant(at: datetime, permit: bool) -> None:
    """
    CSP R1111-46: a consent is for the consultation it was given for, and no longer.
    """
    assert ask(with_consent(DOCTOR.id, END), DOCTOR, at=at)["permit"] is permit


@pytest.mark.parametrize(("at", "permit"), SIDES)
def test_care_team_ends_at_its_instant(at: datetime, permit: bool) -> None:
    """
    CSP L1110-12: a team is one for the episode of care.
    """
    given = rights()
    given.join_care_team(UUID(int=1), team(HOSPITAL_DOCTOR.id, end=END), at=NOW, by=HOSPITAL_DOCTOR)

    assert ask(given, HOSPITAL_DOCTOR, at=at)["permit"] is permit


@pytest.mark.parametrize(("at", "permit"), SIDES)
def test_emergency_session_ends_at_its_instant(at: datetime, permit: bool) -> None:
    """
    CSP L1111-17: an emergency does not last.
    """
    given, session = with_session(DOCTOR, END)

    assert ask(given, DOCTOR, mode="break_glass", session=session, at=at)["permit"] is permit


@pytest.mark.parametrize(("at", "permit"), SIDES)
def test_representation_ends_at_the_instant_of_majority(at: datetime, permit: bool) -> None:
    """
    Code civil 388: of age at 18, whatever message has arrived or not.
    """
    given = minor_until(END)

    assert ask(given, MOTHER, at=at)["permit"] is permit


def test_the_longest_of_several_rights_counts() -> None:
    """
    A team that ends must not hide a consent that goes on.
    """
    given = with_consent(HOSPITAL_DOCTOR.id, END + HOUR)
    given.join_care_team(UUID(int=1), team(HOSPITAL_DOCTOR.id, end=END), at=NOW, by=HOSPITAL_DOCTOR)

    assert ask(given, HOSPITAL_DOCTOR, at=END)["rules"] == ["explicit_consent"]


def minor_until(majority: datetime) -> Rights:
    given = rights()
    given.know_representatives(
        [MOTHER.id], majority, source={"service": "identity", "position": 7}, by=PATIENT
    )
    return given
