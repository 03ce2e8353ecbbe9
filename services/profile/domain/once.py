"""What is said once and never edited: a newer saying takes the place of the older."""

from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate, event

from shared.kernel.actor import Actor


class Answers(Aggregate):
    """The answers to one questionnaire; ``facts``: words that its rules drew from them;
    ``since``: the first day of those that were dated."""

    TOPIC = "profile.answers"

    class Created(Aggregate.Created):
        TOPIC = "profile.questionnaire_answered"
        record_id: UUID
        by: dict[str, Any]
        decision_id: UUID
        questionnaire: str
        answers: dict[str, Any]
        facts: list[str]
        final: bool
        confidentiality: list[str]
        since: dict[str, str]

        class_version = 2

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            state["since"] = {}

    @event(Created)
    def __init__(
        self,
        *,
        record_id: UUID,
        by: dict[str, Any],
        decision_id: UUID,
        questionnaire: str,
        answers: dict[str, Any],
        facts: list[str],
        final: bool,
        confidentiality: list[str],
        since: dict[str, str],
    ) -> None:
        self.record_id = record_id

    @classmethod
    def give(cls, answers_id: UUID, by: Actor, **said: Any) -> "Answers":
        """``said``: the other fields of :class:`Created`."""
        return cls._create(cls.Created, id=answers_id, by=by.to_event(), **said)


class Target(Aggregate):
    """The target of one kind of measure; no bound at all: there is none any more."""

    TOPIC = "profile.target"

    class Created(Aggregate.Created):
        """Bounds in the unit of the kind, one per part of it."""

        TOPIC = "profile.target_set"
        record_id: UUID
        by: dict[str, Any]
        decision_id: UUID
        kind: str
        low: list[float] | None
        high: list[float] | None
        confidentiality: list[str]

    @event(Created)
    def __init__(
        self,
        *,
        record_id: UUID,
        by: dict[str, Any],
        decision_id: UUID,
        kind: str,
        low: list[float] | None,
        high: list[float] | None,
        confidentiality: list[str],
    ) -> None:
        self.record_id = record_id

    @classmethod
    def set(cls, target_id: UUID, by: Actor, **said: Any) -> "Target":
        """``said``: the other fields of :class:`Created`."""
        return cls._create(cls.Created, id=target_id, by=by.to_event(), **said)


class Directives(Aggregate):
    """That directives were set, and by whom. Their words are never in the log: they lie in a
    row that the next ones overwrite, so that former ones cannot be read (CSP R.1111-17 to
    R.1111-20: the latest alone are valid)."""

    TOPIC = "profile.directives"

    class Created(Aggregate.Created):
        """``digest``: SHA-256, in hex, of the sealed row; ``None``: withdrawn."""

        TOPIC = "profile.directives_set"
        record_id: UUID
        by: dict[str, Any]
        decision_id: UUID
        digest: str | None

    @event(Created)
    def __init__(
        self,
        *,
        record_id: UUID,
        by: dict[str, Any],
        decision_id: UUID,
        digest: str | None,
    ) -> None:
        self.record_id = record_id
        self.set_by = by

    @classmethod
    def put(cls, directives_id: UUID, by: Actor, **said: Any) -> "Directives":
        """``said``: the other fields of :class:`Created`."""
        return cls._create(cls.Created, id=directives_id, by=by.to_event(), **said)
