"""The plan in the words of the person it is for."""

from datetime import date, datetime, time, timedelta

from services.agenda.domain.prevention.person import State
from services.agenda.domain.prevention.plan import Item, Timing
from services.agenda.domain.prevention.rule import Requirement, Table
from shared.kernel.french import FRANCE, french_day

_FAR = timedelta(days=5 * 365)
"""A last day beyond that says nothing to anybody."""
_DAY = timedelta(days=1)

LATE_FR = (
    "La date conseillée est passée, mais un rattrapage reste possible : parlez-en à un"
    " professionnel de santé."
)
REQUIREMENT_FR = {
    Requirement.MANDATORY: "Obligatoire",
    Requirement.RECOMMENDED: "Recommandé",
    Requirement.SUGGESTED: "Conseillé",
    Requirement.MAY_BE_PROPOSED: "Peut être proposé",
}


def when_fr(item: Item, table: Table, today: date) -> str:
    """One sentence: when it is to be done, or was."""
    if item.state is State.DONE:
        return f"Fait le {_day(item.done_on)}." if item.done_on else "Fait."
    if item.timing is Timing.WAITING and item.rule.after:
        first = table.by_id[item.rule.after.of].label
        return f"À prévoir après : {first}."
    last = item.end - _DAY
    if item.timing is Timing.UPCOMING:
        if last - item.start > _FAR:
            return f"À prévoir à partir du {_day(item.start)}."
        return f"À prévoir entre le {_day(item.start)} et le {_day(last)}."
    if item.timing is Timing.DUE:
        return (
            "À faire dès maintenant."
            if last - today > _FAR
            else f"À faire avant le {_day(item.end)}."
        )
    if item.timing is Timing.LATE:
        return LATE_FR
    return f"La période prévue s’est terminée le {_day(item.limit - _DAY)}."


def _day(day: date) -> str:
    return french_day(datetime.combine(day, time(12), FRANCE))
