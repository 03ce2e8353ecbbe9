"""Who may call what: the table, read as a person would read it."""

from types import SimpleNamespace
from uuid import uuid4

import pytest

from services.identity.contract import CONTRACT, Activate, Close
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.errors import Forbidden
from shared.rpc.authorise import check_caller, check_condition
from tests.identity.people import INSURER, VAULT, patient

MINE, THEIRS = uuid4(), uuid4()


@pytest.mark.parametrize("method", ["new_activation_code", "announce_record", "suspend"])
def test_a_person_is_never_handed_what_proves_who_they_are(method: str) -> None:
    """
    The code proves that one holds the address it was sent to; only its sender is given it.
    """
    check_caller(CONTRACT.by_name[method], INSURER)
    for kind in set(ActorKind) - {ActorKind.OPERATOR}:
        with pytest.raises(Forbidden):
            check_caller(CONTRACT.by_name[method], Actor(kind=kind, id="x"))


def test_a_person_acts_on_their_own_record_alone() -> None:
    """
    Every method that names a record, for every kind of person it lets in.
    """
    for method in CONTRACT.methods:
        if "record_id" not in method.request.model_fields:
            continue
        for record_id, allowed in ((MINE, True), (THEIRS, False)):
            request = SimpleNamespace(record_id=record_id, motive=None)
            if allowed:
                check_condition(method, request, patient(MINE))
            else:
                with pytest.raises(Forbidden):
                    check_condition(method, request, patient(MINE))


def test_nobody_accuses_themselves_of_fraud() -> None:
    """
    That motive is the insurer's, after a suspension.
    """
    method = CONTRACT.by_name["close"]
    fraud = Close(request_id=uuid4(), record_id=MINE, motive="fraud")

    with pytest.raises(Forbidden):
        check_condition(method, fraud, patient(MINE))
    check_condition(method, fraud, INSURER)


def test_a_caregiver_manages_nothing_here() -> None:
    """
    They may not change contacts nor close the record of whom they help.
    """
    caregiver = Actor(kind=ActorKind.CAREGIVER, id="x", record_id=MINE)
    for method in CONTRACT.methods:
        with pytest.raises(Forbidden):
            check_caller(method, caregiver)


def test_a_service_asks_for_itself_only_what_services_may() -> None:
    """
    A hospital behind the vault gets no traits: the vault does, to compare them.
    """
    check_caller(CONTRACT.by_name["get_identity"], VAULT)
    check_caller(CONTRACT.by_name["resolve"], VAULT)
    with pytest.raises(Forbidden):
        check_caller(CONTRACT.by_name["get_identity"], VAULT.principal)
    with pytest.raises(Forbidden):
        check_caller(CONTRACT.by_name["activate"], VAULT)


def test_what_is_too_long_never_reaches_a_rule() -> None:
    """
    Sizes are bounded at the door.
    """
    with pytest.raises(ValueError, match="at most 20"):
        Activate(request_id=uuid4(), record_id=MINE, activation_code="A" * 21)
