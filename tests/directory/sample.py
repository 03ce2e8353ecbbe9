"""Sample professionals, as in the ANS's published examples and test cards."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from services.directory.contract.registering import RegisterFacility, RegisterProfessional
from shared.kernel.actor import Actor, ActorKind

NOW = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)
OPERATOR = Actor(kind=ActorKind.OPERATOR, id="ans")
DOCTOR = "899700366240"
"""8 and the RPPS of an ANS test card, whose check digit is right."""


def registration(**changes: Any) -> RegisterProfessional:
    return RegisterProfessional.model_validate(
        {
            "request_id": uuid4(),
            "national_id": DOCTOR,
            "family_name": "Nessi",
            "given_name": "Anne-Lise",
            "profession": "10",
            "specialty": "SM26",
            "places": [{"facility": "1750712184", "postal_code": "75007", "town": "Paris"}],
        }
        | changes
    )


def facility(**changes: Any) -> RegisterFacility:
    return RegisterFacility.model_validate(
        {
            "request_id": uuid4(),
            "finess": "750712184",
            "name": "Hôpital de la Paix",
            "sector": "SA01",
            "postal_code": "75007",
            "town": "Paris",
        }
        | changes
    )
