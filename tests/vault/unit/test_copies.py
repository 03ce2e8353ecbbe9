"""Copies to correspondents: what may go by secure mail goes, anything else is refused.

Expectations are the consistency matrix of the CI-SIS "règles de gestion MSSanté".
"""

import base64
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import ValidationError

from services.vault.contract import CONTRACT
from services.vault.contract.copies import ContentsForCopies
from services.vault.contract.deposits import DepositedOne, DepositLot, Release
from services.vault.contract.life import Delete, Mask, Unmask
from services.vault.domain.copies import Copies, require_sendable
from services.vault.messages import message_for
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.errors import Forbidden, InvalidRequest, Unavailable
from tests.vault.cda import PDF, cda, enclosing
from tests.vault.world import AUTHOR, HOSPITAL, METADATA, OTHER_HOSPITAL, PATIENT, RECORD, World

TO = ["cabinet.martin@medecin.mssante.fr", "899700366240"]
OWN = {"type": "DOCPAT09", "title": "Mutuelle", "creation": "2026", "service_start": "2026"}
MESSAGING = Actor(kind=ActorKind.SERVICE, id="messaging")


def deposit(world: World, by: Actor = AUTHOR, **how: Any) -> DepositedOne:
    given = {"record_id": str(RECORD), "metadata": METADATA, "copies_to": TO, **how}
    return world.deposit(how.pop("content", PDF), by=by, **given)


def asked(world: World) -> list[Copies.Created]:
    return [row.event for row in world.events() if isinstance(row.event, Copies.Created)]


@pytest.mark.parametrize(
    ("codes", "sent"),
    [
        (["N"], True),
        (["INVISIBLE_PATIENT"], True),
        (["MASQUE_PS"], False),
        (["INVISIBLE_REPRESENTANTS_LEGAUX"], False),
        (["INVISIBLE_PATIENT", "INVISIBLE_REPRESENTANTS_LEGAUX"], False),
        (["MASQUE_PS", "INVISIBLE_REPRESENTANTS_LEGAUX"], False),
    ],
)
def test_the_matrix(world: World, codes: list[str], *, sent: bool) -> None:
    """The third row is for what is not deposited in the DMP as well: here everything is."""
    if sent:
        deposit(world, confidentiality=codes)
        assert [copies.to for copies in asked(world)] == [TO]
        return

    with pytest.raises(InvalidRequest) as refusal:
        deposit(world, confidentiality=codes)
    assert set(refusal.value.fields) == {"copies_to"}
    assert not world.events()
    assert not world.objects.kept


def test_nothing_leaves_a_secret_session(world: World) -> None:
    """Representatives would learn of it from the mail, whatever the document is marked."""
    secret = replace(AUTHOR, secret=True)

    with pytest.raises(InvalidRequest) as refusal:
        deposit(world, by=secret, confidentiality=["INVISIBLE_REPRESENTANTS_LEGAUX"])
    assert set(refusal.value.fields) == {"copies_to"}
    require_sendable(["N"], AUTHOR)
    with pytest.raises(InvalidRequest, match="cannot be sent"):
        require_sendable(["N"], secret)


def test_the_person_writes_to_nobody_first(world: World) -> None:
    """Exchanges are begun by professionals and facilities (MSSanté citoyenne)."""
    with pytest.raises(InvalidRequest) as refusal:
        deposit(world, by=PATIENT, metadata=OWN)
    assert set(refusal.value.fields) == {"copies_to"}


@pytest.mark.parametrize("to", ["279035121518989@patient.mssante.fr", "nobody", "a b@c.fr", ""])
def test_only_mailboxes_of_professionals_are_named(world: World, to: str) -> None:
    """The person is told by their record; their address holds their INS."""
    with pytest.raises(ValidationError):
        deposit(world, copies_to=[to])


def test_a_mailbox_named_twice_gets_one_copy(world: World) -> None:
    deposit(world, copies_to=[*TO, TO[0]])

    assert [copies.to for copies in asked(world)] == [TO]


def test_a_national_id_is_asked_for_as_it_is_written(world: World) -> None:
    """A 3, the FINESS, a slash and the structure's own number: the directory knows it letter by
    letter. Addresses are the same in capitals."""
    deposit(world, copies_to=["32A0000014/Ab12", "Cabinet.Martin@Medecin.MSSante.fr"])

    assert [copies.to for copies in asked(world)] == [
        ["32A0000014/Ab12", "cabinet.martin@medecin.mssante.fr"]
    ]


def test_what_is_held_back_is_not_sent_before_its_release(world: World) -> None:
    """One act: in the record and to the mailboxes, or neither."""
    held = deposit(world, hold=True)
    assert not asked(world)

    world.vault.release(Release(request_id=uuid4(), document_id=held.document_id), AUTHOR)

    assert [(c.document_id, c.to) for c in asked(world)] == [(held.document_id, TO)]


def test_what_could_not_be_sent_is_not_held_back_for_it(world: World) -> None:
    """Whoever deposits is told at once, not at the release."""
    with pytest.raises(InvalidRequest):
        deposit(world, hold=True, confidentiality=["MASQUE_PS"])
    assert not world.events()


def test_a_double_is_sent_all_the_same(world: World) -> None:
    """The document is known; that it must reach a colleague is new."""
    first = deposit(world, copies_to=[])
    deposit(world)

    assert [copies.document_id for copies in asked(world)] == [first.document_id]


def test_a_lot_that_has_a_document_twice_sends_it_to_each_once(world: World) -> None:
    """What is the same document is no reason to refuse a lot, nor to write to anybody twice."""
    content = base64.b64encode(PDF).decode()
    item = {"content": content, "metadata": METADATA, "copies_to": TO[:1]}
    lot = {
        "request_id": uuid4(),
        "record_id": RECORD,
        "documents": [item, {**item, "copies_to": TO}, item],
    }

    answer = world.vault.deposit_lot(DepositLot.model_validate(lot), AUTHOR)

    (document_id,) = {one.document_id for one in answer.documents}
    assert {copies.document_id for copies in asked(world)} == {document_id}
    assert sorted(to for copies in asked(world) for to in copies.to) == sorted(TO)


def contents(world: World, copies_id: UUID) -> Any:
    return world.vault.contents_for_copies(ContentsForCopies(copies_id=copies_id), MESSAGING)


def test_messaging_is_told_and_asks_for_the_content(world: World) -> None:
    """The file that a level 1 CDA encloses goes beside it."""
    answer = world.deposit(cda(body=enclosing(PDF)), by=AUTHOR, copies_to=TO)
    (event,) = asked(world)
    told = message_for(event)
    assert told
    assert told.model_dump(include={"document_id", "to", "confidentiality", "record_id"}) == {
        "document_id": answer.document_id,
        "to": TO,
        "confidentiality": ["N"],
        "record_id": RECORD,
    }

    sent = contents(world, event.originator_id)

    assert (sent.media_type, sent.shown_media_type, sent.to) == ("text/xml", "application/pdf", TO)
    assert sent.document.title == "CR hospitalier"


def test_nobody_else_asks(world: World) -> None:
    """No access decision stands before this answer: it is messaging's alone."""
    method = next(m for m in CONTRACT.methods if m.name == "contents_for_copies")
    request = ContentsForCopies(copies_id=uuid4())

    assert method.callers == {ActorKind.SERVICE}
    assert method.condition(request, MESSAGING)
    assert not method.condition(request, Actor(kind=ActorKind.SERVICE, id="profile"))


def test_a_document_deleted_meanwhile_is_not_sent(world: World) -> None:
    """Its author took it back."""
    answer = deposit(world)
    (event,) = asked(world)
    delete = Delete(request_id=uuid4(), document_id=answer.document_id)
    world.vault.delete(delete, AUTHOR)

    for unknown in (event.originator_id, uuid4()):
        with pytest.raises(Forbidden):
            contents(world, unknown)


def test_a_document_masked_meanwhile_is_not_sent(world: World) -> None:
    """The person's word stands before the mail; taken back in time, it goes."""
    answer = deposit(world)
    (event,) = asked(world)
    world.clock.move(timedelta(seconds=1))
    mask = Mask(request_id=uuid4(), document_id=answer.document_id)
    world.vault.mask(mask, PATIENT)

    with pytest.raises(Forbidden):
        contents(world, event.originator_id)
    unmask = Unmask(request_id=uuid4(), document_id=answer.document_id)
    world.vault.unmask(unmask, PATIENT)
    assert contents(world, event.originator_id).to == TO


def test_a_double_masked_while_its_copies_are_asked_for_is_not_sent(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mask that was answered first counts: the person was told that nobody reads it."""
    document_id = deposit(world, copies_to=[]).document_id
    ask = Copies.ask

    def masked_meanwhile(*what: Any, **how: Any) -> Copies:
        monkeypatch.setattr(Copies, "ask", ask)
        world.vault.mask(Mask(request_id=uuid4(), document_id=document_id), PATIENT)
        return ask(*what, **how)

    monkeypatch.setattr(Copies, "ask", masked_meanwhile)
    with pytest.raises(InvalidRequest) as refusal:
        deposit(world)

    assert set(refusal.value.fields) == {"copies_to"}
    assert not asked(world)


def test_a_document_masked_meanwhile_by_a_slower_clock_is_not_sent(world: World) -> None:
    """Two processes' clocks differ by a second or two: what is masked says so itself."""
    document_id = deposit(world).document_id
    (copies,) = asked(world)
    world.clock.move(timedelta(seconds=-2))

    world.vault.mask(Mask(request_id=uuid4(), document_id=document_id), PATIENT)

    with pytest.raises(Forbidden):
        contents(world, copies.originator_id)


def test_what_was_masked_before_for_others_goes_all_the_same(world: World) -> None:
    """Its depositor has it, and knows nothing of the mask: a copy that fails would tell them."""
    deposit(world, by=HOSPITAL, copies_to=[], confidentiality=["MASQUE_PS"])
    world.clock.move(timedelta(seconds=1))
    deposit(world, by=OTHER_HOSPITAL)
    (event,) = asked(world)

    sent = contents(world, event.originator_id)
    assert (sent.to, sent.document.confidentiality) == (TO, ["N"])


def test_nothing_is_sent_of_a_record_that_waits_for_an_operator(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A message about it is parked: whether its documents are still this person's is not known."""
    deposit(world)
    (event,) = asked(world)
    monkeypatch.setattr(type(world.vault.places), "is_parked", lambda _, record: record == RECORD)

    with pytest.raises(Unavailable):
        contents(world, event.originator_id)


def test_masked_by_default_is_masked(world: World) -> None:
    """The person's choice stands before the depositor's copies."""
    world.mask_by_default()

    with pytest.raises(InvalidRequest):
        deposit(world, by=HOSPITAL)
