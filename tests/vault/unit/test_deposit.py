"""A document goes in once, whole, into the right record; or not at all."""

import base64
from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from services.vault.contract.deposits import Deposit, DepositLot
from services.vault.domain.document import Document
from shared.crypto.base64_text import to_base64
from shared.kernel.errors import Conflict, Forbidden, InvalidRequest, TooLarge, Unavailable
from shared.kernel.ins import Ins
from tests.vault.cda import INS, JPEG, OID, PATIENT, PDF, cda, enclosing
from tests.vault.world import (
    AUTHOR,
    DOCTOR,
    HOSPITAL,
    METADATA,
    OTHER_RECORD,
    RECORD,
    World,
)
from tests.vault.world import PATIENT as PERSON

OTHER_INS = "277076322082910"
METADATA_OF_A_PERSON = {
    "type": "DOCPAT09", "title": "Mutuelle", "creation": "2026", "service_start": "2026",
}  # fmt: skip


def document(world: World, document_id: UUID) -> Document:
    found = world.vault.get(document_id, Document)
    assert found
    return found


def nothing_was_written(world: World) -> bool:
    return not world.events() and not world.objects.kept


class TestPlace:
    def test_a_cda_says_whose_it_is(self, world: World) -> None:
        """Neither record nor INS is needed: the header names the person."""
        answer = world.deposit(cda())

        assert answer.record_id == RECORD
        assert world.topics() == ["vault.document_deposited"]
        assert answer.position == world.events()[-1].position

    def test_by_ins(self, world: World) -> None:
        """Most software knows the INS, not our record."""
        answer = world.deposit(PDF, ins={"value": INS, "oid": OID}, metadata=METADATA)

        assert answer.record_id == RECORD

    def test_a_bare_file_must_say_whose_it_is(self, world: World) -> None:
        """A PDF names nobody."""
        with pytest.raises(InvalidRequest) as refusal:
            world.deposit(PDF, metadata=METADATA)

        assert set(refusal.value.fields) == {"record_id"}

    def test_an_unknown_ins_is_refused_like_a_forbidden_one(self, world: World) -> None:
        """Whether somebody has a record is told by identity alone, which traces who asks."""
        world.identities.records.clear()

        with pytest.raises(Forbidden):
            world.deposit(cda())
        assert nothing_was_written(world)

    def test_whether_somebody_has_a_record_is_not_told_to_another_person(
        self, world: World
    ) -> None:
        """In the words of the refusal, its decision, and what access was asked."""
        stranger = replace(PERSON, id=str(OTHER_RECORD), record_id=OTHER_RECORD)
        faults, asked = [], []
        for records in (dict(world.identities.records), {}):
            world.identities.records = records
            world.access.asked.clear()
            with pytest.raises(Forbidden) as refused:
                world.deposit(
                    PDF, by=stranger, ins={"value": INS, "oid": OID}, metadata=METADATA_OF_A_PERSON
                )
            faults.append({**refused.value.to_fault(), "decision_id": "decision_id"})
            asked.append([(one.action, one.resource) for one in world.access.asked])

        assert faults[0] == faults[1]
        assert refused.value.decision_id
        assert asked[0] == asked[1] != []

    @pytest.mark.parametrize(
        ("ins", "field"),
        [
            ({"value": INS, "oid": "1.2.250.1.213.1.4.8"}, "ins.oid"),
            ({"value": "123", "oid": OID}, "ins.value"),
        ],
    )
    def test_an_ins_that_is_none(self, world: World, ins: dict[str, str], field: str) -> None:
        """A test environment takes no production number."""
        with pytest.raises(InvalidRequest) as refusal:
            world.deposit(PDF, ins=ins, metadata=METADATA)

        assert set(refusal.value.fields) == {field}

    def test_not_two_at_once(self, world: World) -> None:
        """A record and an INS may be of two people."""
        with pytest.raises(InvalidRequest) as refusal:
            world.deposit(
                PDF, record_id=str(RECORD), ins={"value": INS, "oid": OID}, metadata=METADATA
            )
        assert set(refusal.value.fields) == {"ins"}
        assert not world.events()


class TestPerson:
    def test_a_document_of_somebody_else_is_refused(self, world: World) -> None:
        """The INS of the header is that of another record."""
        with pytest.raises(InvalidRequest) as refusal:
            world.deposit(cda(), record_id=str(OTHER_RECORD))

        assert set(refusal.value.fields) == {"content.patient.ins"}
        assert nothing_was_written(world)

    @pytest.mark.parametrize(("qualified", "looked_for"), [(True, 0), (False, 1)])
    def test_an_ins_is_looked_for_unless_it_is_known_to_be_the_record_s(
        self, world: World, qualified: bool, looked_for: int
    ) -> None:
        """What identity tells of the person answers it, once the identity is qualified."""
        world.identities.unproven = set() if qualified else {RECORD}

        world.deposit(cda(), record_id=str(RECORD))

        assert world.identities.resolved == looked_for

    def test_the_same_ins_with_other_traits_is_refused(self, world: World) -> None:
        """Two people confused by one typing error: each trait that differs is named."""
        other = PATIENT.replace(">51215<", ">63220<").replace("19790328", "20210601")

        with pytest.raises(InvalidRequest) as refusal:
            world.deposit(cda(patient=other))

        assert set(refusal.value.fields) == {
            "content.patient.birth_place",
            "content.patient.birth_date",
        }
        assert nothing_was_written(world)

    def test_traits_are_not_compared_for_who_may_not_feed(self, world: World) -> None:
        """A refused caller must not learn by trying what a person's traits are."""
        world.access.close(RECORD)

        with pytest.raises(Forbidden):
            world.deposit(cda(patient=PATIENT.replace(">51215<", ">63220<")))


class TestRight:
    def test_access_is_asked_with_the_attributes(self, world: World) -> None:
        """Class, type, visibility, author and structure: what the matrix and the rules need."""
        world.deposit(cda(confidentiality=["N"]))

        (question,) = world.access.asked
        assert (question.record_id, question.action, question.by) == (RECORD, "feed", HOSPITAL)
        assert question.resource == {
            "kind": "document",
            "class": "10",
            "type": "34112-3",
            "confidentiality": ["N"],
            "author": "801234567897",
            "facility": "1750712184",
            "by_patient": False,
            "status": "Approved",
        }
        assert world.events()[0].event.decision_id == question.decision_id  # type: ignore[union-attr]  # not erased

    def test_refused_is_refused_whole(self, world: World) -> None:
        """The decision that refused can be explained."""
        world.access.close(RECORD)

        with pytest.raises(Forbidden) as refusal:
            world.deposit(cda())

        assert refusal.value.decision_id == world.access.asked[0].decision_id
        assert nothing_was_written(world)


class TestContent:
    def test_it_is_sealed_and_named_by_nothing_it_says(self, world: World) -> None:
        """A stolen disk says nothing of a person."""
        answer = world.deposit(cda())

        ((key, sealed),) = world.objects.kept.items()
        for secret in (b"PAT-TROIS", b"hospitalier", INS.encode(), str(RECORD).encode()):
            assert secret not in sealed
            assert secret not in key.encode()
        content = document(world, answer.document_id).content
        assert content.object == key
        assert content.sealed_size == len(sealed)

    def test_too_large(self, world: World) -> None:
        """The DMP's 5,000,000 bytes, whatever they are."""
        with pytest.raises(TooLarge):
            world.deposit(b"x" * 5_000_001, record_id=str(RECORD), metadata=METADATA)
        assert nothing_was_written(world)

    def test_metadata_are_read_back(self, world: World) -> None:
        """What was said is kept to the letter."""
        answer = world.deposit(JPEG, record_id=str(RECORD), metadata=METADATA)

        kept = document(world, answer.document_id).metadata
        assert (kept.type, kept.class_code, kept.title) == ("86531-1", "95", METADATA["title"])
        assert kept.authors[0].institution == "1750712184"


class TestVisibility:
    def test_codes_of_the_request_and_the_header_add_up(self, world: World) -> None:
        """The software's "mask" box and the header are both obeyed."""
        answer = world.deposit(cda(), confidentiality=["MASQUE_PS"])

        assert document(world, answer.document_id).confidentiality == ("MASQUE_PS", "N")

    def test_a_forbidden_combination_leaves_nothing(self, world: World) -> None:
        """EX_2.1-1050."""
        with pytest.raises(InvalidRequest):
            world.deposit(cda(), confidentiality=["MASQUE_PS", "INVISIBLE_PATIENT"])
        assert nothing_was_written(world)

    def test_the_person_adds_their_own(self, world: World) -> None:
        """DOCPAT and EXPPAT types, without any professional."""
        answer = world.deposit(
            PDF,
            by=PERSON,
            record_id=str(RECORD),
            metadata={
                "type": "EXPPAT_2",
                "title": "Mon carnet",
                "creation": "2026",
                "service_start": "2026-01",
            },
        )

        kept = document(world, answer.document_id)
        assert kept.metadata.by_patient
        assert kept.origin.includes(PERSON)
        assert not kept.origin.includes(DOCTOR)


class TestFailure:
    def test_what_was_stored_for_a_save_that_failed_is_removed(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Nothing half written, in the object store either."""

        def conflict(*_: object, **__: object) -> None:
            raise Conflict("no")

        monkeypatch.setattr(world.vault, "commit", conflict)

        with pytest.raises(Conflict):
            world.deposit(cda())
        assert nothing_was_written(world)

    def test_an_orphan_goes_at_the_second_sweep(self, world: World) -> None:
        """Found once it may belong to a deposit under way; one that is named always stays."""
        kept = world.deposit(cda())
        orphan = next(iter(world.objects.kept)).rsplit("/", 1)[0] + "/" + uuid4().hex
        world.objects.kept[orphan] = b"left by a crash"
        world.objects.kept["somebody/elses"] = b"not ours"

        world.vault.sweep_orphans()
        assert orphan in world.objects.kept
        world.vault.sweep_orphans()

        assert set(world.objects.kept) == {
            document(world, kept.document_id).content.object,
            "somebody/elses",
        }

    def test_no_decision_no_document(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        """Without access nothing is taken."""

        def out_of_reach(*_: object, **__: object) -> None:
            raise Unavailable

        monkeypatch.setattr(world.access, "decide", out_of_reach)

        with pytest.raises(Unavailable):
            world.deposit(cda())
        assert nothing_was_written(world)


class TestLot:
    def lot(self, *contents: bytes, **how: object) -> DepositLot:
        items = [{"content": base64.b64encode(c).decode(), "metadata": METADATA} for c in contents]
        return DepositLot.model_validate(
            {"request_id": uuid4(), "record_id": RECORD, "documents": items, **how}
        )

    def test_all_go_in_together(self, world: World) -> None:
        """One submission set, one transaction."""
        answer = world.vault.deposit_lot(self.lot(PDF, JPEG), HOSPITAL)

        assert len(answer.documents) == len(world.events()) == 2

    def test_or_none(self, world: World) -> None:
        """The number of the document stands before the field."""
        with pytest.raises(InvalidRequest) as refusal:
            world.vault.deposit_lot(self.lot(PDF, b"PK\x03\x04"), HOSPITAL)

        assert set(refusal.value.fields) == {"documents.1.content"}
        assert nothing_was_written(world)

    def test_none_when_the_second_is_of_somebody_else(self, world: World) -> None:
        """What the first had stored is taken away again."""
        other = cda(patient=PATIENT.replace(">51215<", ">63220<"))
        request = DepositLot.model_validate(
            {
                "request_id": uuid4(),
                "documents": [
                    {"content": base64.b64encode(c).decode()}
                    for c in (cda(), other.replace(b'extension="1"', b'extension="2"'))
                ],
            }
        )

        with pytest.raises(InvalidRequest) as refusal:
            world.vault.deposit_lot(request, HOSPITAL)

        assert set(refusal.value.fields) == {"documents.1.content.patient.birth_place"}
        assert nothing_was_written(world)

    def test_none_when_they_are_about_two_people(self, world: World) -> None:
        """Whose record it is for must not depend on which of them is read first."""
        other = cda(
            id_='<id root="1.2.3.4" extension="2"/>', patient=PATIENT.replace(INS, OTHER_INS)
        )
        asked = {"documents": [{"content": to_base64(one)} for one in (cda(), other)]}
        world.identities.records[Ins(value=OTHER_INS, oid=OID)] = OTHER_RECORD

        with pytest.raises(InvalidRequest) as refusal:
            world.vault.deposit_lot(
                DepositLot.model_validate({"request_id": uuid4(), **asked}), HOSPITAL
            )

        assert refusal.value.fields == {
            "content.patient.ins": "the documents are about several people"
        }
        assert nothing_was_written(world)

    def test_the_same_twice_in_a_lot_is_one(self, world: World) -> None:
        """The second is a duplicate of the first, saved with it."""
        answer = world.vault.deposit_lot(self.lot(PDF, PDF), HOSPITAL)

        first, second = answer.documents
        assert second.duplicate_of == first.document_id
        assert len(world.events()) == 1


def test_a_secret_session_takes_secret_documents_only(world: World) -> None:
    """Masking rules, "connexion secrète"."""
    secret = replace(AUTHOR, secret=True)

    with pytest.raises(InvalidRequest):
        world.deposit(cda(), by=secret)
    world.deposit(cda(confidentiality=["N", "INVISIBLE_REPRESENTANTS_LEGAUX"]), by=secret)

    assert world.events()[0].event.by["secret"] is True  # type: ignore[union-attr]  # not erased


def test_a_level_1_document_keeps_what_it_wraps(world: World) -> None:
    """So that a reader gets the file without unpacking a CDA."""
    answer = world.deposit(cda(body=enclosing(PDF)))

    content = document(world, answer.document_id).content
    assert (content.level, content.enclosed) == (1, "application/pdf")


def test_a_content_that_is_no_base64_is_named() -> None:
    """The schema says which field."""
    with pytest.raises(ValueError, match="content"):
        Deposit.model_validate({"request_id": uuid4(), "content": "é"})


def test_a_person_offers_a_cda_that_is_known_or_refused(world: World) -> None:
    """It came to them by mail too. A new one is a professional's to deposit, and one they may
    not see is as good as new."""
    known = world.deposit(cda())
    hidden = '<id root="1.2.3.4" extension="hidden"/>'
    world.deposit(cda(id_=hidden, confidentiality=["INVISIBLE_PATIENT"]))
    before = world.events()

    again = world.deposit(cda(), by=PERSON, record_id=str(RECORD))
    assert again.duplicate_of == known.document_id
    for other in (hidden, '<id root="1.2.3.4" extension="new"/>'):
        with pytest.raises(InvalidRequest) as refusal:
            world.deposit(cda(id_=other), by=PERSON, record_id=str(RECORD))
        assert set(refusal.value.fields) == {"content"}
    assert world.events() == before
