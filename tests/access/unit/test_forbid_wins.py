"""Property: rules may be added by a forbid, and never permit more for it."""

from hypothesis import given, settings
from hypothesis import strategies as st

from services.access.adapters.cedar import CedarRules, read_policies
from services.access.domain.grants import Status
from services.access.domain.rights import Rights
from shared.kernel.actor import Actor
from tests.access.support.judging import (
    HOUR,
    NOW,
    PARAMETERS,
    ask,
    consent,
    document,
    rights,
    rules,
)
from tests.access.support.people import (
    DENTIST,
    DOCTOR,
    HOSPITAL,
    MOTHER,
    PATIENT,
    REGULATOR,
    SECRETARY,
    SOFTWARE,
    SUPPORT,
)

CONDITIONS = st.sampled_from(
    [
        "true",
        'resource.kind == "document"',
        'resource.confidentiality.contains("N")',
        'context.record_status == "open"',
        "context.blocked",
        "principal is Patient",
        "context has consent",
        'context.matrix.read == "yes"',
    ]
)
ACTORS = st.sampled_from(
    [DOCTOR, DENTIST, REGULATOR, PATIENT, MOTHER, SOFTWARE, SECRETARY, SUPPORT]
)
CODES = st.lists(
    st.sampled_from(["N", "MASQUE_PS", "INVISIBLE_PATIENT", "INVISIBLE_REPRESENTANTS_LEGAUX"]),
    max_size=2,
)


@st.composite
def records(draw: st.DrawFn) -> Rights:
    made = rights(draw(st.sampled_from(Status)))
    if draw(st.booleans()):
        made.name_treating_doctor(DOCTOR.id, by=PATIENT)
    if made.is_active and draw(st.booleans()):
        made.declare_consent(consent(HOSPITAL, NOW + HOUR, facility=True), by=PATIENT)
    if draw(st.booleans()):
        made.oppose_feeding(None, "a reason", on=True, waits=False, by=PATIENT)
    return made


@settings(max_examples=60, deadline=None)
@given(
    record=records(),
    actor=ACTORS,
    codes=CODES,
    class_=st.sampled_from(["10", "11", "95", ""]),
    action=st.sampled_from(["read", "feed", "manage"]),
    mode=st.sampled_from(["normal", "regulation"]),
    condition=CONDITIONS,
)
def test_adding_a_forbid_never_permits_more(
    record: Rights,
    actor: Actor,
    codes: list[str],
    class_: str,
    action: str,
    mode: str,
    condition: str,
) -> None:
    """
    Forbid wins over permit: an operator who adds a prohibition cannot open anything by it.
    """
    item = document(confidentiality=codes, **{"class": class_})
    before = ask(record, actor, item, action=action, mode=mode)
    after = ask(record, actor, item, action=action, mode=mode, by_rules=forbidding(condition))

    assert not (after["permit"] and not before["permit"])


def test_no_rule_at_all_gives_no_access() -> None:
    """
    DESIGN 8: no rule, no access, not even for the person.
    """
    empty = {name: text for name, text in read_policies().items() if not name.endswith(".cedar")}
    none = CedarRules(empty, PARAMETERS)

    assert ask(rights(), PATIENT, by_rules=none) == {"permit": False, "rules": ["no_rule"]}
    assert ask(rights(), PATIENT, by_rules=rules())["permit"]


_FORBIDDING: dict[str, CedarRules] = {}


def forbidding(condition: str) -> CedarRules:
    if condition not in _FORBIDDING:
        added = (
            '@id("added") @law("a test") @fr("Non.") @en("No.")\n'
            f"forbid (principal, action, resource) when {{ {condition} }};"
        )
        _FORBIDDING[condition] = CedarRules({**read_policies(), "added.cedar": added}, PARAMETERS)
    return _FORBIDDING[condition]
