"""Who puts in the very bytes of what is hidden from them is answered as if it were not there, and
what somebody hid stays hidden from everybody else."""

import base64
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.vault.contract.deposits import Replace
from services.vault.contract.life import (
    Archive,
    Delete,
    Mask,
    Reclassify,
    RevealToPatient,
    RevealToRepresentatives,
    Unmask,
)
from services.vault.contract.reading import ChangesSince, Describe, Open, Search, Versions
from services.vault.domain.document import Document
from services.vault.domain.doubles import SCOPE
from services.vault.messages import message_for
from services.vault.messages.entering import DocumentDeposited
from services.vault.messages.using import DocumentOpened
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.errors import Forbidden, Refusal
from tests.vault.cda import PDF, TEXT
from tests.vault.world import (
    AUTHOR,
    DOCTOR,
    HOSPITAL,
    METADATA,
    MOTHER,
    OTHER_HOSPITAL,
    OTHER_RECORD,
    PATIENT,
    RECORD,
    World,
)

OTHER_DOCTOR = Actor(
    kind=ActorKind.PROFESSIONAL, id="899700551999", profession="10", facility="1330780081"
)
THEIRS: dict[str, Any] = METADATA | {
    "title": "Copie reçue", "author": DOCTOR.id, "institution": None, "creation": "2026-03-01",
    "service_start": "2026-03-01", "confidentiality": [],
}  # fmt: skip
LATER = THEIRS | {"title": "Copie corrigée", "service_start": "2026-03-02"}
DRAWN = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|2026-11-[^\"]+Z")
"""Ids, and instants of the tests' clock."""
Act = Callable[[World, UUID, Actor], Any]


def put_in(world: World, by: Actor, record: UUID = RECORD, **how: Any) -> UUID:
    given = {"record_id": str(record), "metadata": THEIRS, **how}
    return world.deposit(given.pop("content", PDF), by=by, **given).document_id


def hidden(world: World, *codes: str) -> UUID:
    said = {**METADATA, "confidentiality": [*codes]}
    return put_in(world, HOSPITAL, metadata=said)


def acts(world: World, by: Actor, record: UUID) -> Iterator[Callable[[], Any]]:
    """All that a depositor may do with a document of theirs, in turn; each is answered."""
    vault, of_it = world.vault, {"record_id": record, "from": "2000-01-01"}
    given = {"record_id": str(record), "metadata": THEIRS}
    document_id = uuid4()

    def first() -> Any:
        nonlocal document_id
        answer = world.deposit(PDF, by=by, **given)
        document_id = answer.document_id
        return answer

    def about(**more: Any) -> dict[str, Any]:
        return {"request_id": uuid4(), "document_id": document_id, **more}

    shown = (
        lambda: vault.describe(Describe(document_id=document_id), by),
        lambda: vault.open(Open(document_id=document_id), by),
        lambda: vault.search(Search.model_validate(of_it), by),
        lambda: vault.search(Search.model_validate(of_it | {"text": "sortie"}), by),
        lambda: vault.changes_since(
            ChangesSince.model_validate({"record_id": record, "instant": "2000-01-01T00:00:00Z"}),
            by,
        ),
        lambda: vault.versions(Versions(logical_id=document_id), by),
    )
    yield first
    yield from shown
    yield lambda: world.deposit(PDF, by=by, **given)
    yield lambda: vault.reclassify(Reclassify(**about(title="Autre titre")), by)
    yield lambda: vault.reveal_to_patient(RevealToPatient(**about()), by)
    yield lambda: vault.reveal_to_representatives(
        RevealToRepresentatives(**about(confirmed=True)), by
    )
    yield lambda: vault.unmask(Unmask(**about()), by)
    yield from shown
    yield lambda: vault.mask(Mask(**about()), by)
    yield from shown
    yield lambda: vault.unmask(Unmask(**about()), by)
    yield from shown
    yield lambda: vault.replace(
        Replace.model_validate(
            about(content=base64.b64encode(TEXT).decode(), metadata=LATER)
        ),
        by,
    )  # fmt: skip
    yield from shown
    yield lambda: world.deposit(PDF, by=by, hold=True, **given)
    yield lambda: vault.delete(Delete(**about()), by)
    yield lambda: vault.archive(Archive(**about()), by)
    yield first
    yield from shown
    yield lambda: vault.delete(Delete(**about()), by)
    yield lambda: world.deposit(PDF, by=by, hold=True, **given)
    yield lambda: world.deposit(PDF, by=by, **given)


def told(world: World, by: Actor, record: UUID) -> list[str]:
    """The answers, with ids and instants by the order in which they come, and what each saved:
    positions are answered too."""
    answers = []
    names: dict[str, str] = {str(record): "the record"}
    for act in acts(world, by, record):
        world.clock.move(timedelta(seconds=1))
        before = len(world.events())
        try:
            answer = act().model_dump(mode="json", exclude={"position", "decision_id"})
        except Refusal as refusal:
            fault = refusal.to_fault()
            fault.pop("decision_id", None)
            answer = {"refused": fault}
        saved = world.topics()[before:]
        world.project()
        text = json.dumps([answer, saved], sort_keys=True)
        answers.append(DRAWN.sub(lambda found: names.setdefault(found[0], f"#{len(names)}"), text))
    return answers


@pytest.mark.parametrize(
    ("by", "codes"),
    [
        (DOCTOR, ["MASQUE_PS"]),
        (OTHER_HOSPITAL, ["MASQUE_PS"]),
        (OTHER_HOSPITAL, ["INVISIBLE_PATIENT"]),
        (OTHER_DOCTOR, ["INVISIBLE_REPRESENTANTS_LEGAUX"]),
        (OTHER_DOCTOR, ["N"]),
    ],
    ids=["by consent", "facility", "not announced", "secret", "without a right"],
)
def test_a_depositor_is_answered_alike(world: World, by: Actor, codes: list[str]) -> None:
    """Beside a document with these bytes that they may not see, and in a record without one. One
    has a consent, so that only what is masked is hidden from them; the others see nothing."""
    hidden(world, *codes)
    world.project()

    beside, alone = told(world, by, RECORD), told(world, by, OTHER_RECORD)

    assert beside == alone
    assert any("Copie re" in answer for answer in beside) is (by == DOCTOR)


def test_access_is_asked_alike_but_whether_to_say_that_it_is_there(world: World) -> None:
    """That question makes no line of any journal: its scope says what it is."""
    hidden(world, "MASQUE_PS")
    world.access.asked.clear()

    put_in(world, DOCTOR)
    beside = [(q.action, q.resource.get("scope")) for q in world.access.asked]
    world.access.asked.clear()
    put_in(world, DOCTOR, OTHER_RECORD)

    alone = [(q.action, q.resource.get("scope")) for q in world.access.asked]
    assert beside == [alone[0], ("read", SCOPE)]
    assert alone == [("feed", None)]


def listed(world: World, by: Actor) -> dict[UUID, list[str]]:
    """What a reader finds, with the codes they are told of."""
    world.project()
    asked = {"record_id": RECORD, "from": "2000-01-01"}
    found = world.vault.search(Search.model_validate(asked), by)
    assert found.total == len(found.items)
    return {item.document_id: item.confidentiality for item in found.items}


def test_a_mask_is_not_undone(world: World) -> None:
    """The person sees two, both masked; another professional none; the depositor theirs alone."""
    first = hidden(world, "MASQUE_PS")
    world.access.consent(RECORD, OTHER_DOCTOR)

    second = put_in(world, DOCTOR)

    masked = ["MASQUE_PS", "N"]
    assert listed(world, PATIENT) == {first: ["MASQUE_PS"], second: masked}
    assert listed(world, OTHER_DOCTOR) == {}
    assert listed(world, DOCTOR) == {second: ["N"]}
    with pytest.raises(Forbidden):
        world.vault.open(Open(document_id=second), OTHER_DOCTOR)


def test_each_is_unmasked_by_itself(world: World) -> None:
    """And to the depositor nothing seems to have changed: not a name of its version either."""
    hidden(world, "MASQUE_PS")
    world.access.consent(RECORD, OTHER_DOCTOR)
    second = put_in(world, DOCTOR)
    before = world.vault.describe(Describe(document_id=second), DOCTOR)

    answer = world.vault.unmask(Unmask(request_id=uuid4(), document_id=second), PATIENT)

    assert answer.confidentiality == ["N"]
    assert listed(world, OTHER_DOCTOR) == {second: ["N"]}
    assert world.vault.describe(Describe(document_id=second), DOCTOR) == before
    assert world.vault.search(
        Search.model_validate({"record_id": RECORD, "from": "2000-01-01"}), DOCTOR
    ).items == [before]


def test_what_the_depositor_unmasks_stays_masked_for_others(world: World) -> None:
    """Masking it and taking that back is no way around what the person hid."""
    hidden(world, "MASQUE_PS")
    world.access.consent(RECORD, OTHER_DOCTOR)
    second = put_in(world, DOCTOR, metadata={**THEIRS, "confidentiality": ["MASQUE_PS"]})
    assert listed(world, DOCTOR) == {second: ["MASQUE_PS"]}

    world.vault.unmask(Unmask(request_id=uuid4(), document_id=second), DOCTOR)

    assert listed(world, DOCTOR) == {second: ["N"]}
    assert listed(world, OTHER_DOCTOR) == {}


def test_what_was_not_announced_stays_so_until_its_time(world: World) -> None:
    """Both open at the end of the month that began with the first, though nobody announces."""
    first = hidden(world, "INVISIBLE_PATIENT")
    world.access.consent(RECORD, OTHER_DOCTOR)
    world.clock.move(timedelta(days=20))
    second = put_in(world, OTHER_HOSPITAL)

    assert listed(world, PATIENT) == {}
    for announcing in (OTHER_DOCTOR, DOCTOR):  # the latter is the author that was named
        assert listed(world, announcing) == {
            first: ["INVISIBLE_PATIENT"], second: ["INVISIBLE_PATIENT", "N"]
        }  # fmt: skip
    world.clock.move(timedelta(days=12))
    world.project()
    world.vault.open_hidden()
    assert listed(world, PATIENT) == {first: ["N"], second: ["N"]}


def test_announced_each_by_itself(world: World) -> None:
    """Whoever sees both tells of both."""
    first = hidden(world, "INVISIBLE_PATIENT")
    said = THEIRS | {"author": OTHER_DOCTOR.id}
    second = put_in(world, OTHER_HOSPITAL, metadata=said)

    for document_id, seen in ((first, {first}), (second, {first, second})):
        request = RevealToPatient(request_id=uuid4(), document_id=document_id)
        world.vault.reveal_to_patient(request, AUTHOR if document_id == first else treating(world))
        assert listed(world, PATIENT).keys() == seen


def treating(world: World) -> Actor:
    """A doctor whom the person trusts with who sees what."""
    world.access.treated_by(RECORD, DOCTOR)
    return DOCTOR


def test_a_minors_secret_is_kept(world: World) -> None:
    """From a mother, though a hospital that knows nothing of it puts it in openly."""
    first = hidden(world, "INVISIBLE_REPRESENTANTS_LEGAUX")

    second = put_in(world, OTHER_HOSPITAL)

    assert listed(world, MOTHER) == {}
    assert listed(world, PATIENT).keys() == {first, second}


def test_what_the_person_puts_in_has_no_cover(world: World) -> None:
    """They, or who acts for them, say themselves who sees it."""
    hidden(world, "INVISIBLE_REPRESENTANTS_LEGAUX")
    own = {"type": "DOCPAT09", "title": "Mutuelle", "creation": "2026", "service_start": "2026"}

    second = put_in(world, MOTHER, metadata=own)

    assert listed(world, MOTHER) == {second: ["N"]}


def test_a_new_version_takes_the_cover_over(world: World) -> None:
    """Replacing is no way to unmask."""
    hidden(world, "MASQUE_PS")
    world.access.consent(RECORD, OTHER_DOCTOR)
    put_in(world, DOCTOR)

    third = put_in(world, DOCTOR, content=TEXT, replaces=str(put_in(world, DOCTOR)))

    assert listed(world, DOCTOR) == {third: ["N"]}
    assert listed(world, OTHER_DOCTOR) == {}


def test_held_back_it_is_covered_when_it_comes_in(world: World) -> None:
    """By what is hidden then, whenever that was."""
    world.access.consent(RECORD, OTHER_DOCTOR)
    held = put_in(world, DOCTOR, hold=True)
    first = hidden(world)
    world.vault.mask(Mask(request_id=uuid4(), document_id=first), PATIENT)

    assert put_in(world, DOCTOR) == held

    assert listed(world, DOCTOR) == {held: ["N"]}
    assert listed(world, OTHER_DOCTOR) == {}


def test_masked_while_it_is_put_in(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mask that was answered first counts."""
    first = hidden(world)
    world.access.consent(RECORD, OTHER_DOCTOR)
    keep = world.contents.keep

    def masked_meanwhile(*what: Any) -> Any:
        monkeypatch.setattr(world.contents, "keep", keep)
        world.vault.mask(Mask(request_id=uuid4(), document_id=first), PATIENT)
        return keep(*what)

    monkeypatch.setattr(world.contents, "keep", masked_meanwhile)
    second = put_in(world, OTHER_HOSPITAL)

    found = world.vault.get(second, Document)
    assert found
    assert found.confidentiality == ("MASQUE_PS", "N")
    assert listed(world, OTHER_DOCTOR) == {}


def test_others_are_told_whom_it_is_hidden_from(world: World) -> None:
    """Notices and journals go by the message; the depositor's own journal knows it by them."""
    hidden(world, "INVISIBLE_PATIENT")
    secretly = replace(OTHER_DOCTOR, facility=None)

    put_in(world, secretly, metadata=METADATA | {"title": "Copie"})

    message = message_for(world.events()[-1].event)
    assert isinstance(message, DocumentDeposited)
    assert message.confidentiality == ["INVISIBLE_PATIENT", "N"]
    assert (message.author, message.facility) == (OTHER_DOCTOR.id, None)


def test_others_are_told_whom_an_opening_is_hidden_from(world: World) -> None:
    """By its depositor, who is not told of the cover."""
    hidden(world, "MASQUE_PS")
    second = put_in(world, DOCTOR)

    world.vault.open(Open(document_id=second), DOCTOR)

    message = message_for(world.events()[-1].event)
    assert isinstance(message, DocumentOpened)
    assert message.confidentiality == ["MASQUE_PS", "N"]


def test_reclassified_it_is_asked_about_as_its_depositor_knows_it(world: World) -> None:
    """As if put in so now: a refusal stands in their journal with what was asked."""
    hidden(world, "MASQUE_PS")
    second = put_in(world, DOCTOR)

    request = Reclassify(request_id=uuid4(), document_id=second, title="Autre titre")
    world.vault.reclassify(request, DOCTOR)

    fed = [q.resource for q in world.access.asked if q.action == "feed"]
    assert fed[-1]["confidentiality"] == ["N"]


def test_copies_go_as_their_sender_knows_the_document(world: World) -> None:
    """A mail that does not leave would tell of the mask."""
    hidden(world, "MASQUE_PS")

    put_in(world, DOCTOR, copies_to=["cabinet.martin@medecin.mssante.fr"])

    copies = message_for(world.events()[-1].event)
    assert copies
    assert copies.model_dump()["confidentiality"] == ["N"]
