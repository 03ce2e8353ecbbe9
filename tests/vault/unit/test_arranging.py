"""Folders, pins and masking by default: the person's own order."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from services.vault.contract import CONTRACT
from services.vault.contract.arranging import (
    Arranged,
    CreateFolder,
    DeleteFolder,
    FileIn,
    Folders,
    Pin,
    RenameFolder,
)
from services.vault.domain.arrangement import Arrangement
from services.vault.domain.document import Document
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.errors import Conflict, Forbidden
from tests.vault.cda import JPEG, PDF, TEXT
from tests.vault.world import HOSPITAL, METADATA, MOTHER, PATIENT, RECORD, World

OWN = {"type": "DOCPAT09", "title": "Mutuelle", "creation": "2026-11-01", "service_start": "2026"}


def create(world: World, name: str) -> UUID:
    request = CreateFolder(request_id=uuid4(), record_id=RECORD, name=name)
    return world.vault.create_folder(request, PATIENT).folder_id


def rename(world: World, folder_id: UUID, name: str) -> None:
    request = RenameFolder(request_id=uuid4(), record_id=RECORD, folder_id=folder_id, name=name)
    world.vault.rename_folder(request, PATIENT)


def file_in(world: World, document_id: UUID, folder_id: UUID | None) -> None:
    request = FileIn(request_id=uuid4(), document_id=document_id, folder_id=folder_id)
    world.vault.file_in(request, PATIENT)


def pin(world: World, document_id: UUID, *, on: bool = True) -> None:
    world.vault.pin(Pin(request_id=uuid4(), document_id=document_id, on=on), PATIENT)


def arranged(world: World, by: Actor = PATIENT) -> Arranged:
    world.project()
    return world.vault.folders(Folders(record_id=RECORD), by)


def filed(world: World, by: Actor = PATIENT) -> dict[str, list[UUID]]:
    return {folder.name: folder.document_ids for folder in arranged(world, by).folders}


def deposit(world: World, content: bytes = PDF, by: Actor = HOSPITAL, **how: Any) -> UUID:
    given = {"record_id": str(RECORD), "metadata": METADATA, **how}
    return world.deposit(content, by=by, **given).document_id


def codes(world: World, document_id: UUID) -> tuple[str, ...]:
    found = world.vault.get(document_id, Document)
    assert found
    return found.confidentiality


def test_a_document_is_in_one_folder_at_most(world: World) -> None:
    """Filed elsewhere it moves; filed nowhere it is out."""
    document_id = deposit(world)
    pregnancy, knee = create(world, "Grossesse"), create(world, "Genou")

    file_in(world, document_id, pregnancy)
    assert filed(world) == {"Genou": [], "Grossesse": [document_id]}
    file_in(world, document_id, knee)
    assert filed(world) == {"Genou": [document_id], "Grossesse": []}
    file_in(world, document_id, None)
    assert filed(world) == {"Genou": [], "Grossesse": []}


def test_names_are_unique_whatever_their_case_and_accents(world: World) -> None:
    """Two that read alike would be one to the person."""
    first = create(world, "Épaule droite")
    knee = create(world, "Genou")

    with pytest.raises(Conflict) as refusal:
        create(world, "epaule  DROITE")
    assert set(refusal.value.fields) == {"name"}
    rename = RenameFolder(
        request_id=uuid4(), record_id=RECORD, folder_id=knee, name="épaule droite"
    )
    with pytest.raises(Conflict):
        world.vault.rename_folder(rename, PATIENT)
    rename = RenameFolder(
        request_id=uuid4(), record_id=RECORD, folder_id=first, name="EPAULE DROITE"
    )
    world.vault.rename_folder(rename, PATIENT)
    assert set(filed(world)) == {"EPAULE DROITE", "Genou"}


def test_a_hundred_folders_at_most() -> None:
    """One more is refused; one that is renamed is not one more."""
    kept = Arrangement.begin(bytes(32), RECORD, PATIENT)
    ids = [UUID(int=n) for n in range(100)]
    for number, folder_id in enumerate(ids):
        kept.create_folder(folder_id, f"Dossier {number}", PATIENT)

    with pytest.raises(Conflict):
        kept.create_folder(uuid4(), "Un de plus", PATIENT)
    kept.rename_folder(ids[0], "Autre nom", PATIENT)
    assert len(kept.folders) == 100


def test_a_folder_goes_and_its_documents_stay(world: World) -> None:
    """It was an order, not a place."""
    document_id, folder = deposit(world), create(world, "Genou")
    file_in(world, document_id, folder)

    world.vault.delete_folder(
        DeleteFolder(request_id=uuid4(), record_id=RECORD, folder_id=folder), PATIENT
    )

    assert filed(world) == {}
    assert codes(world, document_id)
    for gone in (folder, uuid4()):
        with pytest.raises(Forbidden):
            file_in(world, document_id, gone)


def test_pinned_and_not(world: World) -> None:
    """At the top of their list, until they say otherwise."""
    first, second = deposit(world), deposit(world, JPEG)
    pin(world, first)
    pin(world, second)
    pin(world, first, on=False)

    assert arranged(world).pinned == [second]


def test_nothing_of_a_hidden_document_shows(world: World) -> None:
    """A mother sees the folder, not what a minor's secret holds in it."""
    document_id, folder = deposit(world), create(world, "Moi")
    file_in(world, document_id, folder)
    pin(world, document_id)
    secret = deposit(world, JPEG, confidentiality=["INVISIBLE_REPRESENTANTS_LEGAUX"])
    file_in(world, secret, folder)
    pin(world, secret)

    assert filed(world, MOTHER) == {"Moi": [document_id]}
    assert arranged(world, MOTHER).pinned == [document_id]


def test_professionals_have_no_part_in_it(world: World) -> None:
    """Folders are the person's, and say something of them."""
    arranging = {"create_folder", "rename_folder", "delete_folder", "file_in", "pin", "folders"}
    methods = {m.name: m for m in CONTRACT.methods}

    for name in (*arranging, "mask_all_by_default"):
        assert methods[name].callers == {ActorKind.PATIENT, ActorKind.REPRESENTATIVE}


class TestMaskingByDefault:
    def test_what_comes_in_is_masked(self, world: World) -> None:
        """Whatever its depositor said; what was there stays, and it can be undone."""
        before = deposit(world)
        world.mask_by_default()
        during = deposit(world, JPEG)
        world.mask_by_default(on=False)
        after = deposit(world, TEXT)

        assert codes(world, before) == codes(world, after) == ("N",)
        assert codes(world, during) == ("MASQUE_PS", "N")

    def test_the_person_says_otherwise_of_their_own(self, world: World) -> None:
        """A synthesis they wrote may be for their doctor to see."""
        world.mask_by_default()

        assert codes(world, deposit(world, by=PATIENT, metadata=OWN)) == ("MASQUE_PS", "N")
        shown = deposit(world, TEXT, by=PATIENT, metadata=OWN, confidentiality=["N"])
        assert codes(world, shown) == ("N",)

    def test_its_depositor_is_told(self, world: World) -> None:
        """So that what is made of it is hidden as it is; also of one that is there already."""
        world.mask_by_default()
        for _ in range(2):
            done = world.deposit(JPEG, record_id=str(RECORD), metadata=METADATA)
            assert done.confidentiality == ["MASQUE_PS", "N"]

    def test_a_choice_made_meanwhile_is_obeyed(self, world: World) -> None:
        """Between the decision and the save the person chose: the deposit decides again."""
        keep = type(world.vault.contents).keep
        chosen: list[bool] = []

        def choose_then_keep(*given: Any) -> Any:
            if not chosen:
                chosen.append(True)
                world.mask_by_default()
            return keep(*given)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(type(world.vault.contents), "keep", choose_then_keep)
            document_id = deposit(world)

        assert codes(world, document_id) == ("MASQUE_PS", "N")


def test_the_record_is_asked_about(world: World) -> None:
    """Of a stranger's record nothing is arranged."""
    world.access.close(RECORD)

    for ask in (
        lambda: create(world, "Genou"),
        lambda: arranged(world),
        world.mask_by_default,
        lambda: file_in(world, uuid4(), None),
    ):
        with pytest.raises(Forbidden):
            ask()
