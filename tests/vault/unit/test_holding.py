"""Fed by default; what is held back is nobody's to see, until its depositor releases it."""

import base64
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.vault.contract.deposits import (
    Deposit,
    DepositedOne,
    DepositLot,
    Discard,
    HeldIn,
    Release,
)
from services.vault.contract.reading import ChangesSince, Describe, Open, Search
from services.vault.domain.copies import Copies
from services.vault.domain.document import Document
from services.vault.domain.states import Status
from services.vault.messages import message_for
from shared.kernel.actor import Actor
from shared.kernel.errors import Conflict, Forbidden, InvalidRequest, Unavailable
from tests.vault.cda import JPEG, PDF, TEXT, cda, replacing
from tests.vault.world import (
    AUTHOR,
    DOCTOR,
    HOSPITAL,
    METADATA,
    OTHER_HOSPITAL,
    OTHER_RECORD,
    PATIENT,
    RECORD,
    World,
    asked,
)

DAYS = "2000-01-01"
"""Far enough back for all that is deposited here."""


def hold(world: World, content: bytes = PDF, by: Actor = HOSPITAL, **how: Any) -> DepositedOne:
    given = {"record_id": str(RECORD), "metadata": METADATA, "hold": True, **how}
    return world.deposit(content, by=by, **given)


def release(world: World, document_id: UUID, by: Actor = HOSPITAL) -> None:
    world.vault.release(Release(request_id=uuid4(), document_id=document_id), by)


def status(world: World, document_id: UUID) -> Status:
    found = world.vault.get(document_id, Document)
    assert found
    return found.status


def listed(world: World, by: Actor = PATIENT) -> list[UUID]:
    world.project()
    asked = {"record_id": RECORD, "from": DAYS}
    everything = {"include_archived": True, "include_replaced": True}
    changes = world.vault.changes_since(
        ChangesSince.model_validate({"record_id": RECORD, "instant": f"{DAYS}T00:00:00Z"}), by
    )
    all_states = world.vault.search(Search.model_validate(asked | everything), by)
    assert "Held" not in {item.status for item in (*all_states.items, *changes.items)}
    found = world.vault.search(Search.model_validate(asked), by)
    assert found.total == len(found.items)
    return [item.document_id for item in found.items]


def held(world: World, by: Actor = HOSPITAL) -> list[UUID]:
    world.project()
    items = world.vault.held(HeldIn(record_id=RECORD), by).items
    assert all(item.status == "Held" for item in items)
    return [item.document_id for item in items]


def test_it_is_not_in_the_record(world: World) -> None:
    """No list, no count, no opening shows it, to the person neither."""
    answer = hold(world)

    assert answer.held
    assert world.topics() == ["vault.document_held"]
    assert listed(world) == []
    for reader in (PATIENT, DOCTOR, OTHER_HOSPITAL):
        with pytest.raises(Forbidden) as refusal:
            world.vault.describe(Describe(document_id=answer.document_id), reader)
        assert refusal.value.decision_id
        with pytest.raises(Forbidden):
            world.vault.open(Open(document_id=answer.document_id), reader)


def test_who_holds_it_finds_it_again(world: World) -> None:
    """The structure and its author do, others do not."""
    document_id = hold(world).document_id

    assert held(world) == held(world, AUTHOR) == [document_id]
    assert held(world, DOCTOR) == held(world, OTHER_HOSPITAL) == []
    shown = world.vault.describe(Describe(document_id=document_id), AUTHOR)
    assert shown.status == "Held"


def test_who_holds_it_opens_it_and_nobody_is_told(world: World) -> None:
    """The person was told of a document read in their record, where there is none."""
    document_id = hold(world).document_id

    opened = world.vault.open(Open(document_id=document_id), AUTHOR)

    assert base64.b64decode(opened.content) == PDF
    assert opened.warnings == ["Ce document n’est pas encore versé dans le dossier."]
    assert world.topics()[1:] == ["vault.held_document_opened"]
    assert [m.TYPE for row in world.events() if (m := message_for(row.event))] == [
        "vault.document_held"
    ]

    release(world, document_id)
    world.vault.open(Open(document_id=document_id), AUTHOR)
    told = message_for(world.events()[-1].event)
    assert told
    assert told.TYPE == "vault.document_opened"


def test_released_it_is_a_deposit_like_another(world: World) -> None:
    """In the record from that instant, which is its submission."""
    document_id = hold(world).document_id
    world.project()
    world.clock.move(timedelta(hours=3))

    release(world, document_id)

    assert listed(world) == [document_id]
    assert held(world) == []
    shown = world.vault.describe(Describe(document_id=document_id), DOCTOR)
    assert (shown.status, shown.submitted_at) == ("Approved", world.clock.now())
    since = ChangesSince(record_id=RECORD, instant=world.clock.now() - timedelta(hours=1))
    assert [i.document_id for i in world.vault.changes_since(since, PATIENT).items] == [document_id]
    assert [q.action for q in world.access.asked if q.by == HOSPITAL] == ["feed", "feed", "feed"]


def test_it_is_released_once_by_its_own(world: World) -> None:
    """What is not yours is refused as what is not there."""
    document_id = hold(world).document_id

    for stranger in (DOCTOR, OTHER_HOSPITAL, PATIENT):
        with pytest.raises(Forbidden):
            release(world, document_id, stranger)
        with pytest.raises(Forbidden):
            world.vault.discard(Discard(request_id=uuid4(), document_id=document_id), stranger)
    release(world, document_id, AUTHOR)
    with pytest.raises(Conflict):
        release(world, document_id)


def test_discarded_it_never_comes_in(world: World) -> None:
    """Its content goes with the next sweeps, and the same file may be deposited later."""
    first = hold(world).document_id
    world.vault.discard(Discard(request_id=uuid4(), document_id=first), HOSPITAL)

    assert status(world, first) is Status.DISCARDED
    assert listed(world) == held(world) == []
    with pytest.raises(Forbidden):
        release(world, first)
    world.vault.sweep_orphans()
    world.vault.sweep_orphans()
    assert not world.objects.kept

    again = world.deposit(PDF, record_id=str(RECORD), metadata=METADATA)
    assert again.document_id != first
    assert listed(world) == [again.document_id]


def test_the_same_deposited_without_hold_is_its_release(world: World) -> None:
    """Software that feeds by default sends it again when the professional no longer holds it."""
    first = hold(world)
    again = hold(world, hold=False)

    assert again.document_id == first.document_id
    assert not again.held
    assert world.topics() == ["vault.document_held", "vault.document_released"]


@pytest.mark.parametrize("code", ["INVISIBLE_PATIENT", "MASQUE_PS"])
def test_deposited_without_hold_it_is_hidden_as_it_is_said_to_be_then(
    world: World, code: str
) -> None:
    """Whoever hides it at last is told that it is in the record: it is not in the open there."""
    first = hold(world)

    again = hold(world, hold=False, confidentiality=[code])

    assert (again.document_id, again.held) == (first.document_id, False)
    kept = world.vault.get(first.document_id, Document)
    assert kept
    assert code in kept.confidentiality
    hidden_from = PATIENT if code == "INVISIBLE_PATIENT" else DOCTOR
    assert listed(world, hidden_from) == []


def test_held_back_again_it_is_not_hidden_otherwise_unsaid(world: World) -> None:
    """Nothing changes what is held back but its release: who hides it now would take it for
    hidden, and release it in the open."""
    first = hold(world, confidentiality=["MASQUE_PS"])

    with pytest.raises(Conflict) as refusal:
        hold(world, confidentiality=["INVISIBLE_REPRESENTANTS_LEGAUX"])
    again = hold(world, confidentiality=["N"])

    assert set(refusal.value.fields) == {"confidentiality"}
    assert (again.document_id, again.held) == (first.document_id, True)
    assert world.topics() == ["vault.document_held"]


def test_deposited_without_hold_its_copies_go_to_whom_it_names_too(world: World) -> None:
    """Each of them once; a copy of what is hidden from professionals is refused as ever."""
    hold(world, copies_to=["899700366240"])

    with pytest.raises(InvalidRequest):
        hold(world, hold=False, confidentiality=["MASQUE_PS"])
    hold(world, hold=False, copies_to=["a@b.mssante.fr", "899700366240"])

    (copies,) = [e.event for e in world.events() if isinstance(e.event, Copies.Created)]
    assert copies.to == ["899700366240", "a@b.mssante.fr"]


@pytest.mark.parametrize(
    ("by", "codes"),
    [(OTHER_HOSPITAL, ["MASQUE_PS"]), (DOCTOR, ["N"])],
    ids=["without a right", "a reader"],
)
def test_somebody_else_may_deposit_the_same(world: World, by: Actor, codes: list[str]) -> None:
    """What is held back elsewhere must show in nothing, not even as a double or by its mask."""
    first = hold(world, confidentiality=codes)
    other = hold(world, by=by, hold=False)

    assert other.duplicate_of is None
    assert other.document_id != first.document_id
    assert listed(world) == [other.document_id]
    shown = world.vault.describe(Describe(document_id=other.document_id), PATIENT)
    assert shown.confidentiality == ["N"]


def test_a_new_version_held_back_replaces_nothing_yet(world: World) -> None:
    """Until it is released the former is the current one."""
    former = world.deposit(cda()).document_id
    new = cda(id_='<id root="1.2.3.4" extension="2"/>', related=replacing("1.2.3.4^1"))
    held_back = world.deposit(new, hold=True)

    assert held_back.replaced is None
    assert status(world, former) is Status.APPROVED
    release(world, held_back.document_id)
    assert status(world, former) is Status.DEPRECATED
    assert listed(world) == [held_back.document_id]


def test_held_and_released_in_one_call(world: World) -> None:
    """One lot: new documents, one of them held back, and one held before that now goes in."""
    before = hold(world).document_id
    documents = [
        {"content": base64.b64encode(content).decode(), "metadata": METADATA, "hold": kept}
        for content, kept in ((JPEG, False), (TEXT, True))
    ]
    lot = {
        "request_id": uuid4(), "record_id": RECORD, "documents": documents, "release": [before]
    }  # fmt: skip

    answer = world.vault.deposit_lot(DepositLot.model_validate(lot), HOSPITAL)

    assert [one.held for one in answer.documents] == [False, True]
    assert sorted(listed(world)) == sorted([before, answer.documents[0].document_id])
    assert held(world) == [answer.documents[1].document_id]


def test_a_lot_is_of_one_record(world: World) -> None:
    """XDS: a submission set is of one patient. What is held back for somebody else would come into
    their record by a slip of who sends the lot."""
    other = hold(world, JPEG, record_id=str(OTHER_RECORD)).document_id
    item = {"content": base64.b64encode(TEXT).decode(), "metadata": METADATA}
    lot = {"request_id": uuid4(), "record_id": RECORD, "documents": [item], "release": [other]}

    with pytest.raises(InvalidRequest) as refusal:
        world.vault.deposit_lot(DepositLot.model_validate(lot), HOSPITAL)

    assert set(refusal.value.fields) == {"release"}
    assert status(world, other) is Status.HELD
    assert len(world.objects.kept) == len(world.events()) == 1


def test_a_lot_that_may_not_release_one_takes_none(world: World) -> None:
    """All of it or none of it."""
    said = {**METADATA, "author": DOCTOR.id, "institution": OTHER_HOSPITAL.id}
    theirs = hold(world, by=OTHER_HOSPITAL, metadata=said).document_id
    documents = [{"content": base64.b64encode(JPEG).decode(), "metadata": METADATA}]
    lot = {
        "request_id": uuid4(), "record_id": RECORD, "documents": documents, "release": [theirs]
    }  # fmt: skip
    kept = set(world.objects.kept)

    with pytest.raises(Forbidden):
        world.vault.deposit_lot(DepositLot.model_validate(lot), HOSPITAL)

    assert world.topics() == ["vault.document_held"]
    assert set(world.objects.kept) == kept


def test_a_record_that_waits_for_an_operator_is_refused(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A message about it is parked: whether it may be fed or read is not known."""
    document_id = hold(world, hold=False).document_id
    world.project()
    monkeypatch.setattr(type(world.vault.places), "is_parked", lambda _, record: record == RECORD)

    request = asked(JPEG, record_id=str(RECORD), metadata=METADATA)
    assert isinstance(request, Deposit)
    for ask in (
        lambda: world.vault.deposit(request, HOSPITAL),
        lambda: world.vault.open(Open(document_id=document_id), PATIENT),
        lambda: world.vault.search(Search(record_id=RECORD), PATIENT),
    ):
        with pytest.raises(Unavailable):
            ask()
