"""Taking a document in: from bytes and a few words to what the vault keeps of it."""

import hashlib
from dataclasses import dataclass, replace

from services.vault.domain import content
from services.vault.domain.active_content import active_parts
from services.vault.domain.cda.header import read_header
from services.vault.domain.completion import Rules, completed
from services.vault.domain.metadata import Metadata, Statement
from services.vault.domain.patient import Patient
from services.vault.domain.scanning import Scanner
from services.vault.domain.value_sets import UNREFERENCED_FORMAT
from shared.cda.body import FIELD as BODY
from shared.cda.body import carried_files, enclosed_file
from shared.cda.tree import Element, clinical_document
from shared.kernel.errors import InvalidRequest, TooLarge

FIELD = "content"
PERSON_FORMATS = frozenset({content.PDF, content.TEXT, content.RTF, content.JPEG, content.TIFF})
"""What Mon espace santé takes from the person themselves."""
NOT_FROM_A_PERSON = "this format is not one the person may add"


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What is let in at all. ``max_bytes``: of a content, and of a file inside a CDA.
    ``refuse_active``: files with scripts, commands or files inside; otherwise they are flagged.
    ``scanner``: ``None`` where the operator runs none.
    """

    max_bytes: int
    refuse_active: bool
    scanner: Scanner | None = None


@dataclass(frozen=True, kw_only=True, repr=False)
class Taken:
    """A document fit to be kept. ``patient`` and ``replaces`` are what a CDA header says;
    ``enclosed``: media type of the file a level 1 CDA wraps; ``flagged``: what its depositor must
    be told of it."""

    data: bytes
    media_type: str
    sha256: str
    metadata: Metadata
    confidentiality: tuple[str, ...]
    patient: Patient | None = None
    replaces: tuple[str, ...] = ()
    enclosed: str | None = None
    level: int | None = None
    flagged: tuple[str, ...] = ()


def take(
    data: bytes,
    given: Statement,
    *,
    declared: str | None,
    by_person: bool,
    limits: Limits,
    rules: Rules,
) -> Taken:
    """Raises :class:`InvalidRequest` naming the field, or :class:`TooLarge`."""
    media_type = _recognised(data, declared, limits)
    # A CDA is a professional's; one that the record has already is only known again.
    if by_person and media_type not in PERSON_FORMATS | {content.CDA}:
        raise _refused(NOT_FROM_A_PERSON)
    flagged = _looked_through(data, media_type, FIELD, limits)
    sha256 = hashlib.sha256(data).hexdigest()
    if media_type == content.CDA:
        return _take_cda(data, sha256, given, limits, rules)
    # The same file is the same document: its identifier is made of its bytes.
    said = replace(given, unique_id=f"urn:sha256:{sha256}")
    return Taken(
        data=data,
        media_type=media_type,
        sha256=sha256,
        metadata=completed(
            None, said, by_person=by_person, format_code=UNREFERENCED_FORMAT, rules=rules
        ),
        confidentiality=given.confidentiality,
        flagged=flagged,
    )


def _recognised(data: bytes, declared: str | None, limits: Limits) -> str:
    if not data:
        raise _refused("is empty")
    if len(data) > limits.max_bytes:
        raise TooLarge(
            f"A document has {limits.max_bytes} bytes at most.", fields={FIELD: "is too large"}
        )
    media_type = content.recognise(data)
    if media_type is None:
        raise _refused("is none of CDA, PDF, JPEG, PNG, TIFF, RTF, plain text")
    content.require_declared(media_type, declared, "media_type")
    return media_type


def _take_cda(data: bytes, sha256: str, given: Statement, limits: Limits, rules: Rules) -> Taken:
    document = clinical_document(data)
    header = read_header(document)
    enclosed, flagged = _enclosed(document, limits)
    said = header.statement
    metadata = completed(
        said,
        given,
        by_person=False,
        format_code=rules.sets.format_of(header.templates, enclosed),
        rules=rules,
    )
    return Taken(
        data=data,
        media_type=content.CDA,
        sha256=sha256,
        metadata=metadata,
        confidentiality=(*said.confidentiality, *given.confidentiality),
        patient=header.patient,
        replaces=said.replaces,
        enclosed=enclosed,
        level=1 if enclosed else 3,
        flagged=flagged,
    )


def _enclosed(document: Element, limits: Limits) -> tuple[str | None, tuple[str, ...]]:
    """The media type of the file inside, and what is to be said of it and of those carried."""
    told = {
        told
        for data in carried_files(document, max_bytes=limits.max_bytes)
        for told in _looked_through(data, content.taken_for(data), BODY, limits)
    }
    file = enclosed_file(document, max_bytes=limits.max_bytes)
    if file is None:
        return None, tuple(sorted(told))
    media_type = content.recognise(file.data)
    if media_type is None or media_type == content.CDA:
        raise _refused("the file is none of PDF, JPEG, PNG, TIFF, RTF, plain text", BODY)
    content.require_declared(media_type, file.media_type, f"{BODY}.media_type")
    told.update(_looked_through(file.data, media_type, BODY, limits))
    return media_type, tuple(sorted(told))


def _looked_through(
    data: bytes, media_type: str | None, field: str, limits: Limits
) -> tuple[str, ...]:
    """What to tell of a file that is taken all the same."""
    if limits.scanner and (infection := limits.scanner.infection(data)):
        raise _refused(f"is infected: {infection}", field)
    found = active_parts(data, media_type)
    if found and limits.refuse_active:
        raise _refused(f"holds {', '.join(found)}", field)
    return (f"{field} holds {', '.join(found)}",) if found else ()


def _refused(sentence: str, field: str = FIELD) -> InvalidRequest:
    return InvalidRequest("The content cannot be taken.", fields={field: sentence})
