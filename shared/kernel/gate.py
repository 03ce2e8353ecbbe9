"""Nothing is shown, taken or changed before ``access`` has said so."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol
from uuid import UUID

from shared.kernel.actor import Actor
from shared.kernel.errors import Forbidden

GENERIC_FR = "Vous ne pouvez pas faire cela, ou cet élément n’existe pas."
"""The same for what is hidden and for what is not there: why is for the person to read."""
BATCH = 500
"""Attribute tuples of one question."""


@dataclass(frozen=True, kw_only=True)
class Decision:
    """An access decision, saved by ``access`` before it was answered. ``record_id``: by whose
    rights it was taken. ``reasons``: its rules. ``secret``: it rests on a minor's secret session.
    """

    record_id: UUID
    permit: bool
    decision_id: UUID
    reasons: tuple[str, ...] = ()
    secret: bool = False

    def told_as(self, by: Actor) -> Actor:
        """Who acted, in an event that says that this was permitted: it is as secret as that."""
        return replace(by, secret=True) if self.secret else by


@dataclass(frozen=True)
class How:
    """``mode``: normal, break_glass or regulation; ``session``: the one it was opened with."""

    mode: str = "normal"
    session: UUID | None = None


NORMALLY = How()


class Access(Protocol):
    """Decides; every method raises ``Unavailable`` if no decision can be had."""

    def decide(
        self,
        record_id: UUID,
        action: str,
        resource: Mapping[str, Any],
        by: Actor,
        how: How = NORMALLY,
    ) -> Decision: ...

    def decide_many(
        self,
        record_id: UUID,
        action: str,
        tuples: Sequence[Mapping[str, Any]],
        by: Actor,
        how: How = NORMALLY,
    ) -> Sequence[bool]:
        """One answer per tuple, in order."""
        ...


class Gate:
    """``served_under``: the record that another was merged into, by whose rights it is served;
    itself for any other. ``nothing``: asked about where there is nothing to ask about, else the
    journal and the time would tell a record without things from one where all are hidden.
    """

    def __init__(
        self,
        access: Access,
        served_under: Callable[[UUID], UUID],
        nothing: Mapping[str, Any],
    ) -> None:
        self._access = access
        self._served_under = served_under
        self._nothing = nothing

    def decide(
        self,
        record_id: UUID,
        action: str,
        resource: Mapping[str, Any],
        by: Actor,
        how: How = NORMALLY,
    ) -> Decision:
        return self._access.decide(self._served_under(record_id), action, resource, by, how)

    def require(
        self,
        record_id: UUID,
        action: str,
        resource: Mapping[str, Any],
        by: Actor,
        how: How = NORMALLY,
    ) -> Decision:
        """The permit. Raises :class:`Forbidden` with the decision that refused."""
        decision = self.decide(record_id, action, resource, by, how)
        if not decision.permit:
            raise Forbidden(message_fr=GENERIC_FR, decision_id=decision.decision_id)
        return decision

    def may_read(
        self,
        record_id: UUID,
        resources: Sequence[Mapping[str, Any]],
        by: Actor,
        how: How = NORMALLY,
    ) -> list[bool]:
        """One answer per resource, in order; equal ones are asked about once."""
        keys = [json.dumps(resource, sort_keys=True) for resource in resources]
        distinct = dict(zip(keys, resources, strict=True)) or {"": self._nothing}
        asked = list(distinct)
        permits: dict[str, bool] = {}
        record_id = self._served_under(record_id)
        for start in range(0, len(asked), BATCH):
            batch = asked[start : start + BATCH]
            answers = self._access.decide_many(
                record_id, "read", [distinct[key] for key in batch], by, how
            )
            permits |= dict(zip(batch, answers, strict=True))
        return [permits[key] for key in keys]
