"""Which policies can speak of a question, what they look at, and what they do with it.

What Cedar is not given it need not read. A policy whose scope names another kind of principal or
another action is never satisfied and never fails, and no policy depends on an attribute that it
does not mention: leaving both out changes no answer.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import cedarpy

from shared.kernel.actor import ActorKind

KINDS = frozenset(kind.value.capitalize() for kind in ActorKind)
ACTIONS = ("read", "feed", "manage")
OURS = "?"
"""How the names end that we give to texts which no rule names."""
_LOOKS = {".", "has", "is"}
"""What may be done with a variable that tells which of its attributes are looked at."""
_OPERATORS = {
    "Value", "Var", "Set", ".", "has", "is", "&&", "||", "!", "if-then-else", "==", "!=",
    "contains", "containsAll", "containsAny", "isEmpty", "<", "<=", ">", ">=",
}  # fmt: skip
"""To these a text is equal to another or not, and a whole number before another or not: nothing
more is seen of either."""


@dataclass(frozen=True)
class Scope:
    """Policies that can apply to one kind of principal and one action; ``permits``: those of them
    that permit. ``principal``, ``resource``, ``context``: attributes they mention, ``None`` for
    all, where a policy takes one as a whole.

    ``texts``: those that policies name, with their JSON; ``None`` if they look into texts.
    ``ranks``: whether of whole numbers they see but the order.
    """

    kind: str
    action: str
    policies: cedarpy.PolicySet
    permits: cedarpy.PolicySet
    principal: tuple[str, ...] | None
    resource: tuple[str, ...] | None
    context: tuple[str, ...] | None
    texts: Mapping[str, str] | None
    ranks: bool


class Scopes(dict[tuple[str, str], Scope]):
    """By kind of principal, as the schema writes it, and action; each made when first asked for,
    for most processes judge a few of them."""

    def __init__(self, policies: str) -> None:
        super().__init__()
        self._parsed = json.loads(cedarpy.policies_to_json_str(policies))

    def __missing__(self, key: tuple[str, str]) -> Scope:
        kind, action = key
        if kind not in KINDS or action not in ACTIONS:
            raise KeyError(key)
        scope = self[key] = _scope(self._parsed, kind, action)
        return scope


def _scope(parsed: dict[str, Any], kind: str, action: str) -> Scope:
    chosen = {
        name: policy
        for name, policy in parsed["staticPolicies"].items()
        if _can_apply(policy, kind, action)
    }
    permits = {name: policy for name, policy in chosen.items() if policy["effect"] == "permit"}
    bodies = [c["body"] for policy in chosen.values() for c in policy.get("conditions", ())]
    looks = [look for body in bodies for look in _looks(body)]
    compares = all(operator in _OPERATORS for body in bodies for operator, _ in _operations(body))
    values = [value for body in bodies for name, value in _operations(body) if name == "Value"]
    texts = {value: json.dumps(value) for value in values if isinstance(value, str)}
    return Scope(
        kind,
        action,
        _set(parsed, chosen),
        _set(parsed, permits),
        _names(looks, "principal"),
        _names(looks, "resource"),
        _names(looks, "context"),
        texts=None if not compares or any(text.endswith(OURS) for text in texts) else texts,
        ranks=compares and not any(type(v) is int for v in values),
    )


def _can_apply(policy: dict[str, Any], kind: str, action: str) -> bool:
    who, what = policy["principal"], policy["action"]
    other_kind = who["op"] == "is" and who["entity_type"] != kind
    other_action = what["op"] == "==" and what["entity"]["id"] != action
    return not (other_kind or other_action)


def _set(parsed: dict[str, Any], policies: dict[str, Any]) -> cedarpy.PolicySet:
    return cedarpy.PolicySet.from_json_str(json.dumps({**parsed, "staticPolicies": policies}))


def _names(looks: list[tuple[str, str | None]], variable: str) -> tuple[str, ...] | None:
    names = {name for v, name in looks if v == variable}
    return None if None in names else tuple(sorted(name for name in names if name))


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


def _operations(body: Any) -> Iterator[tuple[str, Any]]:
    """Each operator of an expression with its operands, those within them included."""
    if isinstance(body, list):
        for part in body:
            yield from _operations(part)
        return
    for operator, operands in body.items() if isinstance(body, dict) else ():
        yield operator, operands
        if operator in ("Value", "Var"):
            continue
        for operand in operands.values() if isinstance(operands, dict) else (operands,):
            yield from _operations(operand)
