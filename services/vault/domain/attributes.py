"""What ``access`` is told of a document to decide on it: codes and ids, never a title."""

from collections.abc import Sequence
from typing import Any

from services.vault.domain.metadata import Kind
from services.vault.domain.origin import Origin
from shared.kernel.actor import Actor


def attributes(
    kind: Kind, origin: Origin, confidentiality: Sequence[str], status: str, by: Actor
) -> dict[str, Any]:
    return {
        "kind": "document",
        "class": kind.class_code,
        "type": kind.type,
        "confidentiality": sorted(confidentiality),
        "author": origin.professional_seen_by(by),
        "facility": origin.structure_seen_by(by),
        "by_patient": kind.by_patient,
        "status": status,
    }


UNKNOWN_DOCUMENT: dict[str, Any] = {"kind": "document"}
"""Asked about a document that does not exist, so that the refusal is an ordinary one."""
