"""Marks of what documents share: what is listed under one is found under it for ever."""

import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from services.vault.domain.metadata import Kind
from services.vault.domain.origin import Origin
from services.vault.projections.document_rows import Marks
from shared.crypto.keys import SERVICE_KEY_ID
from shared.crypto.local_keys import LocalKeys

RECORD = UUID("0190a000-0000-7000-8000-000000000001")
KEYS = LocalKeys(bytes(range(32)), "vault")
KIND = Kind(type="11502-2", class_code="10", by_patient=False)
PEOPLE = Origin(professionals=("801", "é\u2028\n\x01"), structures=(), person=None)
MARKED: dict[str, tuple[Callable[[Marks], str], Any]] = {
    "document type": (lambda marks: marks.type('a "type" \\'), 'a "type" \\'),
    "document kind": (
        lambda marks: marks.kind(KIND),
        {"type": "11502-2", "class_code": "10", "by_patient": False},
    ),
    "document origin": (
        lambda marks: marks.origin(PEOPLE),
        {"professionals": ["801", "é\u2028\n\x01"], "structures": [], "person": None},
    ),
    "document visibility": (lambda marks: marks.visibility(["R", "N"]), ["N", "R"]),
}


@pytest.mark.parametrize("label", MARKED)
def test_a_mark_is_that_of_lists_written_before(label: str) -> None:
    """
    HMAC-SHA-256 under the service's key of the label (with its length), the record, and the
    value as canonical JSON: a list that was written by other code is read by this one.
    """
    mark, value = MARKED[label]
    written = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    message = len(label).to_bytes(4, "big") + f"{label}{RECORD}.{written}".encode()
    secret = KEYS.exact(SERVICE_KEY_ID, 1).secret

    expected = urlsafe_b64encode(hmac.digest(secret, message, "sha256")[:24]).decode()

    assert mark(Marks(KEYS, RECORD)) == expected
