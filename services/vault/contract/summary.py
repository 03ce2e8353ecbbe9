"""The summary of a record: the request and its answer."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from services.vault.contract.reading import Reading
from services.vault.contract.views import DocumentView
from services.vault.domain import summary
from services.vault.domain.listing import Entry
from services.vault.domain.value_sets import ValueSets
from shared.kernel.actor import Actor
from shared.rpc.contract import Answer, Query


class Summarise(Query, Reading):
    record_id: UUID


class SynthesisView(Answer):
    """``due``: the day by which the next one is to be written; ``overdue`` once it has passed,
    and where there is none."""

    latest: DocumentView | None
    due: date
    overdue: bool


class Summary(Answer):
    """Entries and measures are as ``profile`` shows them. ``profile_shown`` is false for a reader
    who may not see it: nothing is known then of allergies, which is not the same as none.
    ``sections``: the others of a synthesis, by name; ``measures``: the last of each kind."""

    synthesis: SynthesisView
    profile_shown: bool
    allergies: list[dict[str, Any]]
    sections: dict[str, list[dict[str, Any]]]
    measures: list[dict[str, Any]]
    trusted_contacts: list[dict[str, Any]]
    emergency_contacts: list[dict[str, Any]]
    directives: dict[str, Any] | None
    directives_document: DocumentView | None

    @classmethod
    def of(
        cls,
        made: summary.Synthesis,
        directives: Entry | None,
        profile: summary.FromProfile | None,
        by: Actor,
        sets: ValueSets,
    ) -> "Summary":
        shown = profile or summary.FromProfile()
        others = shown.sections.keys() - {"allergies", "contacts"}
        return cls(
            synthesis=SynthesisView(
                latest=_view(made.latest, by, sets),
                due=made.due,
                overdue=made.overdue,
            ),
            profile_shown=profile is not None,
            allergies=_plain(shown.sections.get("allergies", ())),
            sections={name: _plain(shown.sections[name]) for name in sorted(others)},
            measures=_plain(shown.measures),
            trusted_contacts=_plain(summary.contacts(shown, summary.TRUSTED)),
            emergency_contacts=_plain(summary.contacts(shown, summary.EMERGENCY)),
            directives=dict(shown.directives) if shown.directives else None,
            directives_document=_view(directives, by, sets),
        )


def _view(entry: Entry | None, by: Actor, sets: ValueSets) -> DocumentView | None:
    return DocumentView.of(entry, entry.shown_to(by), sets) if entry else None


def _plain(entries: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [dict(entry) for entry in entries]
