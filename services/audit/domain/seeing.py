"""Who saw a document, or anything of a record."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.audit.domain.lines import is_of_a_double, is_shown_list
from services.audit.domain.told import Told
from shared.kernel.clock import instant

_DECIDED = "access.access_decided"
_READ_ALONE = {"document", "prescription"}
"""Kinds of thing that one may be told of by itself: described, with its history. Of the others a
list is asked for next."""
_SEEN: Mapping[str, str] = {
    "vault.document_opened": "opened a document",
    "vault.record_exported": "took a copy of the record",
    "prescription.prescription_presented": "saw a prescription",
    "messaging.message_read": "read a message",
    "audit.journal_read": "read the journal",
    "audit.audit_mandate_used": "looked under a mandate",
    "keyring.key_opened_for_audit": "opened a key",
}


@dataclass(frozen=True, kw_only=True)
class Sight:
    """``right``: the rule of ``access`` that let them in, where one did."""

    at: datetime
    who: str
    facility: str
    what: str
    right: str
    mode: str
    place: str

    def to_json(self) -> dict[str, Any]:
        return {**vars(self), "at": instant(self.at)}


def sights(heard: Iterable[Told], document: UUID | None) -> Iterator[Sight]:
    """``heard``: all of one record, in order. ``document``: None for anything of the record; of
    one document, those who were let in to read it and those who took the whole."""
    rights: dict[str, str] = {}
    acts = list(heard)
    done = {str(told.data.get("decision_id")) for told in acts if told.type != _DECIDED}
    for told in acts:
        if told.type == _DECIDED and told.data["permit"]:
            rights[told.data["decision_id"]] = str(told.data["right"])
        what = _what(told, done)
        if what and _concerns(told, document):
            yield Sight(
                at=told.at,
                who=told.who,
                facility=str(told.by.get("facility") or ""),
                what=what,
                right=rights.get(str(told.data.get("decision_id")), ""),
                mode=str(told.data.get("mode") or "normal"),
                place=told.place,
            )


def _what(told: Told, done: Collection[str]) -> str | None:
    """``done``: decisions that an act followed, which then tells what was seen."""
    if told.type != _DECIDED:
        return _SEEN.get(told.type)
    data = told.data
    if data["action"] != "read" or data["via"] == "audit" or is_of_a_double(data):
        return None
    if is_shown_list(data):
        return f"saw a list ({data['kind']})"
    is_let_in = data["permit"] and data["kind"] in _READ_ALONE
    return f"was let in to read ({data['kind']})" if is_let_in and _id(told) not in done else None


def _id(told: Told) -> str:
    return str(told.data["decision_id"])


def _concerns(told: Told, document: UUID | None) -> bool:
    if document is None or told.type == "vault.record_exported":
        return True
    return told.data.get("document_id") == str(document)
