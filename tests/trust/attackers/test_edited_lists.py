"""An operator rewrites rows of the vault's list. What that may do ends at the list: each opening
is decided on the log."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from services.vault.contract.reading import Describe, Open, Search
from services.vault.projections.document_rows import Marks, place
from services.vault.projections.documents import DocumentList
from shared.crypto.fields import seal_field
from shared.crypto.sealing import NotAuthentic
from shared.kernel.errors import Forbidden
from shared.stores.documents import At, Delete, Json, Patch, Write
from tests.vault.cda import cda
from tests.vault.world import DOCTOR, RECORD, World

PLAIN = ["N"]
LATER = At(source="vault", epoch="", previous=0, position=1_000)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    world.vault.close()


@pytest.fixture
def shown(world: World) -> UUID:
    return world.deposit(cda()).document_id


@pytest.fixture
def hidden(world: World, shown: UUID) -> UUID:
    """From the doctor, who sees the other."""
    masked = cda(id_='<id root="1.2.3.4" extension="99"/>', confidentiality=["MASQUE_PS"])
    hidden = world.deposit(masked).document_id
    world.project()
    return hidden


def listed(world: World) -> set[UUID]:
    asked = Search.model_validate({"record_id": RECORD, "from": "1900-01-01"})
    return {item.document_id for item in world.vault.search(asked, DOCTOR).items}


def row_of(world: World, document_id: UUID) -> Json:
    row = world.documents.get(str(document_id))
    assert row
    return row


def rewrite(world: World, write: Write) -> None:
    world.documents.amend([write], LATER)


def test_without_a_key_a_hidden_document_is_not_listed(
    world: World, shown: UUID, hidden: UUID
) -> None:
    """What is sealed is bound to its row: the visibility of another does not open there, and the
    list is refused rather than wrong."""
    visible = row_of(world, shown)
    forged = {name: visible[name] for name in ("visibility", "visibility_mark")}
    rewrite(world, Patch(str(hidden), forged))

    with pytest.raises(NotAuthentic):
        listed(world)


def test_with_the_services_key_the_list_lies_and_nothing_opens(
    world: World, shown: UUID, hidden: UUID
) -> None:
    """Its title is shown. The document is refused as before, and a list made anew does not have
    it: so the lie is found."""
    key = world.keys.current(RECORD)
    forged = {
        "visibility": seal_field(
            key, place(str(hidden), "visibility"), {"codes": PLAIN, "told": PLAIN}
        ),
        "visibility_mark": Marks(world.keys, RECORD).visibility(PLAIN),
    }
    rewrite(world, Patch(str(hidden), forged))

    assert listed(world) == {shown, hidden}, "what remains possible (docs/security.md)"
    for ask in (
        lambda: world.vault.open(Open(document_id=hidden), DOCTOR),
        lambda: world.vault.describe(Describe(document_id=hidden), DOCTOR),
    ):
        with pytest.raises(Forbidden):
            ask()
    assert "vault.document_opened" not in world.topics()
    assert made_anew(world)[str(hidden)]["visibility_mark"] != forged["visibility_mark"]


def test_a_row_taken_away_takes_no_document_away(world: World, shown: UUID, hidden: UUID) -> None:
    """Whoever knows it opens it, and a list made anew has it."""
    rewrite(world, Delete(str(shown)))

    assert listed(world) == set()
    assert world.vault.open(Open(document_id=shown), DOCTOR).content
    assert made_anew(world).keys() == {str(shown), str(hidden)}


def made_anew(world: World) -> dict[str, Json]:
    fresh = world.documents.rebuild()
    view, previous = DocumentList(world.keys), 0
    for row in world.vault.read(0, 10_000):
        at = At(source="vault", epoch=row.epoch, previous=previous, position=row.position)
        fresh.apply(view.writes(row.event), at)
        previous = row.position
    return {row["id"]: row for row in fresh.find().items}
