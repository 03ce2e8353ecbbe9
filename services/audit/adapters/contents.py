"""Looks into what the log only vouches for: sealed states, and the documents they speak of."""

import json
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from typing import Any
from uuid import UUID

from services.audit.domain.report import Finding, FindingKind, VerificationReport
from services.audit.domain.stored import StoredRow
from shared.crypto.event_cipher import RowIdentity, open_state
from shared.crypto.keys import KeyErased, Keys, KeyUnavailable
from shared.crypto.sealing import NotAuthentic

KeysOf = Callable[[str], Keys]
"""The keys of a service, by its name."""
ReadObject = Callable[[str], Iterator[bytes] | None]
"""The stored bytes of a document, by object key; None if there is no such object."""
_CONTENT = "content"
_SEALED = b'"sealed_sha256"'


class StateCheck:
    """Every sealed state opens where it stands; ``documents`` are compared, when they can be read.

    An event that deposits a document holds ``content`` with ``object`` and ``sealed_sha256``.
    """

    def __init__(self, keys_of: KeysOf, documents: ReadObject | None = None) -> None:
        self._keys_of = keys_of
        self._documents = documents
        self._keys: dict[str, Keys] = {}

    def check(self, row: StoredRow, report: VerificationReport) -> Iterable[Finding]:
        report.states_checked = True
        count = report.of(row.service)
        try:
            plain = self._open(row)
        except KeyErased:
            count.erased += 1
        except KeyUnavailable:
            yield _of(row, FindingKind.KEY_UNAVAILABLE)
        except NotAuthentic:
            yield _of(row, FindingKind.STATE_NOT_AUTHENTIC)
        else:
            count.opened += 1
            if _SEALED in plain:  # as our services write it: most events hold no document
                yield from self._document(row, json.loads(plain), report)

    def _open(self, row: StoredRow) -> bytes:
        if row.service not in self._keys:
            self._keys[row.service] = self._keys_of(row.service)
        identity = RowIdentity(
            row.service, UUID(row.originator_id), row.originator_version, row.topic
        )
        return open_state(self._keys[row.service], identity, row.state)

    def _document(
        self, row: StoredRow, state: dict[str, Any], report: VerificationReport
    ) -> Iterator[Finding]:
        content = state.get(_CONTENT)
        if self._documents is None or not isinstance(content, dict) or "object" not in content:
            return
        report.documents_checked = True
        named = {
            "service": row.service,
            "position": row.position,
            "document_id": row.originator_id,
            "object_key": content["object"],
        }
        chunks = self._documents(content["object"])
        if chunks is None:
            yield Finding(kind=FindingKind.DOCUMENT_MISSING, **named)
            return
        report.documents += 1
        digest = sha256()
        for chunk in chunks:
            digest.update(chunk)
        if digest.hexdigest() != content["sealed_sha256"]:
            yield Finding(kind=FindingKind.DOCUMENT_CHANGED, **named)


def _of(row: StoredRow, kind: FindingKind) -> Finding:
    return Finding(
        kind=kind,
        service=row.service,
        position=row.position,
        originator_id=row.originator_id,
        originator_version=row.originator_version,
        topic=row.topic,
    )
