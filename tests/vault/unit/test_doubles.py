"""The same document twice is one; whom it is hidden from is told nothing of it."""

from dataclasses import asdict
from uuid import UUID, uuid4

import pytest

from services.vault.contract.life import Delete
from services.vault.domain.document import Document
from services.vault.domain.document_events import DepositedAgain
from services.vault.domain.origin import Origin
from services.vault.domain.states import Status
from shared.kernel.actor import Actor
from shared.kernel.errors import Conflict, Forbidden
from shared.rpc.contract import Done
from shared.stores.event_log import Outcome
from tests.vault.cda import PDF, cda, replacing
from tests.vault.world import (
    DOCTOR,
    HOSPITAL,
    METADATA,
    OTHER_HOSPITAL,
    OTHER_RECORD,
    RECORD,
    World,
    asked,
)
from tests.vault.world import PATIENT as PERSON

OWN = {"type": "DOCPAT09", "title": "Mutuelle", "creation": "2026", "service_start": "2026"}


def document(world: World, document_id: UUID) -> Document:
    found = world.vault.get(document_id, Document)
    assert found
    return found


class TestOnce:
    def test_the_same_document_is_one(self, world: World) -> None:
        """Sent again by a nervous software: one document, one event."""
        first = world.deposit(cda())
        again = world.deposit(cda())

        assert again.document_id == again.duplicate_of == first.document_id
        assert again.logical_id == first.logical_id
        assert len(world.events()) == len(world.objects.kept) == 1

    def test_the_same_file_is_one_whatever_is_said_of_it(self, world: World) -> None:
        """Bytes tell, not titles."""
        first = world.deposit(PDF, record_id=str(RECORD), metadata=METADATA)
        again = world.deposit(
            PDF, record_id=str(RECORD), metadata={**METADATA, "title": "Autre titre"}
        )

        assert again.duplicate_of == first.document_id

    def test_what_the_person_was_given_they_have_already(self, world: World) -> None:
        """The paper that a hospital put in, added once more by the person."""
        first = world.deposit(PDF, record_id=str(RECORD), metadata=METADATA)
        again = world.deposit(PDF, by=PERSON, record_id=str(RECORD), metadata=OWN)

        assert again.duplicate_of == first.document_id

    def test_another_record_has_its_own(self, world: World) -> None:
        """One file may concern two people; their ids have nothing in common."""
        first = world.deposit(PDF, record_id=str(RECORD), metadata=METADATA)
        other = world.deposit(PDF, record_id=str(OTHER_RECORD), metadata=METADATA)

        assert other.duplicate_of is None
        assert other.document_id != first.document_id

    def test_a_duplicate_of_something_hidden_is_not_told(self, world: World) -> None:
        """The answer must not reveal that a masked document is there."""
        world.deposit(cda(confidentiality=["MASQUE_PS"]))

        again = world.deposit(cda(confidentiality=["MASQUE_PS"]), by=OTHER_HOSPITAL)
        own = world.deposit(cda(confidentiality=["MASQUE_PS"]), by=HOSPITAL)

        assert again.duplicate_of is None
        assert own.duplicate_of == own.document_id

    def test_the_second_time_they_are_told_of_their_own(self, world: World) -> None:
        """Each stranger has one of their own, and the first of nobody is told."""
        first = self.hidden(world)

        answers = [
            world.deposit(cda(), by=by) for by in (OTHER_HOSPITAL, OTHER_HOSPITAL, DOCTOR, DOCTOR)
        ]

        one, again, other, too = answers
        assert [a.duplicate_of for a in answers] == [None, one.document_id, None, other.document_id]
        assert (again.document_id, too.document_id) == (one.document_id, other.document_id)
        assert len({first, one.document_id, other.document_id}) == 3

    def test_theirs_is_deleted_and_deposited_again(self, world: World) -> None:
        """As any document of theirs, and nobody else's goes with it."""
        first = self.hidden(world)
        theirs = world.deposit(cda(), by=DOCTOR).document_id

        world.vault.delete(Delete(request_id=uuid4(), document_id=theirs), DOCTOR)

        assert document(world, first).status is Status.APPROVED
        assert document(world, theirs).status is Status.DELETED
        assert world.deposit(cda(), by=DOCTOR).duplicate_of is None

    def test_replacing_theirs_leaves_the_first(self, world: World) -> None:
        """Whoever got hold of the bytes must not make another's document obsolete."""
        first = self.hidden(world)
        theirs = world.deposit(cda(), by=DOCTOR).document_id
        new = cda(id_='<id root="1.2.3.4" extension="2"/>', related=replacing("1.2.3.4^1"))

        second = world.deposit(new, by=DOCTOR)

        assert second.replaced == theirs
        assert document(world, first).status is Status.APPROVED
        assert "MASQUE_PS" in document(world, second.document_id).confidentiality

    def test_as_it_was_kept_before_it_is_still_theirs(self, world: World) -> None:
        """Logs hold doubles that were made one document with the first: who deposited it again is
        told of it, takes theirs back, and replaces it without making it obsolete."""
        first = self.hidden(world)
        again = self.deposited_again(world, first, DOCTOR)
        assert world.deposit(cda(), by=DOCTOR).duplicate_of == first

        world.vault.delete(Delete(request_id=uuid4(), document_id=first), DOCTOR)

        assert again.first_origin.structures == (HOSPITAL.id,)
        assert document(world, first).status is Status.APPROVED
        with pytest.raises(Forbidden):
            world.vault.delete(Delete(request_id=uuid4(), document_id=first), DOCTOR)
        assert world.deposit(cda(), by=DOCTOR).duplicate_of is None
        self.deposited_again(world, first, OTHER_HOSPITAL)
        new = cda(id_='<id root="1.2.3.4" extension="2"/>', related=replacing("1.2.3.4^1"))
        assert world.deposit(new, by=OTHER_HOSPITAL).replaced == first
        assert document(world, first).status is Status.APPROVED

    @staticmethod
    def deposited_again(world: World, document_id: UUID, by: Actor) -> Document:
        known = document(world, document_id)
        origin = Origin.of(known.metadata, known.deposited_by, by.to_event())
        known.trigger_event(
            DepositedAgain,
            record_id=RECORD,
            by=by.to_event(),
            confidentiality=list(known.confidentiality),
            decision_id=uuid4(),
            origin=asdict(origin),
        )
        world.vault.commit(Outcome(answer=Done(), save=[known]))
        return known

    def test_what_the_person_adds_they_find(self, world: World) -> None:
        """Though the same file waits, hidden from them, for an announcement: neither tells of
        the other."""
        hidden = {**METADATA, "confidentiality": ["INVISIBLE_PATIENT"]}
        first = world.deposit(PDF, record_id=str(RECORD), metadata=hidden).document_id
        own = {"type": "DOCPAT09", "title": "Mutuelle", "creation": "2026", "service_start": "2026"}

        answers = [
            world.deposit(PDF, by=PERSON, record_id=str(RECORD), metadata=own) for _ in range(2)
        ]

        assert answers[0].document_id == answers[1].document_id != first
        assert [a.duplicate_of for a in answers] == [None, answers[0].document_id]

    def test_held_back_it_is_held_back_though_it_is_there(self, world: World) -> None:
        """The bytes of a document that is hidden from them: the answer to a deposit that is held
        back, to one made again and to its release are those of any other."""
        self.hidden(world)

        held = world.deposit(cda(), by=DOCTOR, hold=True)
        again = world.deposit(cda(), by=DOCTOR, hold=True)
        stranger = world.deposit(cda(), by=OTHER_HOSPITAL, hold=True)
        released = world.deposit(cda(), by=DOCTOR)

        assert (held.held, held.duplicate_of) == (True, None)
        assert (again.held, again.duplicate_of) == (True, held.document_id)
        assert (stranger.held, stranger.duplicate_of) == (True, None)
        assert len({held.document_id, stranger.document_id}) == 2
        assert (released.held, released.duplicate_of) == (False, held.document_id)
        assert document(world, held.document_id).status is Status.APPROVED

    @staticmethod
    def hidden(world: World) -> UUID:
        """A masked document of the hospital."""
        answer = world.deposit(cda(), by=HOSPITAL, confidentiality=["MASQUE_PS"])
        return answer.document_id

    def test_one_identifier_names_one_content(self, world: World) -> None:
        """IHE: the same uniqueId with other bytes is an error, not a silent loss."""
        world.deposit(cda())

        with pytest.raises(Conflict) as refusal:
            world.deposit(cda(title="<title>Corrigé</title>"))

        assert set(refusal.value.fields) == {"content.unique_id"}

    def test_that_conflict_is_not_told_of_something_hidden(self, world: World) -> None:
        """A guessed identifier must not show that a hidden document exists: theirs is kept."""
        first = world.deposit(cda(confidentiality=["MASQUE_PS"]))

        other = world.deposit(cda(title="<title>Sonde</title>"), by=OTHER_HOSPITAL)

        assert other.duplicate_of is None
        assert other.document_id != first.document_id

    def test_a_request_repeated_gets_its_first_answer(self, world: World) -> None:
        """A lost reply is asked for again with the same request_id."""
        request = asked(cda())

        first, again = (
            world.vault.deposit(request, HOSPITAL),
            world.vault.deposit(request, HOSPITAL),
        )

        assert again == first
        assert again.duplicate_of is None
        assert len(world.events()) == 1
