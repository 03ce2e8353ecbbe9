"""What others hear: enough to tell the person and to ask access, nothing that names anyone."""

import json
from dataclasses import replace
from uuid import UUID, uuid4

from services.vault.contract.exports import ExportRecord
from services.vault.contract.life import Mask
from services.vault.contract.reading import Open
from services.vault.messages import message_for
from shared.eventing.messages import MessageData
from shared.kernel.actor import Actor, ActorKind
from tests.vault.cda import INS, PDF, cda, replacing
from tests.vault.world import DOCTOR, HOSPITAL, PATIENT, RECORD, World


def opening(document_id: UUID) -> Open:
    return Open(document_id=document_id)


def published(world: World) -> list[MessageData]:
    messages = [message_for(row.event) for row in world.events()]
    assert None not in messages
    return [message for message in messages if message]


def test_a_deposit_carries_what_access_decides_by(world: World) -> None:
    """The journal asks who may see a line by these very attributes."""
    answer = world.deposit(cda(confidentiality=["N", "MASQUE_PS"]))

    (message,) = published(world)

    assert json.loads(message.model_dump_json()) == {
        "record_id": str(RECORD),
        "by": {"kind": "facility", "id": "1750712184"},
        "secret": False,
        "document_id": str(answer.document_id),
        "class": "10",
        "type": "34112-3",
        "author": "801234567897",
        "facility": "1750712184",
        "by_patient": False,
        "status": "Approved",
        "confidentiality": ["MASQUE_PS", "N"],
        "replaces": None,
        "decision_id": str(world.access.asked[0].decision_id),
    }


def test_every_message_about_a_document_says_whom_it_is_hidden_from(world: World) -> None:
    """Notices and journal lines leave out what is hidden from their reader."""
    first = world.deposit(cda())
    world.deposit(cda(id_='<id root="1.9"/>', related=replacing("1.2.3.4^1")))
    world.vault.open(opening(first.document_id), DOCTOR)

    types = []
    for message in published(world):
        types.append(message.TYPE)
        assert json.loads(message.model_dump_json())["confidentiality"] == ["N"]
    assert sorted(types) == [
        "vault.document_deposited",
        "vault.document_deposited",
        "vault.document_opened",
        "vault.document_replaced",
    ]


def test_no_title_no_name_no_ins(world: World) -> None:
    """A follower that needs them asks the vault, which asks access."""
    world.deposit(cda(), by=HOSPITAL)

    told = "".join(message.model_dump_json() for message in published(world))

    for secret in ("hospitalier", "PAT-TROIS", "ESSAI", "Hôpital", INS, "1.2.3.4"):
        assert secret not in told


def test_a_secret_session_is_told_as_such(world: World) -> None:
    """Representatives are told nothing of it, also when a service carries it."""
    minor = Actor(kind=ActorKind.PATIENT, id=str(RECORD), record_id=RECORD, secret=True)
    carried = Actor(kind=ActorKind.SERVICE, id="messaging", on_behalf_of=minor)
    first = world.deposit(cda(confidentiality=["N"]))
    world.vault.open(opening(first.document_id), carried)

    assert [message.secret for message in published(world)] == [False, True]


def test_whatever_a_minor_does_in_a_secret_session_is_told_as_such(world: World) -> None:
    """A document put in, masked, a copy: no notice and no line for parents. Nor for a choice for
    all, which is refused now, but was made in secret before.
    """
    minor = replace(PATIENT, secret=True)
    said = {"type": "DOCPAT09", "title": "Moi", "creation": "2026", "service_start": "2026"}
    codes = ["INVISIBLE_REPRESENTANTS_LEGAUX"]
    given = {"record_id": str(RECORD), "metadata": said, "confidentiality": codes}
    document_id = world.deposit(PDF, by=minor, **given).document_id
    world.vault.mask(Mask(request_id=uuid4(), document_id=document_id), minor)
    arrangement = world.vault.arranged(RECORD, minor)
    arrangement.mask_by_default(minor, on=True)
    world.vault.save(arrangement)
    world.project()
    world.vault.export_record(ExportRecord(request_id=uuid4(), record_id=RECORD), minor)

    told = {m.TYPE: m.secret for row in world.events() if (m := message_for(row.event))}

    assert told == {
        "vault.document_deposited": True,
        "vault.document_masked": True,
        "vault.default_masking_set": True,
        "vault.record_exported": True,
    }
