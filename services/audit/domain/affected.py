"""Whom a breach concerns, and which kinds of data: for the notice to those concerned
(GDPR, articles 33 and 34)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from services.audit.domain.lines import LISTED, is_shown_list
from services.audit.domain.told import Told
from shared.kernel.clock import instant

_KINDS: Mapping[str, str] = {
    "identity": "identity",
    "access": "rights",
    "vault": "documents",
    "prescription": "prescriptions",
    "messaging": "messages",
    "agenda": "appointments",
    "profile": "profile",
    "catalogue": "connected_services",
    "notification": "notices",
    "audit": "journal",
    "keyring": "keys",
}
_READ: Mapping[str, str] = {
    "document": "documents",
    "profile_section": "profile",
    "measure": "profile",
    "appointment": "appointments",
    "prescription": "prescriptions",
    "message": "messages",
    "journal": "journal",
}
"""By the kind of thing that ``access`` decided on, where no other act may follow."""
_OF_LIST = {action: _READ[kind] for kind, action in LISTED.items()}


@dataclass
class Touched:
    """One record: ``kinds`` of data, how many acts, the first and the last."""

    kinds: set[str] = field(default_factory=set)
    acts: int = 0
    first: datetime | None = None
    last: datetime | None = None

    def add(self, kind: str, at: datetime) -> None:
        self.kinds.add(kind)
        self.acts += 1
        self.first = min(self.first or at, at)
        self.last = max(self.last or at, at)

    def to_json(self, record: UUID) -> dict[str, Any]:
        return {
            "record": str(record),
            "kinds": sorted(self.kinds),
            "acts": self.acts,
            "first": instant(self.first) if self.first else None,
            "last": instant(self.last) if self.last else None,
        }


def kind_of_data(type_: str, data: Mapping[str, Any]) -> str:
    """``documents``, ``documents:11502-2``, ``profile:ALLERGY``: what was touched, in codes.
    ``type_``: of a message, or the action of a line of the journal."""
    publisher = type_.partition(".")[0]
    if type_ in _OF_LIST:
        return _OF_LIST[type_]
    if type_ == "access.access_decided" and data.get("kind") in _READ:
        return _READ[data["kind"]]
    kind = _KINDS.get(publisher, publisher)
    code = data.get("type") or data.get("section") or data.get("kind")
    fine = publisher in {"vault", "profile"} and isinstance(code, str)
    return f"{kind}:{code}" if fine else kind


def is_refusal(told: Told) -> bool:
    """Who was refused touched nothing; a list refuses nobody, and shows what they may see."""
    refused = told.data.get("permit") is False and not told.data.get("listing")
    return refused or told.type.endswith("_refused")


def _was_shown_to_nobody(told: Told) -> bool:
    """Audit asks for the list of what a journal's reader may read of."""
    return bool(told.data.get("listing")) and not is_shown_list(told.data)


def affected_by(
    heard: Iterable[Told], *, actor: str | None, since: datetime | None, until: datetime | None
) -> dict[UUID, Touched]:
    """``actor``: as ``kind:id`` or an id alone; None for anybody. ``until`` is excluded."""
    found: dict[UUID, Touched] = {}
    for told in heard:
        if told.record is None or told.erased or is_refusal(told) or _was_shown_to_nobody(told):
            continue
        if (since and told.at < since) or (until and told.at >= until):
            continue
        if actor is None or actor in actors_of(told):
            found.setdefault(told.record, Touched()).add(
                kind_of_data(told.type, told.data), told.at
            )
    return found


def actors_of(told: Told) -> set[str]:
    """Every name under which the one who acted may be asked for."""
    names: set[str] = set()
    by: Mapping[str, Any] | None = told.by
    while by:
        names |= {str(by.get("id")), f"{by.get('kind')}:{by.get('id')}"}
        if by.get("facility"):
            names |= {str(by["facility"]), f"facility:{by['facility']}"}
        by = by.get("on_behalf_of")
    return names
