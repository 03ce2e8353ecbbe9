"""The rules as Cedar policies, evaluated in process."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import cedarpy

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
        self._schema = schema if of_now else None
        self._policies = cedarpy.PolicySet.from_str(policies)
        self._permits = _permits(policies)
        self.by_id: Mapping[str, Rule] = {rule.id: rule for rule in _rules(policies)}
        if len(self.by_id) != len(self._policies):
            raise InvalidRules("two rules have the same @id")

    def judge(
        self, principal: Mapping[str, Any], action: str, cases: Sequence[Case]
    ) -> list[Verdict]:
        """See :class:`services.access.domain.rules.Rules`."""
        caller = {"type": principal["kind"].capitalize(), "id": "caller"}
        entities = [_entity(caller, _PRINCIPAL.get(caller["type"], ()), principal)]
        requests = []
        for n, case in enumerate(cases):
            item = {"type": "Item", "id": str(n)}
            entities.append(_entity(item, _ITEM, case.item))
            requests.append(
                {
                    "principal": caller,
                    "action": {"type": "Action", "id": action},
                    "resource": item,
                    "context": {**case.context, **self.parameters},
                }
            )
        verdicts = [_verdict(a) for a in self._ask(requests, entities, self._policies)]
        self._name_missing_permits(verdicts, requests, entities)
        return verdicts

    def _name_missing_permits(
        self, verdicts: list[Verdict], requests: list[Any], entities: list[Any]
    ) -> None:
        """Cedar names the forbids of a refusal, not that nothing would have permitted either."""
        refused = [n for n, v in enumerate(verdicts) if not v["permit"] and v["rules"] != [NO_RULE]]
        alone = self._ask([requests[n] for n in refused], entities, self._permits)
        for n, answer in zip(refused, alone, strict=True):
            if not answer.allowed and RULE_ERROR not in verdicts[n]["rules"]:
                verdicts[n]["rules"] = sorted([*verdicts[n]["rules"], NO_RULE])

    def _ask(
        self, requests: list[Any], entities: list[Any], policies: cedarpy.PolicySet
    ) -> list[cedarpy.AuthzResult]:
        if not requests:
            return []
        answers: list[cedarpy.AuthzResult] = cedarpy.is_authorized_batch(
            requests, policies, entities, schema=self._schema
        )
        return answers


def _entity(uid: dict[str, str], names: Sequence[str], given: Mapping[str, Any]) -> dict[str, Any]:
    return {"uid": uid, "attrs": {n: given[n] for n in names if n in given}, "parents": []}


def revived(texts: Mapping[str, str], parameters: Mapping[str, bool]) -> CedarRules:
    """Rules of the past, from the log."""
    return CedarRules(texts, parameters, of_now=False)


def _verdict(answer: cedarpy.AuthzResult) -> Verdict:
    diagnostics = answer.diagnostics
    if diagnostics.errors:
        return {"permit": False, "rules": [RULE_ERROR]}
    rules = sorted(diagnostics.id_annotations_by_reason.values())
    return {"permit": answer.allowed, "rules": rules or [NO_RULE]}


def _permits(policies: str) -> cedarpy.PolicySet:
    parsed = json.loads(cedarpy.policies_to_json_str(policies))
    kept = {n: p for n, p in parsed["staticPolicies"].items() if p["effect"] == "permit"}
    return cedarpy.PolicySet.from_json_str(json.dumps({**parsed, "staticPolicies": kept}))


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
