"""Which hosts an address names, and whether the operator declared them as hosting places.

Health data is hosted by certified hosts only (CSP L.1111-8): in production a service that is
given a host outside the declared list does not start.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

from shared.kernel.settings import SettingsError


def hosts_of(address: str) -> set[str]:
    """Hosts of a URI (several with commas, as MongoDB writes them) or of a libpq ``host=`` text."""
    if "://" not in address:
        words = dict(word.partition("=")[::2] for word in address.split())
        return {
            host for name in ("host", "hostaddr") for host in words.get(name, "").split(",")
        } - {""}
    places = urlsplit(address).netloc.rpartition("@")[2].split(",")
    return {host for place in places if (host := urlsplit(f"//{place}").hostname)}


def require_declared(addresses: Mapping[str, str | None], declared: frozenset[str]) -> None:
    """``addresses``: by the name of the variable. Raise :class:`SettingsError` naming the first
    host that was not declared."""
    for variable, address in addresses.items():
        if undeclared := hosts_of(address or "") - declared:
            raise SettingsError(
                f"{variable} names {min(undeclared)}, which is not in CARNET_HOSTING_PLACES"
            )
