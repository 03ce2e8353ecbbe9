"""Leaving out what cannot matter changes no answer: each question is asked of Cedar twice."""

import random
from functools import cache
from typing import Any

import cedarpy
import pytest

from services.access.adapters.cedar import SCHEMA, CedarRules, read_policies
from services.access.domain.facts import Asked, facts_for, principal_for
from services.access.domain.rules import NO_RULE, Case
from shared.kernel.actor import Actor, ActorKind
from tests.access.support.judging import NOW, PARAMETERS, rights, rules
from tests.access.support.people import RECORD

ACTIONS = ("read", "feed", "manage")
CODES = ("N", "MASQUE_PS", "INVISIBLE_PATIENT", "INVISIBLE_REPRESENTANTS_LEGAUX")
TEXTS = ("a", "b", "", "10", "own", "3?", "40?")
"""Some that rules name and some that they do not; some like the names given to those."""
AROUND = (-2, -1, 0, 1)
ANNOTATED = '@id("added") @law("a test") @fr("Non.") @en("No.")\n'
ATTRIBUTES = {
    "Professional": (
        "national_id", "profession", "facility", "sector", "student", "secret", "regulation",
    ),
    "Facility": ("national_id", "sector", "secret"),
    "Secretary": ("national_id", "facility", "sector", "secret"),
    "Patient": ("record", "secret"), "Representative": ("record",), "Caregiver": ("record",),
    "Application": ("record", "secret"), "Service": ("name",),
    "Auditor": ("mandated", "physician_present"), "Operator": (), "Support": (),
}  # fmt: skip
"""As in the schema."""


def test_what_is_left_out_or_given_another_name_changes_no_answer() -> None:
    """
    All policies, with all facts as they are, checked against the schema: permits and rules are the
    same, whether or not facts that these rules cannot tell apart were judged before.
    """
    dice = random.Random(20261122)
    for _ in range(400):
        principal, action, cases = _question(dice)
        assert rules().judge(principal, action, cases) == [
            _of_all(principal, action, case) for case in cases
        ]


@pytest.mark.parametrize(
    ("policy", "attribute"),
    [
        ("forbid (principal, action, resource) when { context == context };", "context"),
        ("forbid (principal, action, resource) when { resource == resource };", "item"),
    ],
    ids=["the whole context", "the item itself"],
)
def test_a_policy_that_takes_a_thing_as_a_whole_gets_all_of_it(policy: str, attribute: str) -> None:
    """
    Which attributes it depends on cannot be told, so none is left out.
    """
    scope = CedarRules({**read_policies(), "added.cedar": ANNOTATED + policy}, PARAMETERS)._scopes[
        "Patient", "read"
    ]

    assert (scope.context if attribute == "context" else scope.resource) is None


def test_a_fact_of_another_type_refuses_although_no_rule_looks_at_it() -> None:
    """
    And so it does after facts of the right types were let through.
    """
    actor = Actor(kind=ActorKind.PATIENT, id=str(RECORD), record_id=RECORD)
    principal, facts = principal_for(actor), _facts(actor)
    item = _item(random.Random(1))
    fits = Case(item=item, context=facts)
    misfits = [
        Case(item=item, context={**facts, "feeding_opposed": "no"}),
        Case(item=item, context={**facts, "unheard_of": True}),
        Case(item=item, context={n: v for n, v in facts.items() if n != "roles"}),
        Case(item={**item, "scope": 1}, context=facts),
    ]

    verdicts = rules().judge(principal, "read", [fits, *misfits])

    assert NO_RULE not in verdicts[0]["rules"]
    assert verdicts[1:] == [{"permit": False, "rules": ["rule_error"]}] * len(misfits)


def _of_all(principal: dict[str, Any], action: str, case: Case) -> dict[str, Any]:
    everything, permits = _policies()
    whole = _allowed(everything, principal, action, case)
    named = sorted(whole.diagnostics.id_annotations_by_reason.values())
    if named and not whole.allowed and not _allowed(permits, principal, action, case).allowed:
        named = sorted([*named, NO_RULE])
    return {"permit": whole.allowed, "rules": named or [NO_RULE]}


@cache
def _policies() -> tuple[cedarpy.PolicySet, cedarpy.PolicySet]:
    """All, and those that permit."""
    texts = [text for name, text in read_policies().items() if name != SCHEMA]
    permits = [text for text in texts if "\npermit" in text]
    return _parsed(texts), _parsed(permits)


def _parsed(texts: list[str]) -> cedarpy.PolicySet:
    return cedarpy.PolicySet.from_str("\n".join(texts))


@cache
def _schema() -> cedarpy.Schema:
    return cedarpy.Schema.from_str(read_policies()[SCHEMA])


def _allowed(
    policies: cedarpy.PolicySet, principal: dict[str, Any], action: str, case: Case
) -> cedarpy.AuthzResult:
    kind = principal["kind"].capitalize()
    who, what = {"type": kind, "id": "caller"}, {"type": "Item", "id": "0"}
    attributes = {name: principal[name] for name in ATTRIBUTES[kind]}
    answer = cedarpy.is_authorized(
        {
            "principal": who,
            "action": {"type": "Action", "id": action},
            "resource": what,
            "context": {**case.context, **PARAMETERS},
        },
        policies,
        [
            {"uid": who, "attrs": attributes, "parents": []},
            {"uid": what, "attrs": dict(case.item), "parents": []},
        ],
        schema=_schema(),
    )
    assert not answer.diagnostics.errors
    return answer


def _question(dice: random.Random) -> tuple[dict[str, Any], str, list[Case]]:
    kind = dice.choice(list(ActorKind))
    actor = Actor(
        kind=kind,
        id=dice.choice(TEXTS),
        record_id=dice.choice([RECORD, None]),
        profession=dice.choice(["10", "21", "60", "", "own"]),
        facility=dice.choice([*TEXTS, None]),
        claims={"Secteur_Activite": dice.choice(["SA07", "SA23", ""])},
        secret=dice.random() < 0.2,
        regulation=dice.random() < 0.5,
    )
    facts = _facts(actor)
    return (
        principal_for(actor),
        dice.choice(ACTIONS),
        [Case(item=_item(dice), context=_varied(dice, facts)) for _ in range(dice.choice([1, 4]))],
    )


def _facts(actor: Actor) -> dict[str, Any]:
    asked = Asked(
        principal=principal_for(actor), action="read", mode="normal", session=None, at=NOW
    )
    cell = {"read": "yes", "write": "yes"}
    return {**facts_for(rights(), asked), "service_stopped": False, "matrix": cell}


def _varied(dice: random.Random, facts: dict[str, Any]) -> dict[str, Any]:
    now = dice.randrange(10, 30)
    ends: dict[str, Any] = {name: {end: now + dice.choice(AROUND)} for name, end in (
        ("consent", "valid_until"), ("care_team", "expected_end"),
    ) if dice.random() < 0.4}  # fmt: skip
    if dice.random() < 0.4:
        ends["session"] = {"ends_at": now + dice.choice(AROUND), "reason_given": True}
    if dice.random() < 0.3:
        before = now + dice.choice(AROUND)
        ends["covered"] = {"before": before, "authoriser_permitted": dice.random() < 0.5}
    if dice.random() < 0.3:
        ends["majority_at"] = now + dice.choice(AROUND)
    return {
        **facts,
        **ends,
        "now": now,
        "mode": dice.choice(["normal", "normal", "break_glass", "regulation"]),
        "record_status": dice.choice(["open", "activated", "closed"]),
        "roles": dice.choice([[], ["treating_doctor"], ["administrator"]]),
        "matrix": {"read": dice.choice(["yes", "no"]), "write": dice.choice(["yes", "no"])},
    } | {
        name: dice.random() < 0.3
        for name in ("blocked", "represents", "representation_suspended", "feeding_opposed",
                     "identity_qualified", "through_software", "service_stopped")
    }  # fmt: skip


def _item(dice: random.Random) -> dict[str, Any]:
    return {
        "record": dice.choice([str(RECORD), "another"]),
        "kind": dice.choice(["document", "document", "record", "journal", "message"]),
        "scope": dice.choice(["", "own", "all", "visibility"]),
        "confidentiality": dice.sample(CODES, dice.choice([1, 2])),
        "author": dice.choice(TEXTS),
        "facility": dice.choice(TEXTS),
    }
