"""What audit asks of access to show a journal: each kind of document once, and as much for none."""

from collections.abc import Mapping
from typing import Any, cast
from uuid import uuid4

import pytest

from services.audit.adapters.access import RemoteAccess
from shared.kernel.actor import Actor
from shared.rpc.client import RpcClient
from tests.audit.world import PARENT

RECORD = uuid4()


class Rules:
    """Stands for access: permits what is not masked, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[list[Mapping[str, Any]]] = []

    def call(self, service: str, method: str, given: Mapping[str, Any], *, by: Actor) -> Any:
        assert (service, method, given["record_id"]) == ("access", "decide_many", str(RECORD))
        assert (given["action"], given["mode"], by) == ("read", "normal", PARENT)
        self.asked.append(given["attribute_tuples"])
        return {"permits": ["MASQUE_PS" not in one.get("codes", ()) for one in self.asked[-1]]}


@pytest.fixture
def rules() -> Rules:
    return Rules()


def may_see(rules: Rules, documents: list[Mapping[str, Any]]) -> list[bool]:
    return RemoteAccess(cast("RpcClient", rules)).may_see(RECORD, documents, PARENT)


def test_those_that_are_alike_are_asked_about_once(rules: Rules) -> None:
    """Each gets its own answer, in its own place."""
    plain, masked = {"codes": ["N"]}, {"codes": ["MASQUE_PS"]}

    assert may_see(rules, [masked, plain, masked, plain]) == [False, True, False, True]
    assert rules.asked == [[masked, plain]]


def test_no_more_than_500_at_once(rules: Rules) -> None:
    """As many as ``decide_many`` takes."""
    documents = [{"codes": ["N"], "type": str(n)} for n in range(501)]

    assert may_see(rules, [*documents]) == [True] * 501
    assert [len(some) for some in rules.asked] == [500, 1]


def test_a_journal_without_documents_asks_as_one_of_hidden_ones(rules: Rules) -> None:
    """The time of an answer must not tell them apart (ADR 30)."""
    assert may_see(rules, []) == []
    assert rules.asked == [[{"kind": "document"}]]
