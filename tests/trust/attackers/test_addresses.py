"""No address that somebody sent is ever gone to (SSRF).

A listener on loopback stands where each of them points; nobody may come.
"""

import smtplib
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from services.agenda.domain.fhir import read_bundle
from services.agenda.domain.ics.reading import read_calendar
from shared.kernel.clock import SystemClock
from shared.kernel.errors import InvalidRequest, Refusal
from tests.messaging.serving import serving
from tests.messaging.world import DOCTOR_MAIL, MAILBOX
from tests.messaging.world import World as Messaging
from tests.profile.world import World as Profile
from tests.trust.attackers.addresses import (
    Listener,
    appointments,
    calendar,
    documents,
    listening,
    mails,
    observations,
    takes_an_address,
    texts,
)
from tests.trust.attackers.asking import methods
from tests.vault.world import METADATA, RECORD
from tests.vault.world import World as Vault

SHOWN = {
    "android_url", "ios_url", "logo_url", "screenshots", "synchronisation_url", "terms_url",
    "web_url",
}  # fmt: skip
"""Meant as an address: kept and shown, gone to by whoever reads it."""
MAILED = {"copies_to", "email", "mailbox", "to"}
"""A mailbox: mail for it goes to the relay of the settings, whatever its domain."""
FILES = {"bundle", "content", "ics", "rows"}
"""A file, or rows of one, in which there may be addresses: below."""
OURS = {"cursor", "token"}
"""What we said ourselves."""
WORDS = {
    "activation_code", "actor", "address", "answers", "at_least", "author", "author_family",
    "author_given", "birth_given_names", "birth_name", "body", "channels", "class", "code",
    "collected_by", "comment", "confidentiality", "court_order", "creation", "description",
    "device", "display", "document_class", "document_type", "dosage", "economic_model",
    "episode", "facility", "facility_type", "family_name", "field", "fields",
    "first_given_name", "format", "given_name", "given_names", "heading", "ins", "ins_oid",
    "institution", "institution_name", "item", "key", "kind", "label", "legitimate_reason",
    "long_description", "lot", "media_type", "name", "national_id", "note", "number",
    "occurrence", "oid", "place", "practice_setting", "profession", "professional", "qualifier",
    "questionnaire", "reaction", "reason", "reference", "role", "serial", "service",
    "service_start", "service_stop", "source", "source_id", "speciality", "specialty", "status",
    "structure", "subject", "system", "text", "title", "town", "type", "unit",
    "used_given_name", "used_name", "value", "version", "zone",
}  # fmt: skip
"""Names, codes, numbers and free text; an address in them is text like any other."""


@pytest.fixture
def listener() -> Iterator[Listener]:
    with listening() as at:
        yield at
        assert not at.met
        socket.create_connection(("127.0.0.1", at.port)).close()


def test_every_text_that_may_be_an_address_is_known(listener: Listener) -> None:
    """A new member of a request that takes one is put here under what is done with it."""
    found = set()
    for _, method in methods():
        schema = method.request.model_json_schema()
        for name, text in texts(schema, schema.get("$defs", {})):
            if takes_an_address(text, listener.forms()):
                found.add(name)
    assert found == SHOWN | MAILED | FILES | OURS | WORDS


def test_no_document_is_fetched_for(
    tmp_path: Path, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither by a vault that takes those with commands to fetch something, and warns of them.
    Those that are refused are refused for what they are."""
    vault = Vault(tmp_path, refuse_active=False)
    no_names(monkeypatch)
    refused = set()
    for number, (name, content) in enumerate(documents(listener).items()):
        said: dict[str, Any] = {"metadata": METADATA} if name.startswith(("PDF", "RTF")) else {}
        other = content.replace(b'extension="1"', f'extension="{number}"'.encode())
        try:
            vault.deposit(other, record_id=str(RECORD), **said)
        except InvalidRequest:
            refused.add(name)
    assert refused == {"a DTD", "a body elsewhere", "SVG"}


def test_no_mail_is_fetched_for(
    tmp_path: Path, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    messaging = Messaging(tmp_path)
    with serving(messaging) as server:
        no_names(monkeypatch)
        for content in mails(listener).values():
            with (
                suppress(smtplib.SMTPResponseException),
                smtplib.SMTP("127.0.0.1", server.port, local_hostname="a") as client,
            ):
                client.sendmail(DOCTOR_MAIL, MAILBOX, content)
    assert messaging.events()
    messaging.close()


def test_no_calendar_and_no_bundle_is_fetched_for(
    tmp_path: Path, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = Profile(tmp_path)
    no_names(monkeypatch)
    (part,) = read_calendar(calendar(listener), components=500, series=50)
    assert part.revision
    assert read_bundle(appointments(listener), SystemClock().now(), 500)
    with suppress(Refusal):
        profile.bring(observations(listener))


def no_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """No host is looked up but this machine's own address."""
    look_up = socket.getaddrinfo

    def looked_up(host: Any, *rest: Any, **more: Any) -> Any:
        assert host == "127.0.0.1", "a name was looked up"
        return look_up(host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", looked_up)
