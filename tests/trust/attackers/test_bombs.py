"""Files made to wear out whoever reads them are refused at the door they come by, or cost no more
than they weigh.

A bomb that goes off is found by the memory it takes (counted, not measured: ``tracemalloc``) or by
never ending: what is refused here takes the code as it was before minutes.
"""

import smtplib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from services.agenda.domain.ics.reading import read_calendar
from services.messaging.adapters.mime import read_mail
from services.messaging.adapters.mime_parts import Unreadable
from services.messaging.adapters.xdm import ZipArchives
from shared.kernel.errors import InvalidRequest, Refusal, TooLarge
from tests.messaging.mails import carrying
from tests.messaging.serving import serving
from tests.messaging.world import DOCTOR_MAIL, MAILBOX
from tests.messaging.world import World as Messaging
from tests.support.counted import taking_at_most
from tests.trust.attackers import bombs
from tests.vault.cda import PDF
from tests.vault.world import METADATA, RECORD
from tests.vault.world import World as Vault

pytestmark = pytest.mark.timeout(30)
MEMORY = 60_000_000
"""Bytes that one file of five million may take while it is looked at."""
LENGTHY = {"elements in every file", "elements"}


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path)


def kinds(made: Iterable[str]) -> list[Any]:
    """The longest are tried by ``make test-long``."""
    return [pytest.param(one, marks=pytest.mark.long if one in LENGTHY else ()) for one in made]


def refused(vault: Vault, content: bytes) -> Refusal:
    assert len(content) <= 5_000_000, "its size alone would refuse it"
    with taking_at_most(MEMORY), pytest.raises((InvalidRequest, TooLarge)) as refusal:
        vault.deposit(content, record_id=str(RECORD), metadata=METADATA)
    assert not vault.events()
    assert not vault.objects.kept
    return refusal.value


@pytest.mark.parametrize("kind", kinds(bombs.XML))
def test_xml_bombs_are_not_deposited(vault: Vault, kind: str) -> None:
    """Nothing is expanded, fetched, or built beyond its bounds."""
    refusal = refused(vault, bombs.XML[kind]())
    assert refusal.fields.keys() <= {"content", "content.body"}


@pytest.mark.parametrize("kind", bombs.PDFS)
def test_pdf_bombs_are_not_deposited(vault: Vault, kind: str) -> None:
    """Nor what would run when it is opened."""
    assert "holds" in refused(vault, bombs.PDFS[kind]()).fields["content"]


@pytest.mark.parametrize("kind", bombs.HARMLESS)
def test_a_pdf_costs_what_it_weighs(vault: Vault, kind: str) -> None:
    """Whatever it holds: no page is drawn here, and nothing is read twice."""
    with taking_at_most(MEMORY):
        vault.deposit(bombs.HARMLESS[kind](), record_id=str(RECORD), metadata=METADATA)
    assert vault.topics() == ["vault.document_deposited"]


@pytest.mark.parametrize("kind", bombs.PICTURES)
def test_pictures_that_fill_the_memory_are_not_deposited(vault: Vault, kind: str) -> None:
    """A picture of a hundred bytes that says it has more points than a computer holds goes off
    where it is opened: it is not let in."""
    assert refused(vault, bombs.PICTURES[kind]()).fields.keys() == {"content"}


@pytest.mark.parametrize("kind", kinds([*bombs.ARCHIVES, *bombs.CLOSED]))
def test_an_archive_is_no_document(vault: Vault, kind: str) -> None:
    """Nothing is looked for inside."""
    content = {**bombs.ARCHIVES, **bombs.CLOSED}[kind]()
    assert refused(vault, content).fields["content"].startswith("is none of")


@pytest.fixture
def messaging(tmp_path: Path) -> Iterator[Messaging]:
    world = Messaging(tmp_path)
    yield world
    world.close()


def answered(messaging: Messaging, mail: bytes) -> int:
    """What the edge says to a mail sent over a socket."""
    with serving(messaging) as server, smtplib.SMTP("127.0.0.1", server.port) as client:
        try:
            client.sendmail(DOCTOR_MAIL, MAILBOX, mail)
        except smtplib.SMTPResponseException as refusal:
            return refusal.smtp_code
    return 250


@pytest.mark.parametrize("kind", bombs.ARCHIVES)
def test_archives_that_grow_are_refused_at_the_edge(messaging: Messaging, kind: str) -> None:
    """For good: the sender is told, and nothing of the mail is kept."""
    archive = bombs.ARCHIVES[kind]()
    with taking_at_most(MEMORY), pytest.raises(InvalidRequest):
        ZipArchives().read(archive)
    assert answered(messaging, carrying(archive)) == 550
    assert messaging.events() == []


@pytest.mark.parametrize("kind", kinds(bombs.CLOSED))
def test_archives_of_nothing_readable_stay_closed(messaging: Messaging, kind: str) -> None:
    """They lie in the message as a file; no document comes of them."""
    archive = bombs.CLOSED[kind]()
    with taking_at_most(25_000_000):
        assert ZipArchives().read(archive) is None
    assert answered(messaging, carrying(archive)) == 250
    messaging.project()
    (listed,) = messaging.listed().items
    (line,) = messaging.lines(listed.conversation_id).items
    (file,) = messaging.read(line.message_id).attachments
    assert not file.saveable


@pytest.mark.parametrize("kind", bombs.MAILS)
def test_mails_that_never_end_are_refused(messaging: Messaging, kind: str) -> None:
    """Before the library reads their headers, which takes it minutes."""
    mail = bombs.MAILS[kind]()
    with taking_at_most(MEMORY), pytest.raises(Unreadable):
        read_mail(mail)
    assert answered(messaging, mail) == 550
    assert messaging.events() == []


@pytest.mark.parametrize("kind", bombs.PAGES)
def test_a_page_without_end_is_read_once(messaging: Messaging, kind: str) -> None:
    """Its text, if it has any, and no letter twice."""
    assert answered(messaging, bombs.PAGES[kind]()) == 250


@pytest.mark.parametrize(
    ("rule", "count"),
    [
        ("FREQ=DAILY", 7_000),
        ("FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU", 1_000),
        ("FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU", 5_000),
    ],
)
def test_a_time_zone_without_end_is_unknown(rule: str, count: int) -> None:
    """A calendar may define its own; one that changes each day for ever is nobody's."""
    with taking_at_most(MEMORY):
        (part,) = read_calendar(bombs.calendar(rule, count), components=500, series=50)
    assert part.faults == {"DTSTART": "is in an unknown time zone"}


def test_what_is_no_bomb_is_taken(vault: Vault, messaging: Messaging) -> None:
    """The doors are open to what is meant to come in."""
    vault.deposit(PDF, record_id=str(RECORD), metadata=METADATA)
    assert answered(messaging, carrying(PDF, "a.pdf")) == 250
    page = bombs.HEAD + b"Content-Type: text/html\r\n\r\n<p title='a>b'>Bon<!-- x -->jour</p>"
    assert answered(messaging, page) == 250
