"""Which hosts an address names, and whether the operator declared them as hosting places.

Health data is hosted by certified hosts only (CSP L.1111-8): in production a service that is
given a host outside the declared list does not start.
"""

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

from shared.kernel.settings import SettingsError

_KEYWORD = re.compile(r"\b(?:host|hostaddr)\s*=\s*('[^']*'|[^\s']*)")
"""PostgreSQL 15, 34.1.1.1: spaces around the sign are left out, and a value may stand in quotes."""


def hosts_of(address: str) -> set[str]:
    """Hosts of a URI (several with commas, as MongoDB writes them) or of a libpq ``host=`` text."""
    if "://" not in address:
        told = (value.strip("'") for value in _KEYWORD.findall(address))
        return {host for value in told for host in value.split(",")} - {""}
    parts = urlsplit(address)
    places = parts.netloc.rpartition("@")[2].split(",")
    named = {host for place in places if (host := urlsplit(f"//{place}").hostname)}
    return named | _hosts_of_query(parts.query)


def _hosts_of_query(query: str) -> set[str]:
    """libpq connects to these, whatever stands before them; a path is a socket of this machine."""
    told = (value for name, value in parse_qsl(query) if name in {"host", "hostaddr"})
    return {host for value in told for host in value.split(",") if not host.startswith("/")} - {""}


def require_declared(addresses: Mapping[str, str | None], declared: frozenset[str]) -> None:
    """``addresses``: by the name of the variable. Raise :class:`SettingsError` naming the first
    host that was not declared."""
    for variable, address in addresses.items():
        if undeclared := hosts_of(address or "") - declared:
            raise SettingsError(
                f"{variable} names {min(undeclared)}, which is not in CARNET_HOSTING_PLACES"
            )
