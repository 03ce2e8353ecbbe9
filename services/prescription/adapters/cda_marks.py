"""What a line of a CDA prescription is marked with: truth values of CI-SIS eP-MED-DM, each known by
its template or by its code (TA_ASIP)."""

from services.prescription.domain.marks import Mark
from shared.cda.tree import Element, attribute, child, children, has_template

TA_ASIP = "1.2.250.1.213.1.1.4.322"
TRUE, FALSE = {"true", "1"}, {"false", "0"}
_ENTRIES = {
    Mark.LONG_TERM_ILLNESS: ("1.2.250.1.213.1.1.3.48.13", "MED-574"),
    Mark.WORK_ACCIDENT: ("1.2.250.1.213.1.1.3.48.14", "GEN-180"),
    Mark.PREVENTION: ("1.2.250.1.213.1.1.3.48.34", "GEN-295"),
    Mark.NOT_REIMBURSED: ("1.2.250.1.213.1.1.3.48.15", "GEN-181"),
    Mark.OFF_LABEL: ("1.2.250.1.213.1.1.3.48.12", "GEN-179"),
}


def read_marks(act: Element) -> tuple[Mark, ...]:
    observed = list(children(act, "entryRelationship/observation"))
    return tuple(mark for mark in Mark if any(_says(one, mark) for one in observed))


def _says(observation: Element, mark: Mark) -> bool:
    """A mark that is denied (``negationInd``) says the contrary of its value."""
    template, code = _ENTRIES[mark]
    is_it = attribute(observation, "code", "code") == code and (
        attribute(observation, "code", "codeSystem") == TA_ASIP
    )
    value = child(observation, "value")
    if value is None or not (is_it or has_template(observation, {template})):
        return False
    is_denied = observation.get("negationInd") in TRUE
    return value.get("value", "").strip() in (FALSE if is_denied else TRUE)
