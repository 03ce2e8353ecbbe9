"""Lines, headers, paths and addresses that somebody tries to slip into our own."""

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from pydantic import ValidationError

from scripts.cli.processes import ROOT
from services.catalogue.contract import Description
from services.identity.contract.parts import Contact
from services.messaging.contract.writing import StartConversation
from services.messaging.domain.attachment import safe_name
from shared.telemetry.redaction import redact
from tests.trust.attackers.asking import DESCRIPTION, UNKNOWN

FORGED = 'x\r\nBcc: everyone@example.org\r\n\r\n{"event": "call"}\x1b[2J\u2028'
OUTSIDE = {
    "urllib", "urllib3", "http", "socket", "smtplib", "requests", "httpx", "aiohttp", "minio",
    "amqp", "psycopg", "pymongo",
}  # fmt: skip
"""Modules with which an address can be asked for something."""


def test_a_forged_line_stays_one_line_of_the_log() -> None:
    """Nor does it move the cursor of who reads it."""
    written = structlog.processors.JSONRenderer()(None, "", redact(None, "", {"event": FORGED}))
    assert isinstance(written, str)
    assert not set(written) & set("\r\n\x1b\u2028")
    assert json.loads(written)["event"] == FORGED


@pytest.mark.parametrize("field", ["to", "subject"])
def test_no_header_is_slipped_into_a_mail(field: str) -> None:
    """What becomes a header takes no line of its own."""
    said = {"request_id": UNKNOWN, "to": "1@patient.mssante.fr", "subject": "s", "body": "b"}
    StartConversation.model_validate(said)
    with pytest.raises(ValidationError):
        StartConversation.model_validate(said | {field: said[field] + FORGED})


def test_no_header_is_slipped_into_a_notice() -> None:
    """The address of a person is one address."""
    for address in (f"a@b.fr{FORGED}", "a@b.fr, c@d.fr", "a@b.fr\n"):
        with pytest.raises(ValidationError):
            Contact(email=address)


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "..", f"a{FORGED}.pdf", ""])
def test_the_name_of_a_file_is_a_name(name: str) -> None:
    """No path, no line, nothing that a terminal would obey."""
    safe = safe_name(name, "application/pdf", 1)
    assert safe
    assert not set(safe) & set("/\\\r\n\x1b\0")
    assert safe.strip(".")


@pytest.mark.parametrize(
    "url", ["http://elan.example/", "file:///etc/passwd", "javascript:alert(1)", "//elan.example"]
)
def test_an_address_in_the_catalogue_is_a_web_address(url: str) -> None:
    """It is shown to people, who follow it; we do not."""
    with pytest.raises(ValidationError):
        Description.model_validate(DESCRIPTION | {"terms_url": url})


def test_nobody_asks_an_address_that_a_caller_gave() -> None:
    """Use cases, rules and contracts have nothing to ask with; adapters have addresses from the
    settings alone (Server-Side Request Forgery)."""
    asking = {
        str(file.relative_to(ROOT))
        for file in (ROOT / "services").rglob("*.py")
        if OUTSIDE & set(_imported(file)) and not {"adapters", "entrypoints"} & set(file.parts)
    }
    assert asking == set()


def _imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        match node:
            case ast.Import(names=names):
                yield from (one.name.partition(".")[0] for one in names if _asks(one.name))
            case ast.ImportFrom(module=str(module)) if _asks(module):
                yield module.partition(".")[0]


def _asks(module: str) -> Any:
    return module not in {"urllib.parse", "urllib.error", "http"}
