"""What others hear of profiles: ids, codes and who acted; never a label, a value or a text.

``confidentiality`` goes with each, so that nothing derived from it reaches those it is hidden
from. Data of messages are sealed on their way.
"""

from collections.abc import Sequence
from functools import singledispatch
from typing import Any
from uuid import UUID

from pydantic import Field

from services.profile.domain.batch import Batch
from services.profile.domain.entry import Entry
from services.profile.domain.once import Answers, Directives, Target
from services.profile.domain.visibility import MASKED, is_hidden_from_representatives
from shared.eventing.messages import MessageData
from shared.kernel.actor import in_secret

FULL_DAY = len("YYYY-MM-DD")


class ProfileEntryAdded(MessageData):
    """``code`` and ``date`` (a full day, or ``None``): of a vaccination, for the prevention
    plan. ``visible``: nobody it is hidden from."""

    TYPE = "profile.profile_entry_added"
    entry_id: UUID
    section: str
    confidentiality: list[str]
    visible: bool
    code: str | None = None
    date: str | None = None
    decision_id: UUID


class ProfileEntryChanged(MessageData):
    """``code`` and ``date`` as they are now; a change of visibility alone leaves them out."""

    TYPE = "profile.profile_entry_changed"
    entry_id: UUID
    section: str
    confidentiality: list[str]
    visible: bool
    visibility_only: bool
    code: str | None = None
    date: str | None = None
    decision_id: UUID


class ProfileEntryRemoved(MessageData):
    TYPE = "profile.profile_entry_removed"
    entry_id: UUID
    section: str
    confidentiality: list[str]
    decision_id: UUID


class DirectivesSet(MessageData):
    TYPE = "profile.directives_set"
    directives_id: UUID
    withdrawn: bool
    decision_id: UUID


class QuestionnaireAnswered(MessageData):
    """``facts``: words its rules drew from the answers, for the prevention plan; ``since``: the
    first day (YYYY-MM-DD) of those that were dated."""

    TYPE = "profile.questionnaire_answered"
    answers_id: UUID
    questionnaire: str
    facts: list[str]
    since: dict[str, str] = Field(default={})
    final: bool
    confidentiality: list[str]
    decision_id: UUID


class MeasuresRecorded(MessageData):
    """``kinds``: how many of each."""

    TYPE = "profile.measures_recorded"
    batch_id: UUID
    kinds: dict[str, int]
    confidentiality: list[str]


class MeasureRemoved(MessageData):
    TYPE = "profile.measure_removed"
    measure_id: UUID
    kind: str
    confidentiality: list[str]
    decision_id: UUID


class TargetSet(MessageData):
    TYPE = "profile.target_set"
    kind: str
    confidentiality: list[str]
    decision_id: UUID


@singledispatch
def message_for(_event: object) -> MessageData | None:
    return None


@message_for.register(Entry.Created)
@message_for.register(Entry.AddedAgain)
def _(event: Entry.Created | Entry.AddedAgain) -> MessageData:
    return ProfileEntryAdded(**_of_entry(event), **_vaccine(event.content))


@message_for.register
def _(event: Entry.Changed) -> MessageData:
    return ProfileEntryChanged(**_of_entry(event), **_vaccine(event.content), visibility_only=False)


@message_for.register
def _(event: Entry.VisibilitySet) -> MessageData:
    return ProfileEntryChanged(**_of_entry(event), visibility_only=True)


@message_for.register
def _(event: Entry.Removed) -> MessageData:
    said = _of_entry(event)
    del said["visible"]
    return ProfileEntryRemoved(**said)


@message_for.register
def _(event: Directives.Created) -> MessageData:
    return DirectivesSet(
        **_acted(event, ()),
        directives_id=event.originator_id,
        withdrawn=event.digest is None,
        decision_id=event.decision_id,
    )


@message_for.register
def _(event: Answers.Created) -> MessageData:
    return QuestionnaireAnswered(
        **_acted(event, event.confidentiality),
        answers_id=event.originator_id,
        questionnaire=event.questionnaire,
        facts=event.facts,
        since=event.since,
        final=event.final,
        confidentiality=event.confidentiality,
        decision_id=event.decision_id,
    )


@message_for.register
def _(event: Batch.Created) -> MessageData:
    kinds = [measure["kind"] for measure in event.measures]
    return MeasuresRecorded(
        **_acted(event, event.confidentiality),
        batch_id=event.originator_id,
        kinds={kind: kinds.count(kind) for kind in sorted(set(kinds))},
        confidentiality=event.confidentiality,
    )


@message_for.register
def _(event: Batch.Removed) -> MessageData:
    return MeasureRemoved(
        **_acted(event, event.confidentiality),
        measure_id=event.measure_id,
        kind=event.kind,
        confidentiality=event.confidentiality,
        decision_id=event.decision_id,
    )


@message_for.register
def _(event: Target.Created) -> MessageData:
    return TargetSet(
        **_acted(event, event.confidentiality),
        kind=event.kind,
        confidentiality=event.confidentiality,
        decision_id=event.decision_id,
    )


def _acted(event: Any, codes: Sequence[str]) -> dict[str, Any]:
    secret = in_secret(event.by) or is_hidden_from_representatives(codes)
    return {"record_id": event.record_id, "by": event.by, "secret": secret}


def _of_entry(event: Any) -> dict[str, Any]:
    codes = event.confidentiality
    return {
        **_acted(event, codes),
        "entry_id": event.originator_id,
        "section": event.section,
        "confidentiality": codes,
        "visible": MASKED not in codes and not is_hidden_from_representatives(codes),
        "decision_id": event.decision_id,
    }


def _vaccine(content: dict[str, Any]) -> dict[str, Any]:
    if content.get("section") != "vaccinations":
        return {}
    day = content.get("date")
    return {"code": content.get("code"), "date": day if day and len(day) == FULL_DAY else None}
