"""Who may call what, and what crosses the wire."""

from types import SimpleNamespace
from uuid import uuid4

import pytest

from services.catalogue.contract import CONTRACT, Introspect
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.errors import Forbidden
from shared.rpc.authorise import check_caller, check_condition
from tests.catalogue.sample import PARENT, PATIENT, RECORD

KINDS = [Actor(kind=kind, id="x") for kind in ActorKind]


@pytest.mark.parametrize("method", ["authorise", "reapprove", "revoke", "authorisations"])
def test_only_the_person_or_who_acts_in_their_place_connects(method: str) -> None:
    """
    Professionals' rights never pass through the catalogue; a service connects itself to nobody.
    """
    for actor in KINDS:
        if actor.kind in {ActorKind.PATIENT, ActorKind.REPRESENTATIVE}:
            check_caller(CONTRACT.by_name[method], actor)
        else:
            with pytest.raises(Forbidden):
                check_caller(CONTRACT.by_name[method], actor)


@pytest.mark.parametrize("method", ["authorise", "reapprove", "revoke", "authorisations"])
def test_on_their_own_record_alone(method: str) -> None:
    """
    The record is the one that the token names.
    """
    for actor in (PATIENT, PARENT):
        check_condition(CONTRACT.by_name[method], SimpleNamespace(record_id=RECORD), actor)
        with pytest.raises(Forbidden):
            check_condition(CONTRACT.by_name[method], SimpleNamespace(record_id=uuid4()), actor)


def test_the_life_of_services_is_the_operators() -> None:
    """
    Referencing follows the decision of a national commission, whoever asks.
    """
    for method in CONTRACT.methods:
        if method.name.endswith(("_service", "_suspension")) and method.is_command:
            assert method.callers == {ActorKind.OPERATOR}


def test_only_services_ask_what_a_token_is_worth() -> None:
    """
    RFC 7662, 4: whoever could ask could try tokens; and no line shows one.
    """
    for actor in KINDS:
        if not actor.is_service:
            with pytest.raises(Forbidden):
                check_caller(CONTRACT.by_name["introspect"], actor)
    assert "hidden" not in repr(Introspect(token="hidden"))
