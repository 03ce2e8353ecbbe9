"""Which policies can speak of a question, and what they look at.

What Cedar is not given it need not read. A policy whose scope names another kind of principal or
another action is never satisfied and never fails, and no policy depends on an attribute that it
does not mention: leaving both out changes no answer.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import cedarpy

from shared.kernel.actor import ActorKind

CALLER = "caller"
VARIABLES = ("principal", "resource", "context")
ACTIONS = ("read", "feed", "manage")
_LOOKS = {".", "has", "is"}
"""What may be done with a variable that tells which of its attributes are looked at."""


Question = tuple[str, str]
"""What is mentioned of an item and of its context, as JSON."""


@dataclass(frozen=True)
class Scope:
    """Policies that can apply to one kind of principal and one action; ``permits``: those of them
    that permit. ``principal``, ``resource``, ``context``: attributes they mention, ``None`` for
    all, where a policy takes one as a whole."""

    kind: str
    action: str
    policies: cedarpy.PolicySet
    permits: cedarpy.PolicySet
    principal: frozenset[str] | None
    resource: frozenset[str] | None
    context: frozenset[str] | None


def scopes(policies: str) -> dict[tuple[str, str], Scope]:
    """By kind of principal, as the schema writes it, and action."""
    parsed = json.loads(cedarpy.policies_to_json_str(policies))
    kinds = [kind.value.capitalize() for kind in ActorKind]
    return {(kind, action): _scope(parsed, kind, action) for kind in kinds for action in ACTIONS}


def sent(names: frozenset[str] | None, given: Mapping[str, Any]) -> dict[str, Any]:
    """Of what is given, what is mentioned."""
    return {n: given[n] for n in (given if names is None else names) if n in given}


def entities_of(scope: Scope, caller: str, questions: Sequence[Question]) -> cedarpy.Entities:
    """``caller``: attributes as JSON. Each question is about an item of its own number."""
    items = [_entity("Item", str(n), item) for n, (item, _) in enumerate(questions)]
    return cedarpy.Entities.from_json_str(
        f"[{','.join([_entity(scope.kind, CALLER, caller), *items])}]"
    )


def asked(
    scope: Scope,
    policies: cedarpy.PolicySet,
    questions: Sequence[Question],
    entities: cedarpy.Entities,
    numbers: Sequence[int] | None = None,
) -> list[cedarpy.AuthzResult]:
    """Answers to all questions, or to those with these numbers, in order."""
    requests = [
        {
            "principal": {"type": scope.kind, "id": CALLER},
            "action": {"type": "Action", "id": scope.action},
            "resource": {"type": "Item", "id": str(n)},
            "context": questions[n][1],
        }
        for n in (range(len(questions)) if numbers is None else numbers)
    ]
    if not requests:
        return []
    answers: list[cedarpy.AuthzResult] = cedarpy.is_authorized_batch(requests, policies, entities)
    return answers


def _entity(kind: str, name: str, attributes: str) -> str:
    return f'{{"uid":{{"type":"{kind}","id":"{name}"}},"attrs":{attributes},"parents":[]}}'


def _scope(parsed: dict[str, Any], kind: str, action: str) -> Scope:
    chosen = {
        name: policy
        for name, policy in parsed["staticPolicies"].items()
        if _can_apply(policy, kind, action)
    }
    permits = {name: policy for name, policy in chosen.items() if policy["effect"] == "permit"}
    bodies = [c["body"] for policy in chosen.values() for c in policy.get("conditions", ())]
    looks = [look for body in bodies for look in _looks(body)]
    return Scope(
        kind,
        action,
        _set(parsed, chosen),
        _set(parsed, permits),
        *(_names(looks, variable) for variable in VARIABLES),
    )


def _can_apply(policy: dict[str, Any], kind: str, action: str) -> bool:
    who, what = policy["principal"], policy["action"]
    other_kind = who["op"] == "is" and who["entity_type"] != kind
    other_action = what["op"] == "==" and what["entity"]["id"] != action
    return not (other_kind or other_action)


def _set(parsed: dict[str, Any], policies: dict[str, Any]) -> cedarpy.PolicySet:
    return cedarpy.PolicySet.from_json_str(json.dumps({**parsed, "staticPolicies": policies}))


def _names(looks: list[tuple[str, str | None]], variable: str) -> frozenset[str] | None:
    names = {name for v, name in looks if v == variable}
    return None if None in names else frozenset(name for name in names if name)


def _looks(body: Any) -> Iterator[tuple[str, str | None]]:
    """Each variable that is looked at, with the attribute (none for ``is``: ``""``); ``None`` for
    one that is used as a whole. ``body``: an expression of Cedar's JSON format for policies."""
    if isinstance(body, list):
        for part in body:
            yield from _looks(part)
        return
    for operator, operands in body.items() if isinstance(body, dict) else ():
        if operator == "Value":
            continue
        if operator == "Var":
            yield operands, None
        elif operator in _LOOKS and "Var" in operands["left"]:
            yield operands["left"]["Var"], operands.get("attr", "")
            yield from _looks(operands.get("in", {}))
        else:
            yield from _looks(operands)
