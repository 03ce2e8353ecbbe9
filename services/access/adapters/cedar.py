"""The rules as Cedar policies, evaluated in process."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import cedarpy

from services.access.adapters.cedar_facts import FactsCheck
from services.access.adapters.cedar_scopes import Question, Scope, asked, entities_of, scopes, sent
from services.access.domain.rules import NO_RULE, RULE_ERROR, Case, InvalidRules, Rule, Verdict

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
to_json = json.JSONEncoder(separators=(",", ":")).encode
_ITEM = ("record", "kind", "scope", "confidentiality", "author", "facility")


def read_policies(folder: Path = POLICIES) -> dict[str, str]:
    """File name to text: every ``.cedar`` file and the schema they fit."""
    files = [*folder.glob("*.cedar"), folder / SCHEMA]
    return {file.name: file.read_text(encoding="utf-8") for file in sorted(files)}


class CedarRules:
    """Parsed once. ``texts``: as :func:`read_policies`; ``parameters``: the operator's choices.

    The rules are checked against the schema first: at evaluation Cedar skips a policy that
    fails, and a forbid that is skipped would permit. ``of_now``: facts are checked too; rules of
    the past are shown those of now, among which are some they know nothing of.
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
        self._scopes = scopes(policies)
        rules = _rules(policies)
        self.by_id: Mapping[str, Rule] = {rule.id: rule for rule in rules}
        if len(self.by_id) != len(rules):
            raise InvalidRules("two rules have the same @id")

    def judge(
        self, principal: Mapping[str, Any], action: str, cases: Sequence[Case]
    ) -> list[Verdict]:
        """See :class:`services.access.domain.rules.Rules`. Cases that no rule can tell apart are
        evaluated once."""
        kind = principal["kind"].capitalize()
        caller = _chosen(principal, _PRINCIPAL.get(kind, ()))
        scope = self._scopes[kind, action]
        numbers: dict[Question, int] = {}
        places: list[int | None] = []
        for case in cases:
            item, context = _chosen(case.item, _ITEM), {**case.context, **self.parameters}
            if self._facts and not self._facts.fit(kind, action, caller, item, context):
                places.append(None)
                continue
            seen = to_json(sent(scope.resource, item)), to_json(sent(scope.context, context))
            places.append(numbers.setdefault(seen, len(numbers)))
        verdicts = _evaluated(scope, to_json(sent(scope.principal, caller)), list(numbers))
        return [_unfit() if place is None else verdicts[place] for place in places]


def revived(texts: Mapping[str, str], parameters: Mapping[str, bool]) -> CedarRules:
    """Rules of the past, from the log."""
    return CedarRules(texts, parameters, of_now=False)


def _chosen(given: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: given[name] for name in names if name in given}


def _unfit() -> Verdict:
    return {"permit": False, "rules": [RULE_ERROR]}


def _evaluated(scope: Scope, caller: str, questions: Sequence[Question]) -> list[Verdict]:
    entities = entities_of(scope, caller, questions)
    verdicts = [_verdict(a) for a in asked(scope, scope.policies, questions, entities)]
    refused = [n for n, v in enumerate(verdicts) if not v["permit"] and v["rules"] != [NO_RULE]]
    # Cedar names the forbids of a refusal, not that nothing would have permitted either.
    alone = asked(scope, scope.permits, questions, entities, refused)
    for n, answer in zip(refused, alone, strict=True):
        if not answer.allowed and RULE_ERROR not in verdicts[n]["rules"]:
            verdicts[n]["rules"] = sorted([*verdicts[n]["rules"], NO_RULE])
    return verdicts


def _verdict(answer: cedarpy.AuthzResult) -> Verdict:
    diagnostics = answer.diagnostics
    if diagnostics.errors:
        return {"permit": False, "rules": [RULE_ERROR]}
    rules = sorted(diagnostics.id_annotations_by_reason.values())
    return {"permit": answer.allowed, "rules": rules or [NO_RULE]}


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
        **{name: given[name] for name in _ANNOTATIONS},
    )


def _digest(texts: Mapping[str, str], parameters: Mapping[str, bool]) -> str:
    whole = json.dumps([texts, parameters], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(whole.encode()).hexdigest()
