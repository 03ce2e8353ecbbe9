"""Which version came before and after is told to those who see that one too, to nobody else.

A version may be hidden by itself: a former one is masked later, a new one is not announced yet.
"""

from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from services.vault.contract.life import Mask, RevealToPatient, Unmask
from services.vault.contract.reading import ChangesSince, Describe, Open, Search, Versions
from services.vault.contract.summary import Summarise
from services.vault.contract.views import DocumentView
from shared.kernel.actor import Actor
from tests.vault.cda import cda, replacing
from tests.vault.world import AUTHOR, DOCTOR, PATIENT, RECORD, World

OTHER_DOCTOR = replace(DOCTOR, id="899700218896")

SYNTHESIS = '<code code="60591-5" codeSystem="2.16.840.1.113883.6.1"/>'
ALL = {"record_id": RECORD, "from": "1900-01-01"}
EVERYTHING = ALL | {"include_replaced": True, "include_archived": True}


def version(number: int, *codes: str) -> bytes:
    return cda(
        code=SYNTHESIS,
        id_=f'<id root="1.2.3.4" extension="{number}"/>',
        related=replacing(f"1.2.3.4^{number - 1}") if number > 1 else "",
        confidentiality=codes or ("N",),
    )


def two_versions(world: World, *codes: str) -> tuple[UUID, UUID]:
    """``codes``: of the second."""
    former, current = world.deposit(version(1)), world.deposit(version(2, *codes))
    world.project()
    return former.document_id, current.document_id


def answers(world: World, document_id: UUID, by: Actor) -> Iterator[DocumentView]:
    """The document in every answer that shows it."""
    vault = world.vault
    yield vault.describe(Describe(document_id=document_id), by)
    yield vault.open(Open(document_id=document_id), by).document
    found = vault.search(Search.model_validate(EVERYTHING), by).items
    found += vault.search(Search.model_validate(ALL), by).items
    since = {"record_id": RECORD, "instant": "2000-01-01T00:00:00Z"}
    found += vault.changes_since(ChangesSince.model_validate(since), by).items
    found += vault.versions(Versions(logical_id=document_id), by).items
    latest = vault.summary(Summarise(record_id=RECORD), by).synthesis.latest
    found += [latest] if latest else []
    shown = [item for item in found if item.document_id == document_id]
    assert len(shown) >= 3
    yield from shown


def before(world: World, document_id: UUID, by: Actor) -> set[UUID | None]:
    return {shown.replaces for shown in answers(world, document_id, by)}


def after(world: World, document_id: UUID, by: Actor) -> set[UUID | None]:
    return {shown.replaced_by for shown in answers(world, document_id, by)}


def test_versions_that_the_same_people_see_name_one_another(world: World) -> None:
    former, current = two_versions(world)

    for reader in (DOCTOR, PATIENT, AUTHOR):
        assert before(world, current, reader) == {former}
        assert after(world, former, reader) == {current}
        assert before(world, former, reader) == after(world, current, reader) == {None}


def test_a_colleagues_version_is_named_too(world: World) -> None:
    """In the open, who wrote it lets nobody in: another doctor of the structure went on with it."""
    former = world.deposit(version(1)).document_id
    by_a_colleague = version(2).replace(b"801234567897", b"899700218896")
    current = world.deposit(by_a_colleague).document_id
    world.project()

    for reader in (DOCTOR, PATIENT):
        assert before(world, current, reader) == {former}
        assert after(world, former, reader) == {current}


def test_masked_versions_of_two_people_name_one_another_to_nobody_else(world: World) -> None:
    """Who wrote the one alone is shown the one alone."""
    former = world.deposit(version(1, "MASQUE_PS")).document_id
    writer = replace(OTHER_DOCTOR, facility=None)
    theirs = version(2, "MASQUE_PS").replace(b"801234567897", writer.id.encode())
    current = world.deposit(theirs).document_id
    world.access.consent(RECORD, writer)
    world.project()

    assert before(world, current, writer) == {None}
    assert before(world, current, AUTHOR) == {former}


def test_a_former_version_that_is_masked_is_not_named(world: World) -> None:
    """Its id alone would tell a professional that something is hidden from them."""
    former, current = two_versions(world)
    world.vault.mask(Mask(request_id=uuid4(), document_id=former), PATIENT)
    world.project()

    assert before(world, current, DOCTOR) == {None}
    assert before(world, current, AUTHOR) == {former}
    shown = world.vault.versions(Versions(logical_id=current), PATIENT).items
    assert [(one.document_id, one.replaces) for one in shown] == [(former, None), (current, former)]

    world.vault.unmask(Unmask(request_id=uuid4(), document_id=former), PATIENT)
    world.project()
    assert before(world, current, DOCTOR) == {former}


@pytest.mark.parametrize("code", ["INVISIBLE_PATIENT", "MASQUE_PS"])
def test_a_new_version_that_is_hidden_is_not_named(world: World, code: str) -> None:
    """CSP R.1111-53: of what waits for its announcement the person is told nothing."""
    former, current = two_versions(world, code)
    reader = PATIENT if code == "INVISIBLE_PATIENT" else DOCTOR

    assert after(world, former, reader) == {None}

    if reader is PATIENT:
        announced = RevealToPatient(request_id=uuid4(), document_id=current)
        world.vault.reveal_to_patient(announced, AUTHOR)
    else:
        world.vault.unmask(Unmask(request_id=uuid4(), document_id=current), PATIENT)
    world.project()
    assert after(world, former, reader) == {current}
