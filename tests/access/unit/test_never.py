"""CSP L1111-18: insurers, banks, employers and the State never get in, whatever is agreed to."""

from dataclasses import replace
from typing import Any

import pytest

from services.access.domain.rights import Rights
from shared.kernel.actor import Actor, ActorKind
from tests.access.support.judging import HOUR, NOW, ask, consent, document, rights
from tests.access.support.people import (
    APPLICATION,
    AUDITOR,
    CAREGIVER,
    DOCTOR,
    MOTHER,
    OPERATOR,
    PATIENT,
    SECRETARY,
    SOFTWARE,
    SUPPORT,
)

SECTORS = {
    "SA23": "insurers and mutual societies",
    "SA24": "social security bodies",
    "SA26": "ministries",
    "SA44": "employers",
    "SA48": "occupational bodies",
}
"""TRE_A01; banks have no code, as they employ nobody with a card."""
KINDS = (
    "record", "document", "profile_section", "measure", "appointment", "prescription", "message",
    "journal",
)  # fmt: skip
AS_STAFF = {
    ActorKind.PROFESSIONAL: DOCTOR,
    ActorKind.FACILITY: SOFTWARE,
    ActorKind.SECRETARY: SECRETARY,
}
"""Those whom a sector is proven of."""
WITHOUT_SECTOR = {
    ActorKind.APPLICATION: APPLICATION,
    ActorKind.OPERATOR: OPERATOR,
    ActorKind.SUPPORT: SUPPORT,
    ActorKind.SERVICE: Actor(kind=ActorKind.SERVICE, id="vault"),
    ActorKind.AUDITOR: AUDITOR,
    ActorKind.CAREGIVER: CAREGIVER,
    ActorKind.REPRESENTATIVE: MOTHER,
    ActorKind.PATIENT: replace(PATIENT, record_id=None),
}
"""An insurer may hold one of these tokens too, of nobody's record: it opens nothing."""


def agreed_to_everything() -> Rights:
    """All that a person could be made to sign."""
    given = rights()
    given.name_treating_doctor(DOCTOR.id, by=PATIENT)
    given.name_administrator(DOCTOR.id, by=PATIENT)
    for grantee, facility in ((DOCTOR.id, False), (SOFTWARE.id, True)):
        given.declare_consent(consent(grantee, NOW + HOUR, facility=facility), by=PATIENT)
    given.set_switches({"regulation": True, "break_glass": True, "masked": True}, by=PATIENT)
    return given


def asked(kind: str, who: Actor) -> dict[str, Any]:
    return {**document(), "kind": kind, "scope": "own", "author": who.id, "facility": who.facility}


@pytest.mark.parametrize("sector", SECTORS)
@pytest.mark.parametrize("kind", AS_STAFF)
def test_staff_of_an_insurer_an_employer_or_the_state(kind: ActorKind, sector: str) -> None:
    """
    For every action, kind of thing and mode, with every right a person could give.
    """
    who = replace(AS_STAFF[kind], claims={"Secteur_Activite": f"{sector}^1.2.250.1.71.4.2.4"})
    given = agreed_to_everything()

    for action in ("read", "feed", "manage"):
        for thing in KINDS:
            for mode in ("normal", "break_glass", "regulation"):
                verdict = ask(given, who, asked(thing, who), action=action, mode=mode)
                assert not verdict["permit"], (action, thing, mode)
                assert "insurers_employers_state_never" in verdict["rules"]


@pytest.mark.parametrize("kind", WITHOUT_SECTOR)
def test_any_other_token_they_might_hold(kind: ActorKind) -> None:
    """
    No rule opens a record to a token that is not of that record.
    """
    who = WITHOUT_SECTOR[kind]

    for action in ("read", "feed", "manage"):
        for thing in KINDS:
            assert not ask(agreed_to_everything(), who, asked(thing, who), action=action)["permit"]


def test_every_kind_of_caller_is_asked() -> None:
    """
    A kind added later must not be forgotten here.
    """
    assert {*AS_STAFF, *WITHOUT_SECTOR} == set(ActorKind)


def test_the_same_people_get_in_from_a_place_of_care() -> None:
    """
    So that the refusals above are those of the sector, and of nothing else.
    """
    who = replace(DOCTOR, claims={"Secteur_Activite": "SA07^1.2.250.1.71.4.2.4"})

    assert ask(agreed_to_everything(), who)["permit"]
    assert ask(agreed_to_everything(), SOFTWARE, action="feed")["permit"]
    assert ask(agreed_to_everything(), SECRETARY, action="feed")["permit"]
