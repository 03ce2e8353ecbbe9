"""What a reader gets of an opened document, and what they must be told with it."""

from collections.abc import Iterator

from services.vault.domain.active_content import active_parts
from services.vault.domain.content import CDA, taken_for
from services.vault.domain.document import Document
from services.vault.domain.states import Status
from services.vault.domain.visibility import (
    HIDDEN_FROM_PATIENT,
    HIDDEN_FROM_REPRESENTATIVES,
    MASKED,
)
from shared.cda.body import carried_files, enclosed_file
from shared.cda.tree import clinical_document
from shared.kernel.actor import Actor
from shared.kernel.errors import Refusal

MAX_EXPANSION = 1032
"""How many times its size a compressed file can unpack to (DEFLATE)."""

_SENTENCES = {
    HIDDEN_FROM_PATIENT: (
        "Ce document n’est pas encore visible par la personne : une consultation d’annonce est "
        "attendue."
    ),
    HIDDEN_FROM_REPRESENTATIVES: (
        "Ce document n’est pas visible par les représentants légaux : il relève du secret demandé "
        "par la personne mineure."
    ),
    MASKED: "Ce document est masqué aux professionnels de santé.",
}
_STATES = {
    Status.DEPRECATED: "Ce document a été remplacé par une version plus récente.",
    Status.ARCHIVED: "Ce document est archivé.",
    Status.HELD: "Ce document n’est pas encore versé dans le dossier.",
}
_ACTIVE = (
    "Ce fichier contient des éléments actifs (script, commande ou fichier joint) : ne les "
    "exécutez pas."
)


def warnings(document: Document, shown: bytes, media_type: str, by: Actor) -> Iterator[str]:
    """DMP requirement EX_3.2-1025: opening a hidden document shows that it is hidden.

    ``shown``: the file that the reader's software would run.
    """
    if document.status in _STATES:
        yield _STATES[document.status]
    yield from (_SENTENCES[code] for code in document.shown_to(by) if code in _SENTENCES)
    if active_parts(shown, media_type) or (media_type == CDA and _carries_active(shown)):
        yield _ACTIVE


def _carries_active(cda: bytes) -> bool:
    """Most documents carry no file: they are not parsed for it."""
    if b"B64" not in cda:
        return False
    files = carried_files(clinical_document(cda), max_bytes=len(cda) * MAX_EXPANSION)
    try:
        return any(active_parts(data, taken_for(data)) for data in files)
    except Refusal:
        # Taken before they were looked through: what cannot be may be anything.
        return True


def unwrapped(document: Document, data: bytes) -> tuple[bytes, str]:
    """The file inside a level 1 CDA and its media type; any other content as it is."""
    kept = document.content
    if kept.media_type != CDA or kept.enclosed is None:
        return data, kept.media_type
    # Bounded when it was deposited: a limit set lower since must not stand in a reader's way.
    file = enclosed_file(clinical_document(data), max_bytes=kept.size * MAX_EXPANSION)
    return (file.data, kept.enclosed) if file else (data, kept.media_type)
