"""Requests about the profile, and their answers."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, model_validator

from services.profile.contract.parts import Code, HiddenFrom, Links, Moment, Part, Reading
from services.profile.contract.sections import EntryContent, Section, section_first
from services.profile.domain.listing import AnswersRow, EntryRow
from services.profile.domain.visibility import CODES
from shared.eventing.messages import Instant
from shared.kernel.clock import parse_instant
from shared.rpc.contract import Answer, Command, Done, Query

Directive = Annotated[str, Field(min_length=1, max_length=20_000)]


class AddEntry(Command):
    """A secret session's entries are hidden from representatives, whatever is asked."""

    record_id: UUID
    section: Section
    entry: EntryContent
    links: Links = Field(default=[])
    hidden_from: HiddenFrom = Field(default=[])

    @model_validator(mode="before")
    @classmethod
    def _of_its_section(cls, said: Any) -> Any:
        return section_first(said)


class EntryAdded(Done):
    entry_id: UUID


class ChangeEntry(Command):
    """The whole entry anew; links too."""

    entry_id: UUID
    section: Section
    entry: EntryContent
    links: Links = Field(default=[])

    @model_validator(mode="before")
    @classmethod
    def _of_its_section(cls, said: Any) -> Any:
        return section_first(said)


class RemoveEntry(Command):
    entry_id: UUID


class SetVisibility(Command):
    entry_id: UUID
    hidden_from: HiddenFrom


class DirectivesText(Part):
    """In words, or by a document of the record."""

    text: Directive | None = None
    document_id: UUID | None = None
    written_on: Moment | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "DirectivesText":
        if self.text is None and self.document_id is None:
            raise ValueError("a text, a document, or both")
        return self


class SetDirectives(Command):
    """``None`` withdraws them. What stood before can be read no more, by anybody."""

    record_id: UUID
    directives: DirectivesText | None


class DirectivesView(DirectivesText):
    directives_id: UUID


Answers = (
    Annotated[str, Field(max_length=500)] | float | Annotated[list[Code], Field(max_length=50)]
)
"""A text, a number, or the codes chosen."""


class AnswerQuestionnaire(Command):
    """``answers``: by code of question. A draft may leave questions out."""

    record_id: UUID
    questionnaire: Code
    answers: Annotated[dict[Code, Answers], Field(max_length=200)]
    final: bool = True


class Answered(Done):
    answers_id: UUID


Shown = Section | Literal["directives", "questionnaires"]


class GetProfile(Query, Reading):
    """``sections``: those alone; all without it."""

    record_id: UUID
    sections: Annotated[list[Shown], Field(max_length=50)] | None = None


class By(Answer):
    """``id``: national id of a professional or facility, client id of a service."""

    kind: str
    id: str | None = None

    @classmethod
    def of(cls, by: Any) -> "By":
        named = by["kind"] in {"professional", "facility", "application"}
        return cls(kind=by["kind"], id=by["id"] if named else None)


class LinkView(Answer):
    kind: str
    id: UUID


class EntryView(Answer):
    """``links``: those only that this reader may follow."""

    entry_id: UUID
    section: str
    entry: dict[str, Any]
    links: list[LinkView]
    hidden_from: list[str]
    entered_by: By
    added_at: Instant
    changed_at: Instant

    @classmethod
    def of(cls, row: EntryRow, links: list[LinkView]) -> "EntryView":
        return cls(
            entry_id=row.entry_id,
            section=row.section,
            entry={name: v for name, v in row.content.items() if name != "section"},
            links=links,
            hidden_from=[who for who, code in CODES.items() if code in row.confidentiality],
            entered_by=By.of(row.entered_by),
            added_at=parse_instant(row.added_at),
            changed_at=parse_instant(row.changed_at),
        )


class AnswersView(Answer):
    answers_id: UUID
    questionnaire: str
    answers: dict[str, Any]
    final: bool
    given_at: Instant

    @classmethod
    def of(cls, row: AnswersRow) -> "AnswersView":
        return cls(
            answers_id=row.answers_id,
            questionnaire=row.questionnaire,
            answers=dict(row.answers),
            final=row.final,
            given_at=parse_instant(row.given_at),
        )


class Profile(Answer):
    """What this reader may see; ``questionnaires``: the latest answers to each."""

    sections: dict[str, list[EntryView]]
    directives: DirectivesView | None
    questionnaires: list[AnswersView]


class EntryHistory(Query, Reading):
    entry_id: UUID


class Change(Answer):
    """``what``: added, changed, visibility or removed."""

    what: str
    at: Instant
    by: By
    entry: dict[str, Any] | None


class History(Answer):
    """Oldest first."""

    items: list[Change]


class SummaryDocument(Query, Reading):
    record_id: UUID


class Document(Answer):
    """``content``: base64."""

    content: str = Field(repr=False)
    media_type: str = "application/pdf"
