"""Names of professionals and facilities, asked of the directory when a line is shown."""

from collections.abc import Iterable, Mapping

from shared.kernel.clock import Clock
from shared.kernel.errors import InvalidRequest, NotFound, Refusal
from shared.rpc.client import RpcClient

_KEPT = 600.0
"""Seconds a name is remembered; names seldom change, and a journal names the same few."""
_MANY = 10_000


class RemoteNames:
    """A journal is read also when the directory does not answer: the profession is shown then."""

    def __init__(self, client: RpcClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._known: dict[str, tuple[float, str]] = {}

    def of(self, national_ids: Iterable[str]) -> Mapping[str, str]:
        found = {id_: self._name(id_) for id_ in sorted(national_ids)}
        return {id_: name for id_, name in found.items() if name}

    def _name(self, national_id: str) -> str | None:
        now = self._clock.now().timestamp()
        asked_at, name = self._known.get(national_id, (0.0, ""))
        if now - asked_at > _KEPT:
            try:
                name = self._ask(national_id)
            except Refusal:
                return None
            if len(self._known) >= _MANY:
                self._known.clear()
            self._known[national_id] = (now, name)
        return name

    def _ask(self, national_id: str) -> str:
        """An id may be of either: the professional comes first, as in the directory."""
        try:
            found = self._client.call("directory", "get_professional", {"national_id": national_id})
        except (NotFound, InvalidRequest):
            facility = self._client.call("directory", "get_facility", {"structure": national_id})
            return str(facility["name"])
        return f"{found['given_name']} {found['family_name']}".strip()
