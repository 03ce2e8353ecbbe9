"""A record that access keeps shut (closed, suspended, not open, blocked) is neither fed nor read:
every method is walked, so that a new one cannot forget to ask.
"""

import base64
from typing import Any
from unittest.mock import patch
from uuid import UUID, uuid4

import pytest

from services.vault.contract import CONTRACT
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.errors import Forbidden
from shared.rpc.contract import Method
from tests.vault.cda import PDF, cda, enclosing
from tests.vault.world import AUTHOR, METADATA, PATIENT, RECORD, World

CONTENT = base64.b64encode(cda(body=enclosing(PDF))).decode()
BARE = base64.b64encode(PDF).decode()
OF_RECORD: dict[str, dict[str, Any]] = {
    "deposit": {"content": CONTENT},
    "deposit_lot": {"documents": [{"content": CONTENT}]},
    "held": {},
    "search": {},
    "changes_since": {"instant": "2026-01-01T00:00:00.000Z"},
    "summary": {},
    "prior_results": {},
    "missing_mandatory": {"episode": {"facility": "1750712184", "from": "2026-01-01"}},
    "export_record": {},
    "create_folder": {"name": "Genou"},
    "rename_folder": {"folder_id": str(uuid4()), "name": "Genou"},
    "delete_folder": {"folder_id": str(uuid4())},
    "folders": {},
    "mask_all_by_default": {"on": True},
}
OF_DOCUMENT: dict[str, dict[str, Any]] = {
    "replace": {"content": BARE, "metadata": METADATA},
    "mask": {},
    "unmask": {},
    "reveal_to_patient": {},
    "reveal_to_representatives": {"confirmed": True},
    "archive": {},
    "unarchive": {},
    "delete": {},
    "report": {"reason": "not_mine"},
    "reclassify": {"title": "Autre"},
    "file_in": {"folder_id": None},
    "pin": {},
    "describe": {},
    "open": {},
}
OTHERWISE = {
    "release", "discard", "versions", "export_status", "read_export",
    "mandatory_documents", "check_integrity", "sweep", "contents_for_copies",
}  # fmt: skip
"""Asked about below, or of no record."""


def method(name: str) -> Method:
    return next(m for m in CONTRACT.methods if m.name == name)


def caller(name: str) -> Actor:
    return AUTHOR if ActorKind.PROFESSIONAL in method(name).callers else PATIENT


def ask(world: World, name: str, /, **arguments: Any) -> Any:
    model = method(name).request
    given = {"request_id": str(uuid4()), **arguments} if method(name).is_command else arguments
    return getattr(world.vault, name)(model.model_validate(given), caller(name))


@pytest.fixture
def shut(world: World) -> tuple[World, UUID, UUID]:
    """A document and one held back, in a record that was closed since."""
    document = world.deposit(cda(), AUTHOR).document_id
    held = world.deposit(PDF, AUTHOR, record_id=str(RECORD), metadata=METADATA, hold=True)
    world.project()
    world.access.close(RECORD)
    return world, document, held.document_id


def test_every_method_is_walked() -> None:
    """A new one must be put in one of the tables."""
    assert {m.name for m in CONTRACT.methods} <= {*OF_RECORD, *OF_DOCUMENT, *OTHERWISE}


@pytest.mark.parametrize("name", OF_RECORD)
def test_of_a_record(shut: tuple[World, UUID, UUID], name: str) -> None:
    """Nothing is listed, counted, taken or arranged, and nothing is written."""
    world, *_ = shut
    events = len(world.events())

    with pytest.raises(Forbidden) as refusal:
        ask(world, name, record_id=str(RECORD), **OF_RECORD[name])

    assert refusal.value.decision_id
    assert len(world.events()) == events


@pytest.mark.parametrize("name", OF_RECORD)
def test_no_list_is_asked_for(shut: tuple[World, UUID, UUID], name: str) -> None:
    """``audit`` takes a list for a reading of the record, whatever it showed: it is one because
    whoever is not let in gets none."""
    world, *_ = shut

    with patch.object(world.access, "decide_many") as lists, pytest.raises(Forbidden):
        ask(world, name, record_id=str(RECORD), **OF_RECORD[name])

    lists.assert_not_called()


@pytest.mark.parametrize("name", OF_DOCUMENT)
def test_of_a_document(shut: tuple[World, UUID, UUID], name: str) -> None:
    """Neither shown nor changed, by its author neither."""
    world, document_id, _ = shut
    events = len(world.events())

    with pytest.raises(Forbidden) as refusal:
        ask(world, name, document_id=str(document_id), **OF_DOCUMENT[name])

    assert refusal.value.decision_id
    assert len(world.events()) == events


def test_of_one_held_back(shut: tuple[World, UUID, UUID]) -> None:
    """It does not come into a record that was closed meanwhile; dropping it feeds nothing."""
    world, _, held = shut

    with pytest.raises(Forbidden):
        ask(world, "release", document_id=str(held))
    ask(world, "discard", document_id=str(held))


def test_by_logical_id(shut: tuple[World, UUID, UUID]) -> None:
    """The other name of a document opens nothing more."""
    world, document_id, _ = shut

    with pytest.raises(Forbidden):
        ask(world, "versions", logical_id=str(document_id))
