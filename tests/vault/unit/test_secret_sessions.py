"""A minor's secret session and what representatives see of documents (CSP L1111-5, R1111-50)."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.vault.contract import arranging as a
from services.vault.contract import life as c
from services.vault.contract.deposits import Discard, HeldIn, Replace
from services.vault.contract.reading import Search
from shared.crypto.base64_text import to_base64
from shared.kernel.actor import Actor
from shared.kernel.errors import Forbidden
from shared.kernel.secrecy import SeenByRepresentatives
from tests.vault.cda import JPEG, PDF, TEXT
from tests.vault.unit.test_life import OWN
from tests.vault.world import AUTHOR, METADATA, MOTHER, PATIENT, RECORD, World

SECRETLY = replace(PATIENT, secret=True)
SECRET = ["INVISIBLE_REPRESENTANTS_LEGAUX"]
DIRECTIVES = OWN | {"type": "EXPPAT_3", "title": "Directives"}

Act = Callable[[World, UUID], Any]


def of(document_id: UUID) -> dict[str, Any]:
    return {"request_id": uuid4(), "document_id": document_id}


def replaced(world: World, document_id: UUID) -> Any:
    said = {"content": to_base64(TEXT), "metadata": OWN, "confidentiality": SECRET}
    return world.vault.replace(Replace.model_validate(of(document_id) | said), SECRETLY)


ACTS: Mapping[str, Act] = {
    "mask": lambda w, d: w.vault.mask(c.Mask(**of(d)), SECRETLY),
    "archive": lambda w, d: w.vault.archive(c.Archive(**of(d)), SECRETLY),
    "delete": lambda w, d: w.vault.delete(c.Delete(**of(d)), SECRETLY),
    "report": lambda w, d: w.vault.report(c.Report(**of(d), reason="other"), SECRETLY),
    "replace": replaced,
    "pin": lambda w, d: w.vault.pin(a.Pin(**of(d)), SECRETLY),
    "file_in": lambda w, d: w.vault.file_in(a.FileIn(**of(d), folder_id=None), SECRETLY),
}
FOR_ALL: Mapping[str, Callable[[World, dict[str, Any]], Any]] = {
    "create_folder": lambda w, r: w.vault.create_folder(a.CreateFolder(**r, name="A"), SECRETLY),
    "mask_all_by_default": lambda w, r: w.vault.mask_all_by_default(
        a.MaskAllByDefault(**r, on=True), SECRETLY
    ),
}


def own(world: World, content: bytes, by: Actor = PATIENT, **how: Any) -> UUID:
    said = {"record_id": str(RECORD), "metadata": OWN, **how}
    return world.deposit(content, by=by, **said).document_id


def shown(world: World) -> tuple[Any, Any]:
    """All that a representative sees of documents."""
    world.project()
    listed = world.vault.search(Search(record_id=RECORD, include_archived=True), MOTHER)
    return listed.items, world.vault.folders(a.Folders(record_id=RECORD), MOTHER)


@pytest.mark.parametrize("act", ACTS.values(), ids=list(ACTS))
def test_a_document_that_parents_see_is_left_as_it_is(world: World, act: Act) -> None:
    """What became of it would tell them of the session; what they do not see changes."""
    document_id = own(world, PDF)
    secret = own(world, JPEG, SECRETLY, confidentiality=SECRET)
    before = shown(world)

    with pytest.raises(SeenByRepresentatives):
        act(world, document_id)
    act(world, secret)

    assert shown(world) == before


@pytest.mark.parametrize("act", FOR_ALL.values(), ids=list(FOR_ALL))
def test_what_is_arranged_for_all_is_left_as_it_is(
    world: World, act: Callable[[World, dict[str, Any]], Any]
) -> None:
    """Folders have names, and what is masked by default is masked for all to see."""
    before = shown(world)
    with pytest.raises(SeenByRepresentatives):
        act(world, {"request_id": uuid4(), "record_id": RECORD})
    assert shown(world) == before


def test_directives_that_parents_see_are_not_replaced_in_secret(world: World) -> None:
    """A new document of directives would delete the former."""
    own(world, PDF, metadata=DIRECTIVES)
    before = shown(world)
    with pytest.raises(SeenByRepresentatives):
        own(world, TEXT, SECRETLY, metadata=DIRECTIVES, confidentiality=SECRET)
    assert shown(world) == before


def test_a_doctor_in_secret_leaves_what_parents_see(world: World) -> None:
    """Their own document too: a consultation in secret is known to the two of them."""
    given = {"record_id": str(RECORD), "metadata": METADATA}
    document_id = world.deposit(PDF, by=AUTHOR, **given).document_id
    with pytest.raises(SeenByRepresentatives):
        world.vault.archive(c.Archive(**of(document_id)), replace(AUTHOR, secret=True))


def test_a_parent_is_told_nothing_of_what_a_minor_holds_back_in_secret(world: World) -> None:
    """Nor discards it: it is theirs no more than one that is in the record."""
    held = own(world, PDF, SECRETLY, confidentiality=SECRET, hold=True)
    world.project()
    asked = HeldIn(record_id=RECORD)

    assert world.vault.held(asked, MOTHER).items == []
    assert [item.document_id for item in world.vault.held(asked, SECRETLY).items] == [held]
    faults = []
    for document_id in (held, uuid4()):
        with pytest.raises(Forbidden) as refusal:
            world.vault.discard(Discard(**of(document_id)), MOTHER)
        faults.append(refusal.value.to_fault() | {"decision_id": ""})
    assert faults[0] == faults[1]
    world.vault.discard(Discard(**of(held)), SECRETLY)


def test_a_parent_replaces_nothing_that_a_minor_keeps_secret(world: World) -> None:
    """Its id, should they have it, is that of nothing."""
    secret = own(world, PDF, SECRETLY, confidentiality=SECRET)
    faults = []
    for document_id in (secret, uuid4()):
        with pytest.raises(Forbidden) as refusal:
            own(world, TEXT, MOTHER, replaces=str(document_id))
        faults.append(refusal.value.to_fault())
    assert faults[0] == faults[1]
    document = world.vault.document(secret)
    assert document
    assert document.status == "Approved"


def test_a_parent_who_has_the_very_file_is_not_told_that_it_is_there(world: World) -> None:
    """What they put in is theirs, and shown as anything of theirs; the secret stays one."""
    secret = own(world, PDF, SECRETLY, confidentiality=SECRET)
    answer = world.deposit(PDF, by=MOTHER, record_id=str(RECORD), metadata=OWN)

    assert (answer.duplicate_of, answer.document_id == secret) == (None, False)
    assert [item.document_id for item in shown(world)[0]] == [answer.document_id]
    again = world.deposit(PDF, by=MOTHER, record_id=str(RECORD), metadata=OWN)
    assert again.duplicate_of == answer.document_id
