"""The way to a neighbour is the real one: it lets through, and refuses, what the broker's would."""

from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from services.directory.contract import CONTRACT as DIRECTORY
from services.identity.contract import CONTRACT as IDENTITY
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.errors import Forbidden, InvalidRequest, NotFound, Unauthenticated
from tests.neighbours.in_process import InProcess, caller
from tests.neighbours.registered import DOCTOR, OPEN_INS, Records, Registers

PERSON = caller(ActorKind.PATIENT, record_id=str(uuid4()))
REGISTRATION = {"request_id": uuid4(), "national_id": DOCTOR}


@pytest.fixture
def client(records: Records, registers: Registers, tmp_path: Path) -> InProcess:
    made = InProcess("vault", tmp_path)
    made.knows(IDENTITY, records.identity, others={"close": records.identity.close_record})
    made.knows(DIRECTORY, registers.directory, *registers.searches)
    return made


def test_answers_come_back_as_json(client: InProcess, records: Records) -> None:
    found = client.call("identity", "resolve", {"ins": OPEN_INS})
    assert found["record_id"] == str(records.open)


@pytest.mark.parametrize(
    ("method", "asked", "by", "refusal"),
    [
        ("get_professional", {"national_id": DOCTOR, "more": 1}, None, InvalidRequest),
        ("get_professional", {"national_id": "810000000009"}, None, NotFound),
        ("nothing", {}, None, NotFound),
        ("deactivate", REGISTRATION, None, Forbidden),
        ("deactivate", REGISTRATION, PERSON, Forbidden),
        ("get_professional", {"national_id": DOCTOR}, replace(PERSON, claims={}), Unauthenticated),
    ],
    ids=["model", "unknown", "no_method", "service", "person", "no_claims"],
)
def test_refusals_come_back_as_they_were_raised(
    client: InProcess,
    method: str,
    asked: dict[str, Any],
    by: Actor | None,
    refusal: type[Exception],
) -> None:
    """By the neighbour's model of the request, its use case, and who it lets in."""
    with pytest.raises(refusal):
        client.call("directory", method, asked, by=by)
