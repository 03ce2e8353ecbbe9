"""Two records of one person: the documents of both under one, until they are split."""

import base64
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.vault.contract.deposits import Discard, HeldIn, Release, Replace
from services.vault.contract.life import Delete, Reclassify
from services.vault.contract.reading import Describe, Open, Search, Versions
from services.vault.domain.document import Document
from services.vault.domain.opening import Opening
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.errors import Conflict, Forbidden, InvalidRequest, Unavailable
from tests.vault.cda import JPEG, PDF, RTF, TEXT, cda
from tests.vault.exports import begin, whole_part
from tests.vault.world import DOCTOR, METADATA, OTHER_RECORD, PATIENT, RECORD, World, asked

MERGE = UUID("0190a000-0000-7000-8000-0000000000cc")
SOURCE, TARGET = OTHER_RECORD, RECORD
THEIRS = b"%PDF-1.4\n%%EOF"


def hear(world: World, type_: str) -> None:
    world.hear(type_, TARGET, {"source": str(SOURCE), "merge_id": str(MERGE)})


@pytest.fixture
def documents(world: World) -> tuple[UUID, UUID]:
    """One of the target, one of the source."""
    ours = world.deposit(cda())
    theirs = world.vault.deposit(asked(THEIRS, record_id=SOURCE, metadata=METADATA), DOCTOR)
    world.project()
    return ours.document_id, theirs.document_id


def found(world: World, record_id: UUID = TARGET) -> set[UUID]:
    answer = world.vault.search(Search(record_id=record_id, since="1900-01-01"), DOCTOR)
    return {item.document_id for item in answer.items}


def test_the_sources_documents_are_listed_under_the_target(
    world: World, documents: tuple[UUID, UUID]
) -> None:
    """
    By either id, the person's documents are all of them, and they are asked about as the target's.
    """
    assert found(world) == {documents[0]}

    hear(world, "records_merged")

    assert found(world) == found(world, SOURCE) == set(documents)
    assert world.access.asked[-1].record_id == TARGET


def test_the_targets_rights_decide(world: World, documents: tuple[UUID, UUID]) -> None:
    """
    Whoever is shut out of the target reads nothing of the source, by no way.
    """
    hear(world, "records_merged")
    world.access.close(TARGET)

    for ask in (
        lambda: world.vault.open(Open(document_id=documents[1]), DOCTOR),
        lambda: found(world, SOURCE),
        lambda: world.vault.versions(Versions(logical_id=documents[1]), DOCTOR),
    ):
        with pytest.raises(Forbidden):
            ask()


@pytest.mark.parametrize("parked", [SOURCE, TARGET], ids=["source", "target"])
def test_nothing_is_decided_while_a_message_of_either_is_parked(
    world: World, documents: tuple[UUID, UUID], parked: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The source may have been split off again: whose its documents are is not known."""
    hear(world, "records_merged")
    monkeypatch.setattr(type(world.vault.places), "is_parked", lambda _, record: record == parked)

    with pytest.raises(Unavailable):
        world.vault.open(Open(document_id=documents[1]), DOCTOR)


def test_an_opening_is_in_the_targets_journal(world: World, documents: tuple[UUID, UUID]) -> None:
    """
    That is the journal the person reads now.
    """
    hear(world, "records_merged")

    world.vault.open(Open(document_id=documents[1]), DOCTOR)

    event = world.events()[-1].event
    assert isinstance(event, Opening.Created)
    assert (event.record_id, event.document_id) == (TARGET, documents[1])


def test_a_split_gives_each_its_own_again(world: World, documents: tuple[UUID, UUID]) -> None:
    """
    Two people after all: neither sees the other's, from that message on.
    """
    hear(world, "records_merged")
    hear(world, "records_split")

    assert found(world) == {documents[0]}
    assert found(world, SOURCE) == {documents[1]}
    world.vault.open(Open(document_id=documents[1]), DOCTOR)
    assert world.access.asked[-1].record_id == SOURCE


def test_a_copy_begun_before_a_split_holds_nothing_of_the_other_person(
    world: World, documents: tuple[UUID, UUID]
) -> None:
    """
    Its list was fixed while they were one; what was not read yet is read as they are now, and what
    was is refused as changed.
    """
    hear(world, "records_merged")
    read_before, read_after = begin(world), begin(world)
    assert THEIRS in whole_part(world, read_before, 0)
    hear(world, "records_split")

    assert THEIRS not in whole_part(world, read_after, 0)
    with pytest.raises(Conflict):
        whole_part(world, read_before, 0)


def test_merged_split_and_merged_again(world: World, documents: tuple[UUID, UUID]) -> None:
    """
    People change their minds; the last word counts.
    """
    for said in ("records_merged", "records_split", "records_merged"):
        hear(world, said)

    assert found(world) == set(documents)


def test_a_double_of_the_sources_is_one(world: World, documents: tuple[UUID, UUID]) -> None:
    """One person has it once, whichever record it is sent to."""
    hear(world, "records_merged")
    again = world.deposit(b"%PDF-1.4\n%%EOF", DOCTOR, record_id=str(TARGET), metadata=METADATA)

    assert again.duplicate_of == documents[1]


def test_a_document_with_the_persons_ins_goes_to_either(
    world: World, documents: tuple[UUID, UUID]
) -> None:
    """Identity answers the target for both INS; software still names the source."""
    source_says = cda(id_='<id root="1.2.3.4" extension="2"/>')
    with pytest.raises(InvalidRequest):
        world.deposit(source_says, record_id=str(SOURCE))

    hear(world, "records_merged")

    answer = world.deposit(source_says, record_id=str(SOURCE))
    world.project()
    assert answer.record_id == SOURCE
    assert found(world) == {*documents, answer.document_id}


def test_a_mask_by_default_of_either_holds(world: World) -> None:
    """The stricter side, as for blocks and switches."""
    world.mask_by_default()
    hear(world, "records_merged")
    document = world.deposit(b"%PDF-1.4\n%%EOF", DOCTOR, record_id=str(SOURCE), metadata=METADATA)

    kept = world.vault.get(document.document_id, Document)
    assert kept
    assert "MASQUE_PS" in kept.confidentiality


OWN = {"type": "DOCPAT09", "title": "Mutuelle", "creation": "2026", "service_start": "2026"}
BEFORE = Actor(kind=ActorKind.PATIENT, id=str(SOURCE), record_id=SOURCE)
"""The person of the source, before anybody knew that it is one with the target."""


def put_in_before(world: World, content: bytes, **how: Any) -> UUID:
    given = {"record_id": str(SOURCE), "metadata": OWN, **how}
    return world.deposit(content, BEFORE, **given).document_id


def test_what_the_person_put_in_before_is_theirs_still(world: World) -> None:
    """CSP R.1111-49: they keep it, correct it and take it away, by the record that lives."""
    deleted, corrected, former = (put_in_before(world, one) for one in (PDF, JPEG, TEXT))
    said = {"document_id": former, "content": base64.b64encode(RTF).decode(), "metadata": OWN}
    hear(world, "records_merged")

    world.vault.delete(Delete(request_id=uuid4(), document_id=deleted), PATIENT)
    rename = Reclassify(request_id=uuid4(), document_id=corrected, title="Ma mutuelle")
    world.vault.reclassify(rename, PATIENT)
    replacement = Replace.model_validate({"request_id": uuid4(), **said})
    current = world.vault.replace(replacement, PATIENT)

    states = [world.vault.get(one, Document) for one in (deleted, corrected, former)]
    assert [one and one.status for one in states] == ["Deleted", "Approved", "Deprecated"]
    assert (current.record_id, current.replaced) == (SOURCE, former)
    world.vault.delete(Delete(request_id=uuid4(), document_id=current.document_id), PATIENT)


def test_what_the_person_held_back_before_is_theirs_still(world: World) -> None:
    """Found, released or discarded by the record that lives; by nobody else's."""
    released, discarded = (put_in_before(world, one, hold=True) for one in (PDF, JPEG))
    world.project()

    def held() -> set[UUID]:
        world.project()
        found = world.vault.held(HeldIn(record_id=TARGET), PATIENT).items
        return {one.document_id for one in found}

    assert held() == set()
    with pytest.raises(Forbidden):
        world.vault.discard(Discard(request_id=uuid4(), document_id=discarded), PATIENT)
    with pytest.raises(Forbidden):
        world.vault.describe(Describe(document_id=discarded), PATIENT)
    hear(world, "records_merged")

    assert held() == {released, discarded}
    assert world.vault.describe(Describe(document_id=discarded), PATIENT).status == "Held"
    world.vault.release(Release(request_id=uuid4(), document_id=released), PATIENT)
    world.vault.discard(Discard(request_id=uuid4(), document_id=discarded), PATIENT)
    assert held() == set()


def test_of_directives_put_in_before_none_is_kept(world: World) -> None:
    """One document of directives is current, of one person: the last."""
    directives = {"record_id": str(TARGET), "metadata": OWN | {"type": "EXPPAT_3"}}
    first = put_in_before(world, PDF, metadata=directives["metadata"])
    second = world.deposit(JPEG, PATIENT, **directives).document_id
    hear(world, "records_merged")

    third = world.deposit(TEXT, PATIENT, **directives).document_id

    kept = [world.vault.get(one, Document) for one in (first, second, third)]
    assert [one and one.status for one in kept] == ["Deleted", "Deleted", "Approved"]


def test_two_people_after_all_touch_nothing_of_one_another(world: World) -> None:
    document = put_in_before(world, PDF)
    hear(world, "records_merged")
    hear(world, "records_split")

    with pytest.raises(Forbidden):
        world.vault.delete(Delete(request_id=uuid4(), document_id=document), PATIENT)
    world.vault.delete(Delete(request_id=uuid4(), document_id=document), BEFORE)


def test_erased_nothing_of_it_is_left_to_read(world: World, documents: tuple[UUID, UUID]) -> None:
    """Its keys are gone; what lay in object storage goes when identity says so; others stay."""
    world.keys.erase(TARGET)
    world.hear("record_erased", TARGET, {})

    assert len(world.objects.kept) == 1
    for reader in (DOCTOR, PATIENT):
        with pytest.raises(Forbidden) as refusal:
            world.vault.open(Open(document_id=documents[0]), reader)
        assert refusal.value.decision_id
    assert found(world) == set()
    world.vault.open(Open(document_id=documents[1]), DOCTOR)
