"""Deciding again, on facts rebuilt from the log, and saying what differs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.access.domain.decision import Decision, Grounds, Judged, Made, judge
from services.access.domain.facts import Asked
from services.access.domain.grants import BACK_AS_BEFORE, SAYS_IN_ITS_DATA, STATUS_SAID, Source
from services.access.domain.rights import Rights
from services.access.domain.rules import Verdict

Heard = Callable[[Source], str | None]
"""Type of the message that a service's own log holds at that place; ``None`` if it holds none."""
FIRST_FACTS = frozenset(
    {
        "now", "mode", "record_status", "blocked", "roles", "represents", "majority_at", "consent",
        "care_team", "session", "switches", "feeding_opposed",
    }
)  # fmt: skip
"""All that decisions looked at before connected services, caregivers and reviews."""
SAVING = timedelta(seconds=60)
"""A decision is saved within this time of the instant it was taken at."""


@dataclass(frozen=True, kw_only=True)
class Redecision:
    """``recorded`` and ``redecided``: permit or not, per item. ``why``: what differs, by the
    names of facts and rules; empty when nothing does. ``erased``: the record's keys are gone.
    """

    decision_id: UUID
    position: int
    recorded: list[bool]
    redecided: list[bool]
    why: list[str]
    erased: bool = False

    @property
    def differs(self) -> bool:
        return bool(self.why)


def decide_again(
    decision: Decision,
    position: int,
    grounds: Grounds,
    version_then: int,
    heard: Heard | None = None,
) -> Redecision:
    """``grounds``: rebuilt from the log. ``version_then``: events the rights stream had when
    the decision was saved; more than it relied on means that it ignored one. ``heard``: reads
    the publisher's own log, where there is one to read."""
    made = decision.made
    again = judge(UUID(made["subject"]), asked_in(decision), made["items"], grounds)
    why = [
        *_place_differs(decision, grounds, version_then),
        *_heard_differs(grounds.rights, heard),
        *_actor_differs(decision.by, made["principal"], made["action"]),
        *_time_differs(made["at"], decision.created_on),
        *_facts_differ(made, again),
        *_covered_differ(made, again),
        *_verdicts_differ(made["cells"], made["verdicts"], again),
    ]
    return Redecision(
        decision_id=decision.id,
        position=position,
        recorded=[v["permit"] for v in made["verdicts"]],
        redecided=[v["permit"] for v in again.verdicts],
        why=why,
    )


def asked_in(decision: Decision) -> Asked:
    made = decision.made
    return Asked(
        principal=made["principal"],
        action=made["action"],
        mode=made["mode"],
        session=UUID(made["session"]) if made["session"] else None,
        at=made["at"],
        through_software=_through_software(decision.by, made["action"]),
    )


def undecidable(decision_id: UUID, position: int, why: str) -> Redecision:
    """What it rested on, or the decision itself, can no longer be read."""
    return Redecision(
        decision_id=decision_id, position=position, recorded=[], redecided=[], why=[why]
    )


def erased(decision_id: UUID, position: int) -> Redecision:
    """The person's record was erased: nothing is left to decide on, and nothing differs."""
    return Redecision(
        decision_id=decision_id,
        position=position,
        recorded=[],
        redecided=[],
        why=[],
        erased=True,
    )


def _place_differs(decision: Decision, grounds: Grounds, version_then: int) -> list[str]:
    made, rights = decision.made, grounds.rights
    why = []
    if version_then != made["rights"]["version"]:
        why.append("the rights had moved when it was saved: it ignored what came last")
    if (rights.source if rights else None) != made["heard"]:
        why.append("heard: not the message of identity that these rights rest on")
    if grounds.erased != decision.of_erased:
        why.append("rights: of a record that was not erased, and not looked at")
    if grounds.rules.digest != made["rules"]:
        why.append("rules: the texts kept are not those it names")
    if grounds.matrix.digest != made["matrix"]:
        why.append("matrix: the cells kept are not those it names")
    return why


def _heard_differs(rights: Rights | None, heard: Heard | None) -> list[str]:
    if heard is None or rights is None or rights.source is None:
        return []
    said = heard(rights.source)
    if said in SAYS_IN_ITS_DATA:
        return []
    fits = rights.active_status if said in BACK_AS_BEFORE else STATUS_SAID.get(said or "")
    return [] if fits == rights.status else ["heard: the publisher's own log does not say so"]


def _actor_differs(by: Mapping[str, Any], principal: Mapping[str, Any], action: str) -> list[str]:
    named = by.get("on_behalf_of")
    who = named if by["kind"] == "facility" and action == "read" and named else by
    same = {
        "kind": who["kind"],
        "national_id": who["id"],
        "profession": who.get("profession", ""),
        "facility": who.get("facility", ""),
        "regulation": who.get("regulation", False),
        "named": (who.get("on_behalf_of") or {}).get("id", ""),
    }
    if "named" not in principal:  # decided before it was looked at
        del same["named"]
    return [f"actor.{name}" for name, value in same.items() if principal[name] != value]


def _time_differs(at: datetime, saved_at: datetime) -> list[str]:
    in_time = at <= saved_at <= at + SAVING
    return [] if in_time else ["at: not the instant it was saved at"]


def _through_software(by: Mapping[str, Any], action: str) -> bool:
    return bool(by["kind"] == "facility" and action == "read" and by.get("on_behalf_of"))


def _facts_differ(made: Made, again: Judged) -> list[str]:
    recorded = made["facts"]
    names = recorded.keys() | again.facts.keys()
    if made["covered"] is None:
        names = recorded.keys() | (FIRST_FACTS & again.facts.keys())
    return [
        f"facts.{name}" for name in sorted(names) if recorded.get(name) != again.facts.get(name)
    ]


def _covered_differ(made: Made, again: Judged) -> list[str]:
    if made["covered"] is None or made["covered"] == again.covered:
        return []
    return ["covered: not what was allowed to this service"]


def _verdicts_differ(
    cells: list[dict[str, str]], verdicts: list[Verdict], again: Judged
) -> list[str]:
    if not len(cells) == len(verdicts) == len(again.verdicts):
        return ["items: not as many verdicts as things asked for"]
    why = []
    pairs = zip(cells, again.cells, verdicts, again.verdicts, strict=True)
    for n, (cell, cell_again, verdict, verdict_again) in enumerate(pairs):
        if cell != cell_again:
            why.append(f"items.{n}.matrix")
        if verdict != verdict_again:
            why.append(
                f"items.{n}: {_said(verdict)} recorded, {_said(verdict_again)} decided again"
            )
    return why


def _said(verdict: Verdict) -> str:
    return f"{'permit' if verdict['permit'] else 'deny'} by {', '.join(verdict['rules'])}"
