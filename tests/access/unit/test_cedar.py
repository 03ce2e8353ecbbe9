"""The engine: what does not hold together never starts, and what fails never permits."""

import pytest

from services.access.adapters.cedar import CedarRules, read_policies
from services.access.domain.rules import Case, InvalidRules
from tests.access.support.judging import PARAMETERS, ask, document, rights, rules
from tests.access.support.people import PATIENT

ANNOTATED = '@id("added") @law("a test") @fr("Non.") @en("No.")\n'


@pytest.mark.parametrize(
    "text",
    [
        ANNOTATED + "forbid (principal, action, resource) when { context.blockd };",
        '@id("added") @fr("Non.") @en("No.")\nforbid (principal, action, resource);',
        ANNOTATED.replace("added", "blocked") + "forbid (principal, action, resource);",
    ],
    ids=["misspelt attribute", "no law", "id taken"],
)
def test_rules_that_do_not_hold_together_refuse_to_start(text: str) -> None:
    """
    Cedar skips a policy that fails: a misspelt forbid would silently permit.
    """
    with pytest.raises(InvalidRules):
        CedarRules({**read_policies(), "added.cedar": text}, PARAMETERS)


def test_a_question_that_cannot_be_evaluated_is_refused() -> None:
    """
    A fact that is missing is never a permit.
    """
    item = {
        "record": "r", "kind": "document", "scope": "", "confidentiality": [], "author": "",
        "facility": "",
    }  # fmt: skip
    principal = {"kind": "patient", "record": "r"}

    verdicts = rules().judge(principal, "read", [Case(item=item, context={"now": 1})])

    assert verdicts == [{"permit": False, "rules": ["rule_error"]}]


@pytest.mark.parametrize("codes", [[1], ["N", 1], [["N"]], [{"code": "N"}]], ids=str)
def test_a_fact_of_another_type_is_refused_beside_those_that_fit(codes: list[object]) -> None:
    """
    A rule that looks for a word among numbers finds none: a masked document would not be masked.
    """
    assert ask(rights(), PATIENT)["permit"]
    asked_wrongly = ask(rights(), PATIENT, document(confidentiality=codes))
    assert asked_wrongly == {"permit": False, "rules": ["rule_error"]}


def test_digest_covers_texts_and_parameters() -> None:
    """
    A decision names the rules it was taken by; one changed word or setting is another set.
    """
    other = CedarRules(read_policies(), {"block_beats_break_glass": False})

    assert other.digest != rules().digest


def test_every_rule_speaks_to_the_person_and_cites_its_law() -> None:
    """
    CSP L1111-19: the sentence is read by a patient; it ends like one and says what they can do.
    """
    for rule in rules().by_id.values():
        assert rule.fr.endswith(".")
        assert rule.law
        if not rule.permits:
            assert any(
                word in rule.fr
                for word in ("pouvez", "rien à faire", "médecin", "contactez", "répondre")
            )
