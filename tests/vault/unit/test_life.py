"""Archive, delete, report, reclassify: who may, and what is left to see."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import ValidationError

from services.vault.contract.life import (
    Archive,
    Delete,
    Mask,
    Reclassify,
    Report,
    Unarchive,
    Visibility,
)
from services.vault.contract.reading import Describe, Open, Search, Versions
from services.vault.contract.views import DocumentView
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.errors import Conflict, Forbidden, InvalidRequest
from tests.vault.cda import JPEG, PDF, TEXT, cda
from tests.vault.world import AUTHOR, DOCTOR, HOSPITAL, METADATA, MOTHER, PATIENT, RECORD, World

COLLEAGUE = Actor(
    kind=ActorKind.PROFESSIONAL, id="801234500000", profession="10", facility=HOSPITAL.id
)
OWN = {"type": "DOCPAT09", "title": "Mutuelle", "creation": "2026-11-01", "service_start": "2026"}


def theirs(world: World, content: bytes = PDF, **how: Any) -> UUID:
    given = {"record_id": str(RECORD), "metadata": METADATA, **how}
    return world.deposit(content, by=HOSPITAL, **given).document_id


def own(world: World, content: bytes = PDF, by: Actor = PATIENT) -> UUID:
    return world.deposit(content, by=by, record_id=str(RECORD), metadata=OWN).document_id


def delete(world: World, by: Actor, *ids: UUID) -> None:
    request = Delete(request_id=uuid4(), document_id=ids[0], also=list(ids[1:]))
    world.vault.delete(request, by)


def found(world: World, **filters: Any) -> set[UUID]:
    world.project()
    asked = {"record_id": RECORD, "from": "2000-01-01", **filters}
    answer = world.vault.search(Search.model_validate(asked), DOCTOR)
    assert answer.total == len(answer.items)
    return {item.document_id for item in answer.items}


def described(world: World, document_id: UUID, by: Actor = DOCTOR) -> DocumentView:
    return world.vault.describe(Describe(document_id=document_id), by)


class TestDeleting:
    def test_its_author_and_nobody_else(self, world: World) -> None:
        """DMP TD3.3c: not a colleague, not the person whose record it is."""
        document_id = theirs(world)

        for other in (COLLEAGUE, DOCTOR, PATIENT, MOTHER):
            with pytest.raises(Forbidden):
                delete(world, other, document_id)
        delete(world, AUTHOR, document_id)

    def test_the_person_deletes_their_own(self, world: World) -> None:
        """So does who acts in their place; the doctor who reads it does not."""
        document_id = own(world)

        with pytest.raises(Forbidden):
            delete(world, DOCTOR, document_id)
        delete(world, MOTHER, document_id)

    def test_nothing_is_left_to_see(self, world: World) -> None:
        """By no way, for its author neither; and there is no way back."""
        document_id = theirs(world)
        logical_id = described(world, document_id).logical_id
        delete(world, AUTHOR, document_id)

        assert found(world, include_archived=True, include_replaced=True) == set()
        for reader in (AUTHOR, DOCTOR, PATIENT):
            for ask in (
                lambda: described(world, document_id, reader),  # noqa: B023 - called at once
                lambda: world.vault.open(Open(document_id=document_id), reader),  # noqa: B023 - as above
                lambda: world.vault.versions(Versions(logical_id=logical_id), reader),  # noqa: B023 - as above
                lambda: delete(world, reader, document_id),  # noqa: B023 - as above
            ):
                with pytest.raises(Forbidden):
                    ask()

    def test_its_content_stays_sealed(self, world: World) -> None:
        """Logical deletion, never physical: the log still proves what was there."""
        document_id = theirs(world)
        delete(world, AUTHOR, document_id)
        world.vault.sweep_orphans()
        world.vault.sweep_orphans()

        assert len(world.objects.kept) == 1

    def test_several_at_once_all_or_none(self, world: World) -> None:
        """Ten at most (Mon espace santé)."""
        mine, not_mine = own(world), theirs(world, JPEG)

        with pytest.raises(Forbidden):
            delete(world, PATIENT, mine, not_mine)
        assert found(world) == {mine, not_mine}
        with pytest.raises(ValidationError):
            Delete(request_id=uuid4(), document_id=uuid4(), also=[uuid4() for _ in range(10)])

    def test_the_same_file_may_come_again(self, world: World) -> None:
        """It is another document: the one deleted stays so."""
        first = theirs(world)
        delete(world, AUTHOR, first)
        second = theirs(world)
        delete(world, AUTHOR, second)
        third = theirs(world)

        assert len({first, second, third}) == 3
        assert found(world) == {third}

    def test_a_replaced_version_is_not_deleted(self, world: World) -> None:
        """The state machine has no such way."""
        first = theirs(world)
        world.deposit(
            JPEG, by=AUTHOR, record_id=str(RECORD), metadata=METADATA, replaces=str(first)
        )

        with pytest.raises(Conflict) as refusal:
            delete(world, AUTHOR, first)
        assert set(refusal.value.fields) == {"status"}


class TestArchiving:
    def test_out_of_the_first_search_and_back(self, world: World) -> None:
        """Found with the filter for it, opened with its state told."""
        document_id = theirs(world)
        world.vault.archive(Archive(request_id=uuid4(), document_id=document_id), PATIENT)

        assert found(world) == set()
        assert found(world, include_archived=True) == {document_id}
        opened = world.vault.open(Open(document_id=document_id), DOCTOR)
        assert opened.document.status == "Archived"
        assert opened.warnings == ["Ce document est archivé."]

        world.vault.unarchive(Unarchive(request_id=uuid4(), document_id=document_id), AUTHOR)
        assert found(world) == {document_id}

    def test_who_may_is_asked_as_who_sees_it(self, world: World) -> None:
        """The treating doctor says so too, not only the author: a scope of its own."""
        document_id = theirs(world)
        world.access.treated_by(RECORD, DOCTOR)
        world.vault.archive(Archive(request_id=uuid4(), document_id=document_id), DOCTOR)
        world.vault.mask(Mask(request_id=uuid4(), document_id=document_id), DOCTOR)

        assert [q.resource.get("scope") for q in world.access.asked[-2:]] == ["visibility"] * 2
        assert {q.action for q in world.access.asked[-2:]} == {"manage"}


class TestReporting:
    def test_whoever_may_read_it(self, world: World) -> None:
        """A code goes into the log, never a sentence of theirs."""
        document_id = theirs(world)
        request = Report(request_id=uuid4(), document_id=document_id, reason="not_mine")
        world.vault.report(request, PATIENT)

        assert world.topics()[-1] == "vault.document_reported"
        with pytest.raises(ValidationError):
            Report.model_validate(
                {"request_id": uuid4(), "document_id": document_id, "reason": "C'est mon voisin"}
            )

    def test_not_what_is_hidden_from_them(self, world: World) -> None:
        """A report must not tell that something is there."""
        document_id = theirs(world, metadata={**METADATA, "confidentiality": ["MASQUE_PS"]})
        request = Report(request_id=uuid4(), document_id=document_id, reason="not_mine")

        with pytest.raises(Forbidden):
            world.vault.report(request, DOCTOR)


class TestReclassifying:
    def reclassify(self, world: World, document_id: UUID, by: Actor = PATIENT, **how: str) -> UUID:
        request = Reclassify.model_validate(
            {"request_id": uuid4(), "document_id": document_id, **how}
        )
        return world.vault.reclassify(request, by).entry_uuid

    def test_class_and_heading_follow_the_type(self, world: World) -> None:
        """And the entry is new; the document is the same."""
        document_id = own(world)
        before = described(world, document_id)

        entry = self.reclassify(world, document_id, type="DOCPAT05", title="Prise de sang")

        after = described(world, document_id)
        assert (after.type.code, after.class_.code, after.title) == (
            "DOCPAT05",
            "10",
            "Prise de sang",
        )
        assert after.heading
        assert after.heading.code == "BIOLOGIE"
        assert after.entry_uuid == entry != before.entry_uuid
        assert after.logical_id == before.logical_id
        assert found(world, heading="BIOLOGIE") == {document_id}

    def test_the_person_gives_a_type_of_theirs(self, world: World) -> None:
        """A letter of theirs does not become a laboratory's report."""
        document_id = own(world)

        with pytest.raises(InvalidRequest) as refusal:
            self.reclassify(world, document_id, type="11502-2")
        assert set(refusal.value.fields) == {"type"}

    def test_a_cda_says_what_it_is(self, world: World) -> None:
        """Metadata are made of its header: another version says otherwise."""
        document_id = world.deposit(cda()).document_id

        with pytest.raises(Conflict):
            self.reclassify(world, document_id, AUTHOR, title="Autre")

    def test_not_somebody_elses(self, world: World) -> None:
        """Whatever access permits."""
        document_id = theirs(world, TEXT)

        with pytest.raises(Forbidden):
            self.reclassify(world, document_id, PATIENT, title="Autre")

    def test_feeding_it_so_is_asked_too(self, world: World) -> None:
        """The person may have opposed what feeds their record, or the matrix keep it from a
        profession."""
        document_id = theirs(world, TEXT)
        world.access.oppose_feeding(RECORD)

        with pytest.raises(Forbidden):
            self.reclassify(world, document_id, AUTHOR, type="11502-2")
        assert world.access.asked[-1].resource["type"] == "11502-2"


def test_a_change_made_twice_is_made_once(world: World) -> None:
    """The software tries again when no answer came."""
    document_id = theirs(world)
    request = Mask(request_id=uuid4(), document_id=document_id)

    first: Visibility = world.vault.mask(request, AUTHOR)
    again: Visibility = world.vault.mask(request, AUTHOR)

    assert first == again
    assert world.topics().count("vault.document_masked") == 1
