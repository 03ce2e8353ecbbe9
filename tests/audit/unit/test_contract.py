"""What audit is asked fits what it can look up."""

from uuid import uuid4

import pytest
from pydantic import BaseModel, ValidationError

from services.audit.contract import CONTRACT
from services.audit.contract.auditing import AffectedBy, ReadStatistics
from services.audit.contract.journal import ReadJournal
from services.audit.contract.proving import ProveInclusion
from shared.kernel.actor import ActorKind


@pytest.mark.parametrize("position", [0, -1, 2**63])
def test_a_position_no_log_can_have_is_refused(position: int) -> None:
    """
    Databases count with 64 bits; more would be an error of theirs and not of the caller.
    """
    with pytest.raises(ValidationError) as refused:
        ProveInclusion.model_validate({"service": "vault", "position": position})

    assert refused.value.errors()[0]["loc"] == ("position",)
    assert ProveInclusion(service="vault", position=2**63 - 1)


A_DAY = "2026-11-21T00:00:00.000Z"
THE_NEXT = "2026-11-22T00:00:00.000Z"


@pytest.mark.parametrize(
    ("model", "asked"),
    [
        (ReadJournal, {"record_id": uuid4(), "from": THE_NEXT, "to": A_DAY}),
        (ReadJournal, {"record_id": uuid4(), "from": A_DAY, "to": A_DAY}),
        (AffectedBy, {}),
        (ReadStatistics, {"from_month": "2026-11", "to_month": "2026-10"}),
        (ReadStatistics, {"from_month": "2015-11", "to_month": "2026-10"}),
    ],
    ids=["backwards", "of no time", "of everybody at all times", "months backwards", "11 years"],
)
def test_a_period_that_is_none_is_refused(model: type[BaseModel], asked: dict[str, object]) -> None:
    """An empty answer would tell that nothing was done; a breach notice is of somebody, or of a
    time."""
    with pytest.raises(ValidationError):
        model.model_validate(asked)


def test_a_period_is_taken() -> None:
    assert ReadJournal.model_validate({"record_id": uuid4(), "from": A_DAY, "to": THE_NEXT})
    assert AffectedBy.model_validate({"from": A_DAY})
    assert ReadStatistics(from_month="2016-11", to_month="2026-10")


PERSON = {ActorKind.PATIENT, ActorKind.REPRESENTATIVE, ActorKind.CAREGIVER}


@pytest.mark.parametrize(
    ("methods", "kinds"),
    [
        # CSP L.1111-19: the person reads who did what; professionals their own lines.
        (["journal"], {*PERSON, ActorKind.PROFESSIONAL, ActorKind.AUDITOR}),
        (["print_journal"], PERSON),
        # What looks over records needs a mandate, which auditors alone have.
        (["use_mandate", "open_record", "affected_by"], {ActorKind.AUDITOR}),
        (["statistics"], {ActorKind.AUDITOR, ActorKind.OPERATOR}),
        # Digests say nothing of anybody: their proofs are everybody's.
        (["checkpoint", "prove_inclusion", "prove_consistency"], set(ActorKind)),
    ],
    ids=["reading", "printing", "under a mandate", "counting", "proving"],
)
def test_callers(methods: list[str], kinds: set[ActorKind]) -> None:
    for method in methods:
        assert CONTRACT.by_name[method].callers == kinds, method
