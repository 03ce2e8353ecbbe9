"""The sample consents of IHE's Privacy Consent on FHIR (ITI PCF, October 2024), where they map.

Each scenario is told in the words of our law, with the name of the sample it follows. What has no
counterpart is listed too, so that nobody looks for it in vain.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from services.access.domain.rights import Rights
from shared.kernel.actor import Actor
from tests.access.support.judging import (
    HOUR,
    NOW,
    ask,
    consent,
    document,
    rights,
    with_consent,
    with_session,
)
from tests.access.support.people import DENTIST, DOCTOR, HOSPITAL_DOCTOR, MOTHER, PATIENT
from tests.access.support.rule_cases import BLOCK, cared_for_by, child, in_sector

MASKED = document(confidentiality=["MASQUE_PS"])
"""Our "restricted": shown to those the person trusts alone."""


@dataclass(frozen=True)
class Scenario:
    """``sample``: its id in the guide. ``permit``: what that consent says of this access."""

    sample: str
    why: str
    permit: bool
    given: Callable[[], Rights]
    who: Actor = DOCTOR
    item: dict[str, Any] = field(default_factory=document)


def blocked() -> Rights:
    """A dissent of one professional, whose facility still has the person's consent."""
    given = rights()
    to_practice = consent(DOCTOR.facility or "", NOW + HOUR, facility=True)
    given.declare_consent(to_practice, by=PATIENT)
    given.block(DOCTOR.id, BLOCK, by=PATIENT)  # type: ignore[arg-type]  # a literal is a Block
    return given


def for_an_infant() -> Rights:
    given = child()
    given.declare_consent(consent(DOCTOR.id, NOW + HOUR), by=MOTHER)
    return given


def administered() -> Rights:
    given = rights()
    given.name_administrator(DOCTOR.id, by=PATIENT)
    return given


def team_of_one() -> Rights:
    return cared_for_by(HOSPITAL_DOCTOR)


SCENARIOS = [
    Scenario("ex-consent-basic-treat", "treatment is permitted", True,
             lambda: with_consent(DOCTOR.id)),
    Scenario("ex-consent-basic-treat", "to nobody else", False,
             lambda: with_consent(DENTIST.id)),
    Scenario("ex-consent-basic-treat", "for no other purpose", False,
             lambda: with_consent(DOCTOR.id), in_sector("SA23")),
    Scenario("ex-consent-basic-treat-infant", "given by whoever represents the child", True,
             for_an_infant),
    Scenario("ex-consent-basic-ink", "as on paper: the means is kept, the right is the same", True,
             lambda: with_consent(DOCTOR.id)),
    Scenario("ex-consent-basic-reject", "no sharing at all", False, rights),
    Scenario("ex-consent-expired-treat", "a consent that has ended", False,
             lambda: with_consent(DOCTOR.id, NOW)),
    Scenario("ex-consent-intermediate-encounter", "only for that stay", True, team_of_one,
             HOSPITAL_DOCTOR),
    Scenario("ex-consent-intermediate-encounter", "not from another place", False, team_of_one,
             replace(HOSPITAL_DOCTOR, facility=DOCTOR.facility)),
    Scenario("ex-consent-intermediate-not-data", "all but one document", True,
             lambda: with_consent(DOCTOR.id)),
    Scenario("ex-consent-intermediate-not-data", "that document", False,
             lambda: with_consent(DOCTOR.id), DOCTOR, MASKED),
    Scenario("ex-consent-intermediate-authoredby", "a masked document to its author", True,
             lambda: with_consent(DOCTOR.id), DOCTOR, {**MASKED, "author": DOCTOR.id}),
    Scenario("ex-consent-advanced-normal", "normal data", True,
             lambda: with_consent(DOCTOR.id)),
    Scenario("ex-consent-advanced-normal-not-restricted", "restricted data", False,
             lambda: with_consent(DOCTOR.id), DOCTOR, MASKED),
    Scenario("ex-consent-advanced-normal-restricted", "both, to those who are trusted", True,
             administered, DOCTOR, MASKED),
    Scenario("ex-consent-advanced-normal-focused-restricted", "restricted data to one of them",
             False, administered, DENTIST, MASKED),
]  # fmt: skip
WITHOUT_COUNTERPART = {
    "ex-consent-intermediate-timeframe": "no right looks at the date of a document",
    "ex-consent-intermediate-not-timeframe": "idem; the person masks documents one by one",
    "ex-consent-intermediate-data": "consents open what the matrix opens, not single documents",
    "ex-consent-intermediate-not-authoredby": "documents are masked, not authors",
    "ex-consent-intermediate-not-encounter": "idem",
    "ex-consent-basic-research": "no research in a record of care (CSP L1111-18)",
    "ex-consent-intermediate-purpose": "no research in a record of care (CSP L1111-18)",
    "ex-consent-advanced-normal-focused-psy": "no sensitivity by subject in the DMP",
    "ex-consent-advanced-normal-focused-psy-or-sdv": "idem",
}
IN_AN_EMERGENCY = {
    "ex-dissent-intermediate-break-glass",
    "ex-consent-advanced-normal-break-glass-restricted",
}


@pytest.mark.parametrize("s", SCENARIOS, ids=lambda s: f"{s.sample}: {s.why}")
def test_a_sample_consent_means_here_what_it_means_there(s: Scenario) -> None:
    """
    Permit or refuse, as the guide's notes on each sample say.
    """
    assert ask(s.given(), s.who, s.item)["permit"] is s.permit


def test_a_dissent_with_break_glass_opens_in_an_emergency_alone() -> None:
    """
    ex-dissent-intermediate-break-glass: refused to everybody who has not declared one.
    """
    given, session = with_session(DOCTOR)

    assert not ask(given, DOCTOR)["permit"]
    assert ask(given, DOCTOR, mode="break_glass", session=session)["permit"]
    assert not ask(given, DENTIST, mode="break_glass", session=session)["permit"]


def test_restricted_data_in_an_emergency_is_a_choice_of_its_own() -> None:
    """
    ex-consent-advanced-normal-break-glass-restricted: the MASKED switch, off by default.
    """
    given, session = with_session(DOCTOR)
    asked: dict[str, Any] = {"mode": "break_glass", "session": session}
    assert not ask(given, DOCTOR, MASKED, **asked)["permit"]

    given.set_switches({"regulation": True, "break_glass": True, "masked": True}, by=PATIENT)

    assert ask(given, DOCTOR, MASKED, **asked)["permit"]
    assert not ask(with_consent(DOCTOR.id), DOCTOR, MASKED)["permit"]


def test_a_dissent_of_one_professional_beats_every_consent() -> None:
    """
    Where the guide leaves precedence to the domain's policy, ours is: the block wins.
    """
    assert not ask(blocked(), DOCTOR)["permit"]
    assert ask(blocked(), replace(HOSPITAL_DOCTOR, facility=DOCTOR.facility))["permit"]


def test_every_sample_of_the_guide_is_told_or_said_not_to_map() -> None:
    """
    The samples published at the date of the guide, by name.
    """
    told = {s.sample for s in SCENARIOS} | IN_AN_EMERGENCY | WITHOUT_COUNTERPART.keys()

    assert told == {
        f"ex-{name}"
        for name in (
            "consent-advanced-normal", "consent-advanced-normal-break-glass-restricted",
            "consent-advanced-normal-focused-psy", "consent-advanced-normal-focused-psy-or-sdv",
            "consent-advanced-normal-focused-restricted",
            "consent-advanced-normal-not-restricted", "consent-advanced-normal-restricted",
            "consent-basic-ink", "consent-basic-reject", "consent-basic-research",
            "consent-basic-treat", "consent-basic-treat-infant",
            "consent-expired-treat", "consent-intermediate-authoredby",
            "consent-intermediate-data", "consent-intermediate-encounter",
            "consent-intermediate-not-authoredby", "consent-intermediate-not-data",
            "consent-intermediate-not-encounter", "consent-intermediate-not-timeframe",
            "consent-intermediate-purpose", "consent-intermediate-timeframe",
            "dissent-intermediate-break-glass",
        )
    }  # fmt: skip
