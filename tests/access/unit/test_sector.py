"""The sector of activity, from a token to the rule that looks at it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.access.domain.facts import principal_for, principal_of
from shared.auth.claims import actor_of
from tests.access.support.judging import ask, rights
from tests.access.support.people import DOCTOR, PATIENT, PRACTICE

NOW = datetime(2026, 11, 21, tzinfo=UTC)
INSURER = "SA23^1.2.250.1.71.4.2.4"
CLAIMS: dict[str, Any] = {
    "kind": "professional",
    "exp": 2_000_000_000,
    "SubjectNameID": DOCTOR.id,
    "SubjectRole": ["10^1.2.250.1.213.1.1.5.5"],
    "exercice": {"codeProfession": "10"},
    "SubjectOrganizationID": PRACTICE,
    "Palier_Authentification": "APPPRIP3^1.2.250.1.213.1.5.1.1.1",
    "Secteur_Activite": INSURER,
}
SOFTWARE = {
    "kind": "facility",
    "exp": 2_000_000_000,
    "SubjectOrganizationID": PRACTICE,
    "software": "sample",
    "for_professional": CLAIMS,
}


@pytest.mark.parametrize("claims", [CLAIMS, SOFTWARE], ids=["direct", "named by software"])
def test_an_insurers_doctor_reads_nothing_even_as_treating_doctor(claims: dict[str, Any]) -> None:
    """
    CSP L1111-18: never, even with the person's consent, whichever way the token comes.
    """
    given = rights()
    given.name_treating_doctor(DOCTOR.id, by=PATIENT)
    actor = actor_of(claims, NOW)

    assert principal_for(principal_of(actor, "read"))["sector"] == "SA23"
    assert ask(given, actor)["rules"] == ["insurers_employers_state_never"]
