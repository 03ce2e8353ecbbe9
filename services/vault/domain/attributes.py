"""What ``access`` is told of a document to decide on it: codes and ids, never a title."""

from collections.abc import Sequence
from typing import Any

from services.vault.domain.metadata import Metadata
from services.vault.domain.origin import Origin
from shared.kernel.actor import Actor


def attributes(
    metadata: Metadata, origin: Origin, confidentiality: Sequence[str], status: str, by: Actor
) -> dict[str, Any]:
    return {
        "kind": "document",
        "class": metadata.class_code,
        "type": metadata.type,
        "confidentiality": sorted(confidentiality),
        "author": origin.professional_seen_by(by),
        "facility": origin.structure_seen_by(by),
        "by_patient": metadata.by_patient,
        "status": status,
    }


UNKNOWN_DOCUMENT: dict[str, Any] = {"kind": "document"}
"""Asked about a document that does not exist, so that the refusal is an ordinary one."""
