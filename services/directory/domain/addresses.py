"""Where an extract says that a structure is."""

import re
from collections.abc import Mapping

FRANCE = {"", "99000", "99100"}
"""The French Republic, overseas too, by TRE_R20 (ANS) and by INSEE; many lines of it have none."""
_LAST_LINE = re.compile(r"\d{5} +(?P<town>.*?\S)(?: +CEDEX(?: +\d+)?)?", re.ASCII | re.IGNORECASE)


def located(told: Mapping[str, str]) -> dict[str, str | None]:
    """Postal code and town.

    Abroad there is no postal code: one of five digits would stand for a French département, and
    any other is no fault of the line. A town that is not named is that of the last line of the
    address (postal code, town, CEDEX): lines that come from ADELI have no other.
    """
    last = _LAST_LINE.fullmatch(told.get("delivery_line", ""))
    return {
        "postal_code": told.get("postal_code") if told.get("country", "") in FRANCE else None,
        "town": told.get("town") or (last["town"] if last else None),
    }
