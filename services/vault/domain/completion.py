"""From what is said of a document to metadata found complete, or every reason why not.

What a CDA header says counts (CI-SIS: metadata are made of the header); the depositor completes
what it leaves out and may not contradict it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from services.vault.domain.contradictions import REQUEST, contradictions
from services.vault.domain.metadata import Author, Coded, Metadata, Statement
from services.vault.domain.patient import is_national
from services.vault.domain.value_sets import DocumentType, ValueSets
from shared.kernel.errors import InvalidRequest

HEADER = "content"
BY_THE_PERSON = "EXP_PATIENT"
"""Specialty, setting and facility type of what the person puts in (JDV_J01, J02, J04)."""
MAX_METADATA = 65_536
"""Characters of one document's metadata as JSON."""

MAX_IDENTIFIER = 64
"""Characters of the national identifier of a professional or a structure."""

UNKNOWN = "unknown code"
MISSING = "is missing"


@dataclass(frozen=True, kw_only=True)
class Rules:
    """``class_outside_dmp``: class given to types the DMP does not take; ``None`` refuses them."""

    sets: ValueSets
    class_outside_dmp: str | None = None

    def class_of(self, known: DocumentType) -> str:
        return known.class_code if known.in_dmp else self.class_outside_dmp or ""


def completed(
    header: Statement | None, given: Statement, *, by_person: bool, format_code: str, rules: Rules
) -> Metadata:
    """Raises :class:`InvalidRequest` naming each field missing, unknown or contradictory.

    ``header``: of a CDA; ``None`` for a bare file. ``format_code``: what the content shows.
    """
    wrong = contradictions(header, given, format_code, rules.sets)
    said = _merged(header, _as_the_person(given) if by_person else given)
    home = HEADER if header else REQUEST
    wrong |= _missing(said, home, by_person=by_person)
    found_type = known_type(said.type, rules, by_person=by_person)
    if said.type and isinstance(found_type, str):
        wrong[f"{home}.type"] = found_type
    wrong |= _unknown_codes(said, rules.sets, home)
    if wrong or isinstance(found_type, str):
        raise InvalidRequest("The metadata of the document are not right.", fields=wrong)
    metadata = _metadata(said, found_type, rules, by_person=by_person, format_code=format_code)
    if len(json.dumps(metadata.to_event())) > MAX_METADATA:
        raise InvalidRequest(
            "The metadata of the document are not right.",
            fields={home: f"says more than {MAX_METADATA} characters"},
        )
    return metadata


def _as_the_person(given: Statement) -> Statement:
    return replace(
        given,
        authors=(Author(specialty=BY_THE_PERSON),),
        practice_setting=BY_THE_PERSON,
        facility_type=BY_THE_PERSON,
    )


def _merged(header: Statement | None, given: Statement) -> Statement:
    if header is None:
        return given
    both = {f.name: getattr(header, f.name) or getattr(given, f.name) for f in fields(Statement)}
    both["confidentiality"] = (*header.confidentiality, *given.confidentiality)
    both["reference_ids"] = tuple(dict.fromkeys((*header.reference_ids, *given.reference_ids)))
    # An act of which only the end is known begins no later. A synthesis documents no act: its own
    # date stands for it (CI-SIS).
    both["service_start"] = both["service_start"] or both["service_stop"] or both["creation"]
    return Statement(**both)


def _missing(said: Statement, home: str, *, by_person: bool) -> dict[str, str]:
    """A title may be that of the type for a CDA; settings may be unknown to a header. The person
    has no number of a professional."""
    required: dict[str, object] = {
        "unique_id": said.unique_id,
        "type": said.type,
        "creation": said.creation,
        "service_start": said.service_start,
    }
    if home == REQUEST:
        author = said.authors[0] if said.authors else Author()
        required |= {
            "title": said.title,
            "author": by_person or author.national_id,
            "specialty": author.specialty,
            "practice_setting": said.practice_setting,
            "facility_type": said.facility_type,
        }
    elif not said.authors:
        required["author"] = None
    return {f"{home}.{name}": MISSING for name, value in required.items() if not value}


def known_type(written: Coded | None, rules: Rules, *, by_person: bool) -> DocumentType | str:
    """The type, or why it is not taken."""
    known = rules.sets.types.get(written.code) if written else None
    if written is None or known is None or written.system not in {None, known.system}:
        return UNKNOWN
    if not known.in_dmp and rules.class_outside_dmp is None:
        return "this type is not taken in a record"
    if by_person and not known.by_patient:
        return "this type is not one the person may add"
    return known


def _unknown_codes(said: Statement, sets: ValueSets, home: str) -> dict[str, str]:
    checked: list[tuple[str, str | None, Mapping[str, object]]] = [
        ("practice_setting", said.practice_setting, sets.practice_settings),
        ("facility_type", said.facility_type, sets.facility_types),
        ("format", said.format, sets.formats),
        *(("confidentiality", code, sets.confidentiality) for code in said.confidentiality),
        *(("reference_ids", r.type, sets.reference_types) for r in said.reference_ids),
    ]
    for number, author in enumerate(said.authors):
        where = f"authors.{number}." if home == HEADER else ""
        checked.append((f"{where}specialty", author.specialty, sets.specialties))
        checked.append((f"{where}role", author.role, sets.functions))
    wrong = {
        f"{home}.{name}": UNKNOWN
        for name, code, known in checked
        if code is not None and code not in known
    }
    if is_national((said.source_patient or "").partition("^")[0]):
        wrong[f"{home}.source_patient"] = "is an INS: the record says whose it is"
    for author in said.authors:
        if any(len(i or "") > MAX_IDENTIFIER for i in (author.national_id, author.institution)):
            wrong[f"{home}.author"] = f"an identifier has {MAX_IDENTIFIER} characters at most"
    return wrong


def _metadata(
    said: Statement, known: DocumentType, rules: Rules, *, by_person: bool, format_code: str
) -> Metadata:
    return Metadata(
        unique_id=said.unique_id or "",
        type=known.code,
        class_code=rules.class_of(known),
        format=said.format or format_code,
        title=said.title or known.display,
        creation=said.creation or "",
        service_start=said.service_start or "",
        service_stop=said.service_stop,
        authors=said.authors,
        practice_setting=said.practice_setting,
        facility_type=said.facility_type,
        language=said.language or "fr-FR",
        event_codes=said.event_codes,
        set_id=said.set_id,
        version_number=said.version_number,
        legal_authenticator=said.legal_authenticator,
        custodian=said.custodian,
        reference_ids=said.reference_ids,
        source_patient=said.source_patient,
        by_patient=by_person,
    )
