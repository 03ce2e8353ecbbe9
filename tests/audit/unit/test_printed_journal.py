"""The right to one's own log: a PDF that anyone can check with the key of the log."""

import base64
import hashlib
from io import BytesIO

import pytest
from cryptography.exceptions import InvalidSignature
from pydantic import ValidationError
from pypdf import PdfReader

from services.audit.application import journal
from services.audit.contract.journal import JournalPrinted, PrintJournal
from services.audit.domain.reading import JournalReading
from shared.kernel.actor import Actor
from shared.kernel.errors import Forbidden, TooLarge
from tests.audit.logs import ORIGIN, PRIVATE
from tests.audit.world import DENTIST, DOCTOR, HOSPITAL, LEAVES, PARENT, PATIENT, RECORD, World


def printed(world: World, by: Actor = PATIENT, **period: str) -> JournalPrinted:
    request = PrintJournal.model_validate({"record_id": RECORD, **period})
    return world.audit.print_journal(request, by)


def text_of(answer: JournalPrinted) -> str:
    pages = PdfReader(BytesIO(base64.b64decode(answer.pdf))).pages
    return " ".join(" ".join(page.extract_text().split()) for page in pages)


def test_it_prints_what_the_journal_shows(world: World) -> None:
    """Every line, oldest first, over as many pages as it takes."""
    for _ in range(120):
        world.tell("access.professional_blocked", PATIENT, professional=DOCTOR.id)
    world.tell("access.glass_broken", DENTIST, professional=DENTIST.id)

    answer = printed(world)

    text = text_of(answer)
    assert answer.lines == 121
    assert text.count("Vous avez bloqué Claire Martin") == 120
    assert "bris de glace" in text
    assert str(RECORD) in text
    assert "L. 1111-19" in text
    assert "Depuis l’ouverture : 121 lignes." in text
    said = answer.statement
    assert said.index("Claire Martin") < said.index("bris de glace")


def test_the_signature_is_of_the_statement(world: World) -> None:
    """Checked without our code: the log's public key, the context line, the text, which says
    whose journal it is and what the log held by then."""
    world.tell("identity.record_activated", PATIENT)
    answer = printed(world)

    public, signature = PRIVATE.public_key(), base64.b64decode(answer.signature)
    signed = b"carnet journal v1\n" + answer.statement.encode()
    public.verify(signature, signed)
    with pytest.raises(InvalidSignature):
        public.verify(signature, signed.replace(b"activ", b"Activ"))
    assert answer.key == hashlib.sha256(public.public_bytes_raw()).hexdigest()
    text = text_of(answer)
    assert hashlib.sha256(answer.statement.encode()).hexdigest() in text
    assert "Vous avez activé votre espace santé." in answer.statement
    assert str(RECORD) in answer.statement
    _, size, root, *_ = (world.published / "checkpoint").read_text().split("\n")
    published = f"{size} {base64.b64decode(root).hex()}"
    assert f"{ORIGIN}\nTaille et racine : {published}\n" in answer.statement
    assert size == str(LEAVES)
    assert answer.signature[:44] in text


def test_it_holds_no_more_than_its_reader_may_see(world: World) -> None:
    """What is hidden from a representative is in none of it, nor counted."""
    secret = Actor(kind=PATIENT.kind, id=PATIENT.id, record_id=RECORD, secret=True)
    world.deposit(HOSPITAL, "INVISIBLE_REPRESENTANTS_LEGAUX")
    world.tell("access.emergency_switches_set", secret)
    world.tell("identity.record_activated", PATIENT)

    assert printed(world, PARENT).lines == 1
    assert printed(world).lines == 3


def test_a_period_is_one(world: World) -> None:
    """``from`` included, ``to`` excluded."""
    world.tell("identity.record_activated", PATIENT)
    first = world.now
    world.tell("identity.record_closed", PATIENT)

    assert printed(world, to=world.now.isoformat()).lines == 1
    assert printed(world, PATIENT, **{"from": world.now.isoformat()}).lines == 1
    assert printed(world, PATIENT, **{"from": first.isoformat()}).lines == 2


def test_printing_is_reading(world: World) -> None:
    """It leaves the same trace; a refused reader gets nothing."""
    printed(world)
    [row] = world.audit.read(0, 10)
    assert isinstance(row.event, JournalReading.Created)
    assert row.event.filters["form"] == "pdf"

    world.rules.denied.add(PARENT.id)
    with pytest.raises(Forbidden):
        printed(world, PARENT)


def test_a_journal_too_long_to_print_is_printed_by_periods(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Refused before anything is signed or said to have been read."""
    monkeypatch.setattr(journal, "PRINTED_MOST", 2)
    for _ in range(3):
        world.tell("identity.record_activated", PATIENT)

    with pytest.raises(TooLarge):
        printed(world)
    assert world.audit.head().position == 0
    assert printed(world, to=world.now.isoformat()).lines == 2


@pytest.mark.parametrize("name", ["from", "to"])
def test_a_period_is_of_days_that_there_are(world: World, name: str) -> None:
    """The last hour of year 9999, as software without an end says it, has no day in France."""
    with pytest.raises(ValidationError):
        printed(world, PATIENT, **{name: "9999-12-31T23:30:00.000Z"})
    assert printed(world, PATIENT, **{name: "9999-12-31T22:30:00.000Z"}).lines == 0
