"""No RPC of any service reads or changes a record without a trace of it in a log."""

from pathlib import Path

import pytest

from services.audit.policies import FOLLOWS
from shared.kernel.actor import ActorKind
from shared.rpc.contract import Answer, Contract, Method, Request
from tests.audit.traces import Code, contracts, touches_a_record

UNTRACED = {
    "access.explain": "explains a decision that was saved when it was made",
    "access.break_glass_to_review": "what awaits this reader's review; each review is an event",
    "access.my_status": "what the one who asks may do themselves, of nobody else",
    "access.my_professionals": "the person's own settings, shown to the person",
    "access.my_delegations": "the person's own settings, shown to the person",
    "access.rights": "the person's own settings, shown to the person; services' working",
    "catalogue.get_service": "a service of the public catalogue: the id is of no record",
    "identity.erasure_certificate": "what is left of a record that is gone; it is in the log",
    "identity.verification_status": "a batch: the id is of no record",
    "keyring.open_keys": "a service's working: what it does with them is traced where it does it",
    "notification.notifications": "the person's own notices, shown to the person",
    "notification.deliveries": "the person's own notices, shown to the person",
}
"""RPCs that leave no trace, and why none is owed."""


@pytest.mark.parametrize("contract", list(contracts()), ids=lambda contract: contract.service)
def test_what_touches_a_record_leaves_a_trace(contract: Contract) -> None:
    """An event saved, or a decision of access: whoever adds an RPC is told here."""
    code = Code(contract.service)
    silent = {
        f"{contract.service}.{method.name}"
        for method in contract.methods
        if touches_a_record(method) and not code.leaves_a_trace(method.name)
    }

    assert silent <= UNTRACED.keys()


def test_every_service_is_walked() -> None:
    """By its contract: none is listed here by name."""
    walked = {contract.service for contract in contracts()}

    assert {"access", "audit", "identity", "keyring", "vault", "messaging"} <= walked
    assert all(Code(service).handlers for service in walked)


def test_every_service_is_followed() -> None:
    """Whose events are not in the log can be changed without anybody seeing it."""
    assert sorted(FOLLOWS) == sorted(contract.service for contract in contracts())


SILENT = """
def served():
    return Served(handlers={"peek": app.peek, "open": app.open, "list": app.list_things})

class App:
    def peek(self, request, by):
        return self._rows(request.record_id)

    def _rows(self, record_id):
        return self.documents.find(record_id)

    def open(self, request, by):
        return self._opened(request, by)

    def _opened(self, request, by):
        return Outcome(answer=1, save=[Opening.of(request.record_id, by)])

    def list_things(self, request, by):
        self.gate.require(request.record_id, "read", {}, by)
        return self._rows(request.record_id)

    def forgetful(self, request, by):
        return Outcome(answer=1, save=[])
"""


@pytest.mark.parametrize(
    ("rpc", "traced"), [("peek", False), ("open", True), ("list", True), ("forgetful", False)]
)
def test_the_walk_bites(tmp_path: Path, rpc: str, traced: bool) -> None:
    """One that reads a read model and says nothing is found; saving nothing is no saving."""
    folder = tmp_path / "services" / "made_up"
    folder.mkdir(parents=True)
    (folder / "bootstrap.py").write_text(SILENT)

    assert Code("made_up", tmp_path).leaves_a_trace(rpc) is traced


class OfNothing(Request):
    page: int


def test_what_names_nothing_of_a_record_is_not_asked_about() -> None:
    """The public directory, the log's own proofs."""
    method = Method(
        name="m",
        request=OfNothing,
        answer=Answer,
        callers=frozenset(ActorKind),
    )

    assert not touches_a_record(method)
