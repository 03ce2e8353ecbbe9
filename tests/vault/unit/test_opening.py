"""Opening: decided, proven, saved, and only then served."""

import base64
from uuid import UUID, uuid4

import pytest

from services.vault.contract.life import Mask, Unmask
from services.vault.contract.reading import Describe, Open
from services.vault.domain.opening import Opening
from services.vault.messages import message_for
from shared.kernel.errors import Forbidden, Unavailable
from tests.support.damage import one_bit_off
from tests.vault.cda import PDF, cda, enclosing, replacing
from tests.vault.world import AUTHOR, DOCTOR, PATIENT, RECORD, STRANGER, World


def opening(document_id: UUID, **how: object) -> Open:
    return Open.model_validate({"document_id": document_id, **how})


def test_the_very_bytes_come_back_with_the_decision(world: World) -> None:
    """Permit, unseal, check the hash, save the opening, answer."""
    deposited = world.deposit(cda())

    answer = world.vault.open(opening(deposited.document_id), DOCTOR)

    assert base64.b64decode(answer.content) == cda()
    question = world.access.asked[-1]
    assert (question.action, question.resource["document_id"]) == (
        "read",
        str(deposited.document_id),
    )
    assert answer.decision_id == question.decision_id
    event = world.events()[-1].event
    assert isinstance(event, Opening.Created)
    assert event.decision_id == question.decision_id
    assert event.by == DOCTOR.to_event()
    assert answer.position == world.events()[-1].position


def test_a_refusal_and_a_document_that_is_not_there_look_alike(world: World) -> None:
    """Same code, same sentence, each with a decision: nothing tells them apart."""
    hidden = world.deposit(cda(confidentiality=["MASQUE_PS"]))

    faults = []
    for document_id in (hidden.document_id, uuid4()):
        with pytest.raises(Forbidden) as refusal:
            world.vault.open(opening(document_id), DOCTOR)
        fault = refusal.value.to_fault()
        assert fault.pop("decision_id") == str(world.access.asked[-1].decision_id)
        faults.append(fault)

    assert faults[0] == faults[1]
    assert "vault.document_opened" not in world.topics()


def test_mode_and_session_go_to_access(world: World) -> None:
    """Break-glass is access's to judge; the opening says how it was."""
    deposited = world.deposit(cda())
    session = world.access.break_glass(RECORD, STRANGER)

    world.vault.open(opening(deposited.document_id, mode="break_glass", session=session), STRANGER)

    how = world.access.asked[-1].how
    assert (how.mode, how.session) == ("break_glass", session)
    assert world.events()[-1].event.mode == "break_glass"  # type: ignore[union-attr]  # not erased


def test_what_a_secret_consent_opened_is_told_in_secret(world: World) -> None:
    """By a professional whose own session is for all to see: that they read at all says that the
    minor let them in."""
    deposited = world.deposit(cda())
    world.access.consent(RECORD, STRANGER, secret=True)

    world.vault.open(opening(deposited.document_id), STRANGER)

    message = message_for(world.events()[-1].event)
    assert message
    assert message.secret


def test_a_document_masked_meanwhile_is_decided_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The opening is guarded by the version that was decided on."""
    deposited = world.deposit(cda())
    fetch = type(world.vault.contents).fetch
    masked: list[bool] = []

    def mask_then_fetch(self: object, *args: object) -> bytes:
        if not masked:
            masked.append(True)
            world.vault.mask(Mask(request_id=uuid4(), document_id=deposited.document_id), AUTHOR)
        return fetch(self, *args)  # type: ignore[arg-type]  # passed through

    monkeypatch.setattr(type(world.vault.contents), "fetch", mask_then_fetch)

    with pytest.raises(Forbidden):
        world.vault.open(opening(deposited.document_id), DOCTOR)
    assert "vault.document_opened" not in world.topics()


@pytest.mark.parametrize("damage", [one_bit_off, lambda b: b[:-1], lambda _: b""])
def test_a_content_that_was_touched_is_not_served(world: World, damage: object) -> None:
    """One byte is enough, and nothing is recorded as opened."""
    deposited = world.deposit(cda())
    ((key, sealed),) = world.objects.kept.items()
    world.objects.kept[key] = damage(sealed)  # type: ignore[operator]  # a lambda above

    with pytest.raises(Unavailable):
        world.vault.open(opening(deposited.document_id), DOCTOR)
    assert "vault.document_opened" not in world.topics()


def test_contents_swapped_are_not_served(world: World) -> None:
    """Each is sealed for its own document."""
    first = world.deposit(cda())
    world.deposit(cda(id_='<id root="1.2.3.4" extension="2"/>'))
    (a, b) = world.objects.kept
    world.objects.kept[a], world.objects.kept[b] = world.objects.kept[b], world.objects.kept[a]

    with pytest.raises(Unavailable):
        world.vault.open(opening(first.document_id), DOCTOR)


def test_a_missing_content_is_not_served(world: World) -> None:
    """Lost is told as lost."""
    deposited = world.deposit(cda())
    world.objects.kept.clear()

    with pytest.raises(Unavailable):
        world.vault.open(opening(deposited.document_id), DOCTOR)


def test_the_file_inside_may_be_asked_for(world: World) -> None:
    """A screen shows the PDF, not the CDA around it."""
    deposited = world.deposit(cda(body=enclosing(PDF)))

    answer = world.vault.open(opening(deposited.document_id, unwrap=True), DOCTOR)
    whole = world.vault.open(opening(deposited.document_id), DOCTOR)

    assert (base64.b64decode(answer.content), answer.media_type) == (PDF, "application/pdf")
    assert whole.media_type == "text/xml"


@pytest.mark.parametrize(
    "code", ["INVISIBLE_PATIENT", "INVISIBLE_REPRESENTANTS_LEGAUX", "MASQUE_PS"]
)
def test_a_reader_is_warned_of_what_is_hidden(world: World, code: str) -> None:
    """DMP EX_3.2-1025: a doctor must not speak of it unawares."""
    deposited = world.deposit(cda(confidentiality=[code]))

    assert len(world.vault.open(opening(deposited.document_id), AUTHOR).warnings) == 1


def test_a_reader_is_warned_of_a_replaced_version(world: World) -> None:
    """An old result must not be taken for the last."""
    first = world.deposit(cda())
    world.deposit(cda(id_='<id root="1.9"/>', related=replacing("1.2.3.4^1")))

    assert world.vault.open(opening(first.document_id), DOCTOR).warnings == [
        "Ce document a été remplacé par une version plus récente."
    ]


class TestMasking:
    def test_masked_and_back(self, world: World) -> None:
        """CSP R.1111-49: at any time, by whom access lets manage."""
        document_id = world.deposit(cda()).document_id

        masked = world.vault.mask(Mask(request_id=uuid4(), document_id=document_id), PATIENT)
        unmasked = world.vault.unmask(Unmask(request_id=uuid4(), document_id=document_id), PATIENT)

        assert masked.confidentiality == ["MASQUE_PS", "N"]
        assert unmasked.confidentiality == ["N"]
        assert world.topics()[1:] == ["vault.document_masked", "vault.document_unmasked"]
        assert [q.action for q in world.access.asked[1:]] == ["manage", "manage"]

    def test_masking_what_is_masked_writes_nothing(self, world: World) -> None:
        """The wish is fulfilled already."""
        document_id = world.deposit(cda(confidentiality=["MASQUE_PS"])).document_id

        world.vault.mask(Mask(request_id=uuid4(), document_id=document_id), PATIENT)

        assert world.topics() == ["vault.document_deposited"]

    def test_refused_when_access_refuses(self, world: World) -> None:
        """Masking is a right like another."""
        document_id = world.deposit(cda()).document_id

        with pytest.raises(Forbidden):
            world.vault.mask(Mask(request_id=uuid4(), document_id=document_id), DOCTOR)
        assert world.topics() == ["vault.document_deposited"]


def test_describing_shows_codes_in_words(world: World) -> None:
    """A screen needs no value set of its own."""
    deposited = world.deposit(cda())

    view = world.vault.describe(Describe(document_id=deposited.document_id), DOCTOR)

    assert view.type.display == "CR hospitalier (séjour)"
    assert view.class_.display == "Compte rendu"
    assert view.heading
    assert view.heading.display == "Comptes rendus"
    assert view.facility_type
    assert view.facility_type.display == "Etablissement public de santé"
    assert view.authors[0].specialty
    assert view.authors[0].specialty.code == "G15_10/SM26"
    assert (view.record_id, view.size) == (RECORD, len(cda()))
    assert "class" in view.model_dump(by_alias=True)


def test_an_erased_record_shows_nothing_more(world: World) -> None:
    """Its keys are gone: the same refusal as for everything that is not there."""
    deposited = world.deposit(cda())
    world.keys.erase(RECORD)

    for ask in (
        lambda: world.vault.open(opening(deposited.document_id), DOCTOR),
        lambda: world.vault.describe(Describe(document_id=deposited.document_id), DOCTOR),
        lambda: world.deposit(cda()),
    ):
        with pytest.raises(Forbidden):
            ask()


def test_contents_of_an_erased_record_are_swept(world: World) -> None:
    """Without their key they are noise; they go all the same."""
    world.deposit(cda())
    world.keys.erase(RECORD)

    world.vault.sweep_orphans()
    world.vault.sweep_orphans()

    assert not world.objects.kept
