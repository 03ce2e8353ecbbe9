"""Who, where and when are not what rules tell apart: what is alike to them is evaluated once."""

from typing import Any

import pytest

from services.access.adapters.cedar import CedarRules, read_policies
from services.access.domain.rules import Case
from tests.access.support.judging import PARAMETERS, rules, without

ANNOTATED = '@id("added") @law("a test") @fr("Non.") @en("No.")\n'
FACTS: dict[str, Any] = {
    "now": 1000, "mode": "normal", "record_status": "open", "blocked": False, "roles": [],
    "represents": False, "representation_suspended": False, "identity_qualified": True,
    "through_software": False, "service_stopped": False, "feeding_opposed": False,
    "switches": {"regulation": True, "break_glass": True, "masked": False},
    "matrix": {"read": "yes", "write": "yes"}, "consent": {"valid_until": 2000},
}  # fmt: skip
WHO: dict[str, Any] = {
    "kind": "professional", "national_id": "801", "profession": "21", "facility": "f",
    "sector": "SA07", "student": False, "secret": False, "regulation": False,
}  # fmt: skip
ITEM: dict[str, Any] = {
    "record": "r", "kind": "document", "scope": "", "confidentiality": ["N"], "author": "802",
    "facility": "g",
}  # fmt: skip


def test_other_people_at_another_instant_in_the_same_relation_are_evaluated_once() -> None:
    """
    A doctor with a consent that lasts, who is not the author: whoever, whenever, until when.
    """
    asked = CedarRules(read_policies(), PARAMETERS)

    first = _judge(asked)
    others: dict[str, Any] = {
        "who": {"national_id": "803", "facility": "h"},
        "item": {"author": "804"},
    }
    second = _judge(asked, **others, now=7, consent={"valid_until": 9})

    assert first == second
    assert first["permit"]
    assert asked.evaluated.cache_info().misses == 1


@pytest.mark.parametrize(
    "apart",
    [
        {"now": 2000},
        {"now": 2001},
        {"item": {"author": "801"}},
        {"item": {"facility": "f"}},
        {"item": {"confidentiality": ["MASQUE_PS"]}},
        {"item": {"kind": "prescription"}},
        {"who": {"profession": "10"}},
        {"blocked": True},
        {"matrix": {"read": "partial", "write": "yes"}},
    ],
    ids=str,
)
def test_whatever_a_rule_can_tell_apart_is_evaluated_by_itself(apart: dict[str, Any]) -> None:
    """
    An end that is reached, the author themselves, a colleague, a mask, a profession that is named.
    """
    asked = CedarRules(read_policies(), PARAMETERS)

    _judge(asked)
    _judge(asked, **apart)

    assert asked.evaluated.cache_info().misses == 2


@pytest.mark.parametrize(
    ("condition", "forbidden", "allowed"),
    [
        ('resource.author like "8*"', {"item": {"author": "81"}}, {"item": {"author": "91"}}),
        ("context.now < 1000", {"now": 999}, {"now": 1001}),
        (
            "context has consent && context.now + context.now < context.consent.valid_until",
            {"now": 10, "consent": {"valid_until": 21}},
            {"now": 10, "consent": {"valid_until": 20}},
        ),
        (
            f"{[f'{n}?' for n in range(100, 300)]}.contains(resource.author)".replace("'", '"'),
            {"item": {"author": "150?"}},
            {"item": {"author": "x"}},
        ),
    ],
    ids=["looks into a text", "names a number", "adds numbers", "names what we would"],
)
def test_rules_that_do_more_than_compare_are_shown_facts_as_they_are(
    condition: str, forbidden: dict[str, Any], allowed: dict[str, Any]
) -> None:
    """
    No rule of ours does; one that is added some day is judged on what it looks at.
    """
    added = f"{ANNOTATED}forbid (principal, action, resource) when {{ {condition} }};"
    asked = CedarRules({**read_policies(), "added.cedar": added}, PARAMETERS)

    assert "added" not in _judge(asked, **allowed)["rules"]
    assert "added" in _judge(asked, **forbidden)["rules"]


def test_a_text_like_the_names_given_to_others_is_nobody_else() -> None:
    """
    Who writes what we would write for somebody is not taken for them.
    """
    for n in range(100):
        who, item = {"national_id": f"{n}?"}, {"author": "801"}
        assert not _judge(rules(), action="manage", who=who, item=item)["permit"]
    assert _judge(rules(), action="manage", item={"author": "801"})["permit"]


def test_other_rules_do_not_remember_what_these_did() -> None:
    """
    What was evaluated is kept with the policies and the operator's choices it was evaluated by.
    """
    assert _judge(rules(), blocked=True)["rules"] == ["blocked"]
    assert _judge(without("blocked"), blocked=True)["permit"]
    chosen = CedarRules(read_policies(), {**PARAMETERS, "block_beats_break_glass": False})
    session = {"ends_at": 1500, "reason_given": True}
    urgent: dict[str, Any] = {"blocked": True, "mode": "break_glass", "session": session}
    assert not _judge(rules(), **urgent)["permit"]
    assert _judge(chosen, **urgent)["permit"]


def test_whoever_writes_into_a_verdict_writes_into_their_own() -> None:
    """
    The next who asks gets what Cedar said.
    """
    verdict = _judge(rules())
    verdict["rules"].append("forged")
    verdict["permit"] = False

    assert _judge(rules()) == {"permit": True, "rules": ["explicit_consent"]}


def _judge(
    asked: CedarRules,
    *,
    action: str = "read",
    who: dict[str, Any] | None = None,
    item: dict[str, Any] | None = None,
    **facts: Any,
) -> Any:
    """A professional who has a consent, and a document of somebody else's, with changes."""
    case = Case(item={**ITEM, **(item or {})}, context={**FACTS, **facts})
    (verdict,) = asked.judge({**WHO, **(who or {})}, action, [case])
    return verdict
