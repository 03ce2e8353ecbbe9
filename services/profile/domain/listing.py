"""Rows of the read models, as the use cases see them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.profile.domain.visibility import measure_attributes, section_attributes

QUESTIONNAIRES = "questionnaires"
"""The section that answers are decided on as."""


@dataclass(frozen=True, kw_only=True)
class EntryRow:
    """``added_at``, ``changed_at``: RFC 3339 instants."""

    entry_id: UUID
    section: str
    content: Mapping[str, Any]
    links: Sequence[Mapping[str, str]]
    confidentiality: Sequence[str]
    entered_by: Mapping[str, Any]
    added_at: str
    changed_at: str

    def attributes(self) -> dict[str, Any]:
        return section_attributes(self.section, self.confidentiality, self.entered_by)


@dataclass(frozen=True, kw_only=True)
class AnswersRow:
    answers_id: UUID
    questionnaire: str
    answers: Mapping[str, Any]
    final: bool
    confidentiality: Sequence[str]
    given_by: Mapping[str, Any]
    given_at: str

    def attributes(self) -> dict[str, Any]:
        return section_attributes(QUESTIONNAIRES, self.confidentiality, self.given_by)


@dataclass(frozen=True, kw_only=True)
class TargetRow:
    kind: str
    low: Sequence[float] | None
    high: Sequence[float] | None
    confidentiality: Sequence[str]
    set_by: Mapping[str, Any]
    set_at: str

    def attributes(self) -> dict[str, Any]:
        return measure_attributes(self.kind, self.confidentiality, self.set_by)
