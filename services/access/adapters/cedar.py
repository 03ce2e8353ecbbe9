"""The rules as Cedar policies, evaluated in process."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import cedarpy

from services.access.adapters.cedar_facts import FactsCheck
from services.access.adapters.cedar_scopes import Scope, Scopes
from services.access.adapters.cedar_shown import Shown, shown
from services.access.domain.rules import NO_RULE, RULE_ERROR, Case, InvalidRules, Rule, Verdict
from shared.kernel.french import curled

POLICIES = Path(__file__).parents[1] / "policies"
SCHEMA = "schema.cedarschema"
_ANNOTATIONS = ("law", "fr", "en")
_PRINCIPAL = {
    "Professional": (
        "national_id", "profession", "facility", "sector", "student", "secret", "regulation",
    ),
    "Facility": ("national_id", "sector", "secret"),
    "Secretary": ("national_id", "facility", "sector", "secret"),
    "Patient": ("record", "secret"),
    "Representative": ("record",),
    "Caregiver": ("record",),
    "Application": ("record", "secret"),
    "Service": ("name",),
    "Auditor": ("mandated", "physician_present"),
}  # fmt: skip
"""Attributes of each kind in the schema; a kind not named has none."""
_ITEM = ("record", "kind", "scope", "confidentiality", "author", "facility")
REMEMBERED = 4_000
"""Evaluations kept by a set of rules: some 4 MB."""


def read_policies(folder: Path = POLICIES) -> dict[str, str]:
    """File name to text: every ``.cedar`` file and the schema they fit."""
    files = [*folder.glob("*.cedar"), folder / SCHEMA]
    return {file.name: file.read_text(encoding="utf-8") for file in sorted(files)}


class CedarRules:
    """Parsed once. ``texts``: as :func:`read_policies`; ``parameters``: the operator's choices.

    The rules are checked against the schema first: at evaluation Cedar skips a policy that
    fails, and a forbid that is skipped would permit. ``of_now``: facts are checked too; rules of
    the past are shown those of now, among which are some they know nothing of. ``evaluated``: what
    Cedar said, remembered by all that it was given; it can be asked how often.
    """

    def __init__(
        self,
        texts: Mapping[str, str],
        parameters: Mapping[str, bool],
        *,
        of_now: bool = True,
    ) -> None:
        self.texts: Mapping[str, str] = dict(texts)
        self.parameters: Mapping[str, bool] = dict(parameters)
        self.digest = _digest(self.texts, self.parameters)
        policies = "\n".join(text for name, text in sorted(texts.items()) if name != SCHEMA)
        schema = cedarpy.Schema.from_str(texts[SCHEMA])
        if errors := cedarpy.validate_policies(policies, schema).errors:
            raise InvalidRules("; ".join(str(error) for error in errors))
        self._facts = FactsCheck(schema) if of_now else None
        self._scopes = Scopes(policies)
        self.evaluated = lru_cache(REMEMBERED)(self._evaluate)
        rules = _rules(policies)
        self.by_id: Mapping[str, Rule] = {rule.id: rule for rule in rules}
        if len(self.by_id) != len(rules):
            raise InvalidRules("two rules have the same @id")

    def judge(
        self, principal: Mapping[str, Any], action: str, cases: Sequence[Case]
    ) -> list[Verdict]:
        """See :class:`services.access.domain.rules.Rules`. Cases that these rules cannot tell
        apart are evaluated once, in this call and in later ones."""
        kind = principal["kind"].capitalize()
        caller = _chosen(principal, _PRINCIPAL.get(kind, ()))
        return [self._judged(kind, action, caller, case) for case in cases]

    def _judged(self, kind: str, action: str, caller: Mapping[str, Any], case: Case) -> Verdict:
        item, context = _chosen(case.item, _ITEM), {**case.context, **self.parameters}
        if self._facts and not self._facts.fit(kind, action, caller, item, context):
            return {"permit": False, "rules": [RULE_ERROR]}
        seen = shown(self._scopes[kind, action], caller, item, context)
        permit, rules = self.evaluated(kind, action, seen)
        return {"permit": permit, "rules": list(rules)}

    def _evaluate(self, kind: str, action: str, seen: Shown) -> tuple[bool, tuple[str, ...]]:
        """What Cedar is given is what is named here, and policies that never change."""
        scope = self._scopes[kind, action]
        whole = _answer(scope, scope.policies, seen)
        if whole.diagnostics.errors:
            return False, (RULE_ERROR,)
        named = set(whole.diagnostics.id_annotations_by_reason.values())
        # Cedar names the forbids of a refusal, not that nothing would have permitted either.
        if not named or (not whole.allowed and not _answer(scope, scope.permits, seen).allowed):
            named.add(NO_RULE)
        return whole.allowed, tuple(sorted(named))


def revived(texts: Mapping[str, str], parameters: Mapping[str, bool]) -> CedarRules:
    """Rules of the past, from the log."""
    return CedarRules(texts, parameters, of_now=False)


def _chosen(given: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: given[name] for name in names if name in given}


def _answer(scope: Scope, policies: cedarpy.PolicySet, seen: Shown) -> cedarpy.AuthzResult:
    request = {
        "principal": {"type": scope.kind, "id": "caller"},
        "action": {"type": "Action", "id": scope.action},
        "resource": {"type": "Item", "id": "item"},
        "context": seen.context,
    }
    caller, item = _entity(scope.kind, "caller", seen.caller), _entity("Item", "item", seen.item)
    return cedarpy.is_authorized(request, policies, f"[{caller},{item}]")


def _entity(kind: str, name: str, attributes: str) -> str:
    return f'{{"uid":{{"type":"{kind}","id":"{name}"}},"attrs":{attributes},"parents":[]}}'


def _rules(policies: str) -> list[Rule]:
    parsed = json.loads(cedarpy.policies_to_json_str(policies))["staticPolicies"]
    return [_rule(policy) for policy in parsed.values()]


def _rule(policy: dict[str, Any]) -> Rule:
    given = policy.get("annotations", {})
    if missing := [name for name in ("id", *_ANNOTATIONS) if not given.get(name)]:
        raise InvalidRules(f"rule {given.get('id')} lacks @{missing[0]}")
    return Rule(
        id=given["id"],
        permits=policy["effect"] == "permit",
        conceals=given.get("conceals") == "true",
        about_item=given.get("about") == "item",
        law=given["law"],
        fr=curled(given["fr"]),
        en=given["en"],
    )


def _digest(texts: Mapping[str, str], parameters: Mapping[str, bool]) -> str:
    whole = json.dumps([texts, parameters], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(whole.encode()).hexdigest()
