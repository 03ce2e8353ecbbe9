"""From an entry of FINESS, the national register of establishments, to what it says.

Sources: ANS, FINESS+ structures flow (schema v1, 2026) for the codes of state and of dates;
DREES, etalab_cs1100502, for the flat file it followed, where 1900-01-01 is no date.
"""

import re
from datetime import date
from typing import Literal

from services.directory.application.log import DirectoryLog
from services.directory.application.row_values import Saying, fit, only
from services.directory.contract.importing import ExtractRow
from services.directory.contract.parts import FacilityDescription
from services.directory.domain.addresses import routed, street
from shared.kernel.errors import InvalidRequest
from shared.kernel.french import FRANCE

INACTIVE = "I"
"""TRE_R386, administrative state of an entry; A is active."""
NO_DATE = "1900-01-01"
_DATE = re.compile(r"(\d{4}-\d\d-\d\d)(?:T.*)?", re.ASCII)
_BETWEEN_NUMBERS = re.compile(r"[/;,]")
_SEPARATORS = re.compile(r"[\s().-]")
_PHONE = re.compile(r"\+?\d{4,15}", re.ASCII)
"""At most fifteen digits (ITU-T E.164)."""
_SECTOR_AND_MAILBOXES = {"sector", "mailboxes"}
"""Of which FINESS does not speak."""


def establishment(log: DirectoryLog, row: ExtractRow) -> Saying:
    return _entry(log, row, "ET")


def legal_entity(log: DirectoryLog, row: ExtractRow) -> Saying:
    return _entry(log, row, "EJ")


def _entry(log: DirectoryLog, row: ExtractRow, level: Literal["EJ", "ET"]) -> Saying:
    told = row.fields
    closed_on = _day(told, "closed_on")
    today = log.clock.now().astimezone(FRANCE).date()
    said = fit(
        FacilityDescription,
        only(told, "name", "legal_entity", "siren", "siret", "category", "commune")
        | routed(told)
        | {
            "level": level,
            "address": street(told),
            "phone": _phone(told.get("phone", "")),
            "opened_on": _day(told, "opened_on"),
            "closed_on": closed_on,
            "open": told.get("state") != INACTIVE and not (closed_on and closed_on <= today),
            "described_by": "finess",
        },
    )
    log.check_structure(said["legal_entity"], None)
    return {name: value for name, value in said.items() if name not in _SECTOR_AND_MAILBOXES}


def _day(told: dict[str, str], name: str) -> date | None:
    text = told.get(name, NO_DATE)
    found = _DATE.fullmatch(text)
    try:
        day = date.fromisoformat(found[1] if found else text)
    except ValueError:
        raise InvalidRequest(fields={name: "is no date such as 2026-11-21"}) from None
    return None if day.isoformat() == NO_DATE else day


def _phone(text: str) -> str | None:
    """The first of several; what is no number is left out, as it is no fault of the entry."""
    number = _SEPARATORS.sub("", _BETWEEN_NUMBERS.split(text)[0])
    return number if _PHONE.fullmatch(number) else None
