"""A new version takes the place of the former, and shows it to nobody more."""

import base64
from uuid import UUID, uuid4

import pytest

from services.vault.contract.deposits import DepositLot, Replace
from services.vault.contract.life import Delete
from services.vault.domain.document import Document
from services.vault.domain.states import Status
from shared.kernel.errors import Conflict, Forbidden
from tests.vault.cda import JPEG, PDF, TEXT, cda, replacing
from tests.vault.world import (
    AUTHOR,
    DOCTOR,
    HOSPITAL,
    METADATA,
    OTHER_HOSPITAL,
    OTHER_RECORD,
    RECORD,
    World,
)

V1 = cda(id_='<id root="1.2.3.4" extension="1"/>')
V2 = cda(id_='<id root="1.2.3.4" extension="2"/>', related=replacing("1.2.3.4^1"))
V3 = cda(id_='<id root="1.2.3.4" extension="3"/>', related=replacing("1.2.3.4^1"))


def document(world: World, document_id: UUID) -> Document:
    found = world.vault.get(document_id, Document)
    assert found
    return found


def test_the_header_says_what_it_replaces(world: World) -> None:
    """relatedDocument RPLC: both are saved in one transaction."""
    first = world.deposit(V1)
    second = world.deposit(V2)

    assert second.replaced == first.document_id
    assert second.logical_id != first.logical_id
    former = document(world, first.document_id)
    assert (former.status, former.replaced_by) == (Status.DEPRECATED, second.document_id)
    assert document(world, second.document_id).replaces == first.document_id
    assert sorted(world.topics()) == [
        "vault.document_deposited",
        "vault.document_deposited",
        "vault.document_replaced",
    ]


def test_an_unknown_parent_makes_a_new_document_with_a_warning(world: World) -> None:
    """The version before may have gone to another software's archive."""
    answer = world.deposit(V2)

    assert answer.replaced is None
    assert answer.warnings == ["replaced document unknown here"]


def test_somebody_elses_parent_is_as_unknown(world: World) -> None:
    """Only the author or the same structure replaces; others learn nothing of it."""
    first = world.deposit(V1)
    other = V2.replace(b"801234567897", b"899700366240").replace(b"1750712184", b"1690784137")

    answer = world.deposit(other, by=OTHER_HOSPITAL)

    assert answer.warnings == ["replaced document unknown here"]
    assert document(world, first.document_id).status is Status.APPROVED


def test_a_version_is_replaced_once(world: World) -> None:
    """Two branches of one document would both claim to be the current one."""
    world.deposit(V1)
    world.deposit(V2)

    with pytest.raises(Conflict):
        world.deposit(V3)
    assert len(world.objects.kept) == 2


def test_a_lot_replaces_a_version_once(world: World) -> None:
    """Nor are there two branches of what comes in together; none of it is taken."""
    first = world.deposit(PDF, record_id=str(RECORD), metadata=METADATA).document_id
    documents = [
        {"content": base64.b64encode(c).decode(), "metadata": METADATA, "replaces": str(first)}
        for c in (JPEG, TEXT)
    ]
    lot = {"request_id": uuid4(), "record_id": RECORD, "documents": documents}

    with pytest.raises(Conflict):
        world.vault.deposit_lot(DepositLot.model_validate(lot), HOSPITAL)
    assert document(world, first).status is Status.APPROVED


def test_the_new_version_hides_at_least_as_much(world: World) -> None:
    """Replacing must not be a way to unmask."""
    world.deposit(V1, confidentiality=["MASQUE_PS"])

    second = world.deposit(V2)

    assert "MASQUE_PS" in document(world, second.document_id).confidentiality


def replace(document_id: UUID, content: bytes = JPEG) -> Replace:
    return Replace.model_validate(
        {
            "request_id": uuid4(),
            "document_id": document_id,
            "content": base64.b64encode(content).decode(),
            "metadata": METADATA,
        }
    )


def test_by_id(world: World) -> None:
    """A bare file has no header to say what it replaces."""
    first = world.deposit(PDF, record_id=str(RECORD), metadata=METADATA)

    answer = world.vault.replace(replace(first.document_id), AUTHOR)

    assert answer.replaced == first.document_id


def test_by_id_it_must_be_ones_own(world: World) -> None:
    """Whatever access permits, a stranger replaces nothing."""
    first = world.deposit(PDF, record_id=str(RECORD), metadata=METADATA)

    with pytest.raises(Forbidden):
        world.vault.replace(replace(first.document_id), DOCTOR)
    with pytest.raises(Forbidden):
        world.deposit(
            JPEG, by=DOCTOR, record_id=str(RECORD), metadata=METADATA,
            replaces=str(first.document_id),
        )  # fmt: skip
    assert document(world, first.document_id).status is Status.APPROVED
    assert len(world.objects.kept) == 1


def test_by_id_it_is_of_the_same_record(world: World) -> None:
    """One's own of another person: no version of theirs, and theirs stays as it is."""
    theirs = world.deposit(PDF, record_id=str(OTHER_RECORD), metadata=METADATA).document_id

    with pytest.raises(Forbidden):
        world.deposit(JPEG, record_id=str(RECORD), metadata=METADATA, replaces=str(theirs))

    assert document(world, theirs).status is Status.APPROVED
    assert len(world.objects.kept) == 1


def test_by_id_it_is_still_there(world: World) -> None:
    """What was deleted has no further versions, and does not come back by one."""
    first = world.deposit(PDF, record_id=str(RECORD), metadata=METADATA).document_id
    world.vault.delete(Delete(request_id=uuid4(), document_id=first), AUTHOR)

    with pytest.raises(Conflict):
        world.deposit(JPEG, record_id=str(RECORD), metadata=METADATA, replaces=str(first))

    assert document(world, first).status is Status.DELETED
    assert len(world.events()) == 2


def test_held_back_it_is_told_at_once_what_it_could_not_replace(world: World) -> None:
    """Not at its release, when the professional has gone on to somebody else."""
    world.deposit(V1)
    world.deposit(V2)

    with pytest.raises(Conflict):
        world.deposit(V3, hold=True)
    assert "vault.document_held" not in world.topics()


def test_by_id_it_must_exist(world: World) -> None:
    """What is not there is refused like what is not yours."""
    with pytest.raises(Forbidden) as refusal:
        world.vault.replace(replace(uuid4()), HOSPITAL)

    assert refusal.value.decision_id is not None
