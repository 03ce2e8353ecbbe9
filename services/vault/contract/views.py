"""A document as it is shown: codes with their French displays."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from uuid import UUID

from pydantic import ConfigDict, Field

from services.vault.contract.parts import Part
from services.vault.domain.listing import Entry
from services.vault.domain.metadata import Author
from services.vault.domain.value_sets import ValueSets
from shared.eventing.messages import Instant
from shared.kernel.clock import parse_instant
from shared.rpc.contract import Answer


class CodedView(Part):
    code: str
    display: str | None = None
    system: str | None = None


class ReferenceView(Part):
    id: str
    type: CodedView


class AuthorView(Part):
    national_id: str | None = None
    family: str | None = None
    given: str | None = None
    specialty: CodedView | None = None
    role: CodedView | None = None
    institution: str | None = None
    institution_name: str | None = None
    device: str | None = None

    @classmethod
    def of(cls, author: Author, sets: ValueSets) -> "AuthorView":
        return cls(
            **{
                **asdict(author),
                "specialty": _maybe(author.specialty, sets.specialties),
                "role": _maybe(author.role, sets.functions),
            }
        )


def _shown(code: str, displays: Mapping[str, str]) -> CodedView:
    return CodedView(code=code, display=displays.get(code))


def _maybe(code: str | None, displays: Mapping[str, str]) -> CodedView | None:
    return _shown(code, displays) if code else None


class DocumentView(Answer):
    """One document without its content. Dates of the act and of creation are as precise as the
    producer gave them. ``status``: Approved; Deprecated once replaced; Archived; Held before it
    is in the record. ``entry_uuid`` is new with each change of metadata, ``logical_id`` is not;
    ``submission_set``: the lot it came with. ``replaces``, ``replaced_by``: the versions before and
    after it, where whoever sees it sees them too; ``versions`` shows the others to who may."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    document_id: UUID
    logical_id: UUID
    entry_uuid: UUID
    submission_set: UUID | None
    record_id: UUID
    unique_id: str
    status: str
    type: CodedView
    class_: CodedView = Field(alias="class")
    heading: CodedView | None
    format: CodedView
    title: str
    authors: list[AuthorView]
    creation: str
    service_start: str
    service_stop: str | None
    submitted_at: Instant
    practice_setting: CodedView | None
    facility_type: CodedView | None
    confidentiality: list[str]
    language: str
    event_codes: list[CodedView]
    set_id: str | None
    version_number: int | None
    legal_authenticator: AuthorView | None
    custodian: str | None
    reference_ids: list[ReferenceView]
    source_patient: str | None
    by_patient: bool
    media_type: str
    size: int
    replaces: UUID | None
    replaced_by: UUID | None

    @classmethod
    def of(cls, entry: Entry, codes: Sequence[str], sets: ValueSets) -> "DocumentView":
        """``codes``: of confidentiality, as its reader is told of them."""
        said = entry.metadata
        known = sets.types[said.type]
        return cls(
            document_id=entry.document_id,
            logical_id=entry.logical_id,
            entry_uuid=entry.entry_uuid,
            submission_set=entry.submission_set,
            record_id=entry.record_id,
            unique_id=said.unique_id,
            status=entry.status,
            type=CodedView(code=known.code, display=known.display, system=known.system),
            class_=_shown(said.class_code, sets.classes),
            heading=_shown(known.heading, sets.headings) if known.heading else None,
            format=_shown(said.format, sets.formats),
            title=said.title,
            authors=[AuthorView.of(author, sets) for author in said.authors],
            creation=said.creation,
            service_start=said.service_start,
            service_stop=said.service_stop,
            submitted_at=parse_instant(entry.submitted_at),
            practice_setting=_maybe(said.practice_setting, sets.practice_settings),
            facility_type=_maybe(said.facility_type, sets.facility_types),
            confidentiality=list(codes),
            language=said.language,
            event_codes=[
                CodedView(code=c.code, display=c.display, system=c.system) for c in said.event_codes
            ],
            set_id=said.set_id,
            version_number=said.version_number,
            legal_authenticator=AuthorView.of(said.legal_authenticator, sets)
            if said.legal_authenticator
            else None,
            custodian=said.custodian,
            reference_ids=[
                ReferenceView(id=r.id, type=_shown(r.type, sets.reference_types))
                for r in said.reference_ids
            ],
            source_patient=said.source_patient,
            by_patient=said.by_patient,
            media_type=entry.media_type,
            size=entry.size,
            replaces=entry.replaces,
            replaced_by=entry.replaced_by,
        )
