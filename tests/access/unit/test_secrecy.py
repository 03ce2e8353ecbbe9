"""A minor's secret session and those who represent them (CSP L1111-5, R1111-50)."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from services.access import contract as c
from services.access.domain import errors
from shared.kernel.secrecy import SeenByRepresentatives
from tests.access.support.logs import World, block, care_team, consent, of
from tests.access.support.people import (
    DENTIST,
    DOCTOR,
    MOTHER,
    NURSE,
    PATIENT,
    RECORD,
    SOFTWARE,
)

SECRETLY = replace(PATIENT, secret=True)
Act = Callable[[Any], object]


def withdrawn() -> c.WithdrawConsent:
    return c.WithdrawConsent(request_id=uuid4(), record_id=RECORD, professional=NURSE.id)


def glass() -> c.BreakGlass:
    return c.BreakGlass(
        request_id=uuid4(), record_id=RECORD, reason="fallen", unable_to_consent=True
    )


def ended(session: Any) -> c.EndEmergencySession:
    return c.EndEmergencySession(request_id=uuid4(), record_id=RECORD, session=session)


def of_team(app: Any) -> c.OfCareTeam:
    (team,) = app.rights(c.OfRecord(record_id=RECORD), MOTHER).care_teams
    return c.OfCareTeam(request_id=uuid4(), record_id=RECORD, team_id=team.team_id)


def document() -> c.WhoCanOpen:
    return c.WhoCanOpen.model_validate(
        {"record_id": RECORD, "document_attributes": {"type": "11502-2", "confidentiality": ["N"]}}
    )


def test_what_came_of_a_secret_session_is_not_there_for_a_representative(minor: World) -> None:
    """Neither to be ended nor to be found by trying: the answer is that for what never was."""
    app = minor.app
    app.declare_consent(consent(NURSE), SECRETLY)
    session = app.break_glass(glass(), replace(DOCTOR, secret=True)).session
    app.block_professional(block(DENTIST), SECRETLY)

    with pytest.raises(errors.NoSuchConsent):
        app.withdraw_consent(withdrawn(), MOTHER)
    with pytest.raises(errors.NoSuchSession):
        app.end_emergency_session(ended(session), MOTHER)
    with pytest.raises(errors.NotBlocked):
        app.unblock_professional(of(DENTIST), MOTHER)
    app.withdraw_consent(withdrawn(), SECRETLY)
    app.end_emergency_session(ended(session), SECRETLY)
    app.unblock_professional(of(DENTIST), SECRETLY)


def test_a_secret_block_refuses_a_representative_nothing_and_still_shuts_out(minor: World) -> None:
    """Were they told that somebody is blocked, they would know who."""
    app = minor.app
    app.block_professional(block(DENTIST), SECRETLY)

    app.declare_consent(consent(DENTIST), MOTHER)
    app.name_treating_doctor(of(DENTIST), MOTHER)

    assert "blocked" in minor.decide(DENTIST).reasons
    (told,) = app.who_can_open(document(), MOTHER).by_name
    assert "bloqué" not in told.why_fr
    (told,) = app.who_can_open(document(), PATIENT).by_name
    assert "bloqué" in told.why_fr
    app.block_professional(block(DENTIST), MOTHER)


def test_a_parents_block_undoes_no_secret_one(minor: World) -> None:
    """What they undo is their own: whom the child shut out in secret stays so, and nobody is told.
    In a session for all to see the child undoes both."""
    app, asked = minor.app, c.OfRecord(record_id=RECORD)
    app.name_treating_doctor(of(DOCTOR), MOTHER)
    app.block_professional(block(DENTIST), SECRETLY)
    for _ in range(2):
        app.block_professional(block(DENTIST), MOTHER)
        app.unblock_professional(of(DENTIST), MOTHER)
        assert not app.rights(asked, MOTHER).blocks
        assert [one.professional for one in app.rights(asked, PATIENT).blocks] == [DENTIST.id]
        assert "blocked" in minor.decide(DENTIST).reasons

    app.block_professional(block(DENTIST), MOTHER)
    app.unblock_professional(of(DENTIST), PATIENT)

    assert not app.rights(asked, PATIENT).blocks


@pytest.mark.parametrize(
    "act",
    [
        lambda app: app.declare_consent(consent(NURSE), SECRETLY),
        lambda app: app.withdraw_consent(withdrawn(), SECRETLY),
        lambda app: app.block_professional(block(NURSE), SECRETLY),
        lambda app: app.block_professional(block(DOCTOR), SECRETLY),
        lambda app: app.unblock_professional(of(DENTIST), SECRETLY),
        lambda app: app.name_treating_doctor(of(NURSE), SECRETLY),
        lambda app: app.name_administrator(of(NURSE), SECRETLY),
        lambda app: app.set_emergency_switches(
            c.SetEmergencySwitches(
                request_id=uuid4(), record_id=RECORD, regulation=False, break_glass=False,
                masked=False,
            ),
            SECRETLY,
        ),
        lambda app: app.oppose_feeding(
            c.OpposeFeeding(request_id=uuid4(), record_id=RECORD, legitimate_reason="x"), SECRETLY
        ),
        lambda app: app.remove_administrator(of(DOCTOR), SECRETLY),
        lambda app: app.oppose_care_team(of_team(app), SECRETLY),
    ],
    ids=["consent again", "consent", "block consented", "block treating doctor", "unblock",
         "treating doctor", "administrator", "switches", "opposition",
         "administrator removed", "care team"],
)  # fmt: skip
def test_a_secret_session_changes_nothing_that_representatives_see(minor: World, act: Act) -> None:
    """What vanished, or turned up, would tell them of it."""
    app = minor.app
    app.declare_consent(consent(NURSE), MOTHER)
    app.name_treating_doctor(of(DOCTOR), MOTHER)
    app.name_administrator(of(DOCTOR), MOTHER)
    app.join_care_team(care_team(NURSE.id), SOFTWARE)
    app.block_professional(block(DENTIST), MOTHER)
    before = app.rights(c.OfRecord(record_id=RECORD), MOTHER)

    with pytest.raises(SeenByRepresentatives):
        act(app)

    assert app.rights(c.OfRecord(record_id=RECORD), MOTHER) == before
