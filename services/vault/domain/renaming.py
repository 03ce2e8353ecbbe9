"""Another type, title or date for a bare file: what a CDA says of itself cannot be changed."""

from dataclasses import dataclass, replace
from typing import Any

from services.vault.domain.completion import Rules, known_type
from services.vault.domain.content import CDA
from services.vault.domain.document import Document
from services.vault.domain.metadata import Coded, Metadata
from shared.kernel.actor import Actor
from shared.kernel.errors import Conflict, InvalidRequest


@dataclass(frozen=True, kw_only=True)
class Renaming:
    """What is ``None`` stays as it is."""

    type: str | None = None
    title: str | None = None
    service_start: str | None = None


def renamed(document: Document, asked: Renaming, rules: Rules) -> Metadata:
    """Class and heading follow the type. Raises :class:`Conflict` for a CDA and
    :class:`InvalidRequest` for a type that may not be given."""
    if document.content.media_type == CDA:
        raise Conflict(
            "What this document is stands in its own header: replace it.",
            fields={"document_id": "is a CDA"},
        )
    said = document.metadata
    known = known_type(Coded(code=asked.type or said.type), rules, by_person=said.by_patient)
    if isinstance(known, str):
        raise InvalidRequest("The document cannot be of this type.", fields={"type": known})
    return replace(
        said,
        type=known.code,
        class_code=rules.class_of(known),
        title=(asked.title or "").strip() or said.title,
        service_start=asked.service_start or said.service_start,
    )


def as_told(document: Document, metadata: Metadata, by: Actor) -> dict[str, Any]:
    """Those of the attributes ``access`` decides by that are other ones for this document put in
    now, with this metadata."""
    return {
        "type": metadata.type,
        "class": metadata.class_code,
        "confidentiality": sorted(document.shown_to(by)),
    }
