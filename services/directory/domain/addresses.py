"""Where an extract says that a structure is."""

import re
from collections.abc import Mapping

FRANCE = {"", "99000", "99100"}
"""The French Republic, overseas too, by TRE_R20 (ANS) and by INSEE; many lines of it have none."""
_ROUTING = re.compile(
    r"(?:(?P<postal_code>\d{5}) +)?(?P<town>.*?\S)(?: +CEDEX(?: +\d+)?)?", re.ASCII | re.IGNORECASE
)
"""The routing line of a French address (NF Z10-011): postal code, town, CEDEX."""
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


def routed(told: Mapping[str, str]) -> dict[str, str | None]:
    """Postal code and town of an entry of FINESS: the town is in the routing line, with its
    postal code where that is named nowhere else.
    """
    line = _ROUTING.fullmatch(told.get("routing", ""))
    of_line = line.groupdict() if line else {"postal_code": None, "town": None}
    return {**of_line, "postal_code": told.get("postal_code") or of_line["postal_code"]}


def street(told: Mapping[str, str]) -> str | None:
    """What an entry of FINESS says above postal code and town, on one line."""
    number = f"{told.get('number', '')}{told.get('number_suffix', '')}"
    way = " ".join(part for part in (number, told.get("way_type"), told.get("way")) if part)
    lines = (told.get("building"), way, told.get("locality"))
    return ", ".join(line for line in lines if line) or None
