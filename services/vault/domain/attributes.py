"""What ``access`` is told of a document to decide on it: codes and ids, never a title."""

from collections.abc import Sequence
from typing import Any

from services.vault.domain.metadata import Metadata
from shared.kernel.actor import Actor


def attributes(
    metadata: Metadata,
    *,
    confidentiality: Sequence[str],
    professionals: Sequence[str],
    structures: Sequence[str],
    status: str,
    by: Actor,
) -> dict[str, Any]:
    """Of several authors the one who asks is named, so that authors keep their access
    (CSP R.1111-49); the first one otherwise."""
    who = by.principal
    own_structure = next((s for s in structures if s in {who.id, who.facility}), None)
    return {
        "kind": "document",
        "class": metadata.class_code,
        "type": metadata.type,
        "confidentiality": sorted(confidentiality),
        "author": who.id if who.id in professionals else next(iter(professionals), None),
        "facility": own_structure or next(iter(structures), None),
        "by_patient": metadata.by_patient,
        "status": status,
    }
