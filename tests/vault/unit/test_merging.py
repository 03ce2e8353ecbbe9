"""Two records of one person: the documents of both under one, until they are split."""

from uuid import UUID

import pytest

from services.vault.contract.reading import Open, Search, Versions
from services.vault.domain.document import Document
from services.vault.domain.opening import Opening
from shared.kernel.errors import Conflict, Forbidden, InvalidRequest, Unavailable
from tests.vault.cda import cda
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
