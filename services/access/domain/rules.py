"""What a set of rules is to the rest of access, whatever engine evaluates it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypedDict
from uuid import UUID

from eventsourcing.domain import Aggregate

from shared.kernel.actor import Actor
from shared.kernel.ids import derived_id

NO_RULE = "no_rule"
"""Named as the reason when nothing permits: no rule, no access."""
RULE_ERROR = "rule_error"
"""Named as the reason when a rule could not be evaluated: never a permit."""


class InvalidRules(ValueError):
    """The rules do not hold together; the service must not start with them."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One policy. ``conceals``: refusing by it must not show that something is there.
    ``about_item``: it looks at what was asked for, not at who may enter the record.
    """

    id: str
    law: str
    permits: bool
    fr: str
    en: str
    conceals: bool
    about_item: bool


class Verdict(TypedDict):
    """``rules``: ids of those that decided, sorted; :data:`NO_RULE` among them when nothing
    permitted, whether or not something forbade too."""

    permit: bool
    rules: list[str]


@dataclass(frozen=True, kw_only=True)
class Case:
    """One thing asked for: what it is, and the facts, its matrix cell included."""

    item: Mapping[str, Any]
    context: Mapping[str, Any]


class Rules(Protocol):
    """One version of the rules, parameters of the operator included."""

    digest: str
    texts: Mapping[str, str]
    parameters: Mapping[str, bool]
    by_id: Mapping[str, Rule]

    def judge(
        self, principal: Mapping[str, Any], action: str, cases: Sequence[Case]
    ) -> list[Verdict]:
        """One verdict per case, in order. Forbid wins over permit; no rule, no access.

        ``principal``: as :func:`services.access.domain.facts.principal_for` gives it.
        """
        ...


class ReviveRules(Protocol):
    """Makes a kept version of the rules speak again."""

    def __call__(self, texts: Mapping[str, str], parameters: Mapping[str, bool]) -> Rules: ...


class RulesKept(Aggregate):
    """The texts behind one digest, kept so that any past decision can be decided again."""

    TOPIC = "access.rules"

    class Created(Aggregate.Created):
        TOPIC = "access.rules_kept"
        by: dict[str, Any]
        digest: str
        texts: dict[str, str]
        parameters: dict[str, bool]

    @staticmethod
    def id_of(secret: bytes, digest: str) -> UUID:
        return derived_id(secret, "rules", digest)

    @classmethod
    def keep(cls, secret: bytes, rules: Rules, *, by: Actor) -> "RulesKept":
        return cls._create(
            cls.Created,
            id=cls.id_of(secret, rules.digest),
            by=by.to_event(),
            digest=rules.digest,
            texts=dict(rules.texts),
            parameters=dict(rules.parameters),
        )

    def __init__(
        self,
        *,
        by: dict[str, Any],
        digest: str,
        texts: dict[str, str],
        parameters: dict[str, bool],
    ) -> None:
        self.kept_by = by
        self.digest = digest
        self.texts = texts
        self.parameters = parameters
