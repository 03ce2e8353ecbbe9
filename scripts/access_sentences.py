"""``python -m scripts.access_sentences``: writes docs/access-sentences.md from the policies.

Every sentence a person may read about an access, as it is read: with who it is about.
"""

from collections.abc import Mapping
from pathlib import Path

from services.access.adapters.cedar import CedarRules, read_policies
from services.access.adapters.opening import parameters_of
from services.access.adapters.reference import read_reference
from services.access.domain.reference import AccessSettings
from services.access.domain.rules import NO_RULE, RULE_ERROR, Verdict
from services.access.domain.sentences import Reason

PAGE = Path(__file__).parents[1] / "docs" / "access-sentences.md"
_HEAD = """# What people read about access to their record

Written by `python -m scripts.access_sentences` from `services/access/policies`; do not edit. A
permit tells by what right something was seen or done, a refusal why not, and both what can be done.

| Rule | | Law | Sentence |
| --- | --- | --- | --- |
"""
_KINDS = {
    "own_record": "patient",
    "invisible_to_patient": "patient",
    "legal_representative": "representative",
    "invisible_to_representatives": "representative",
    "representation_suspended": "representative",
    "caregiver": "caregiver",
    "connected_service": "application",
    "service_stopped": "application",
    "facility_feeds": "facility",
    "facility_manages_own": "facility",
    "facility_never_reads": "facility",
    "secretary_feeds": "secretary",
    "secretary_never_reads": "secretary",
    "auditor_journal": "auditor",
    "auditors_no_health_data": "auditor",
}
"""Who a sentence is about, where that is not a professional."""


def page() -> str:
    rules = CedarRules(read_policies(), parameters_of(AccessSettings()))
    professions = read_reference().professions
    lines = []
    for rule in sorted(rules.by_id.values(), key=lambda rule: rule.id):
        kind = _KINDS.get(rule.id, "professional")
        said = _told(rule.id, kind, "read", rules, professions)
        effect = "permits" if rule.permits else "refuses"
        lines.append(f"| `{rule.id}` | {effect} | {rule.law} | {said} |")
    for action in ("read", "feed", "manage"):
        said = _told(NO_RULE, "professional", action, rules, professions)
        lines.append(f"| no rule, {action} | refuses | – | {said} |")
    said = _told(NO_RULE, "application", "read", rules, professions)
    lines.append(f"| no rule, others | refuses | – | {said} |")
    said = _told(RULE_ERROR, "professional", "read", rules, professions)
    lines.append(f"| `{RULE_ERROR}` | refuses | – | {said} |")
    said = _told("", "professional", "read", rules, professions, listing=True)
    lines.append(f"| a list | – | – | {said} |")
    return _HEAD + "\n".join(lines) + "\n"


def _told(
    rule: str,
    kind: str,
    action: str,
    rules: CedarRules,
    professions: Mapping[str, str],
    *,
    listing: bool = False,
) -> str:
    principal = {"kind": kind, "profession": "10" if kind == "professional" else ""}
    verdict = Verdict(permit=False, rules=[rule])
    return Reason(principal, action, listing, [verdict], rules).fr(professions)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
