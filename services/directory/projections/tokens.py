"""How names and places are found without being readable: keyed tokens."""

from collections.abc import Iterable

from services.directory.domain.areas import departement, departement_of_commune
from shared.crypto.tokens import mac_of, token_with
from shared.kernel.errors import InvalidRequest
from shared.kernel.words import beginnings, words


class Tokens:
    """``secret``: of the service; the same words give the same tokens to it alone."""

    def __init__(self, secret: bytes) -> None:
        self._mac = mac_of(secret)

    def name(self, text: str) -> list[str]:
        """All that a search word may be to find this name."""
        return sorted(token_with(self._mac, "word", word) for word in beginnings(text))

    def places(
        self,
        values: Iterable[str | None],
        postal_codes: Iterable[str | None],
        commune: str | None = None,
    ) -> list[str]:
        """Each value as it is, and the département: of the commune where that is known, else of
        each postal code.
        """
        areas = [departement(code) for code in postal_codes if code]
        if commune:
            areas = [departement_of_commune(commune)]
        known = {normal(value) for value in (*values, *postal_codes, *areas) if value}
        return sorted(self.place(value) for value in known)

    def place(self, text: str) -> str:
        return token_with(self._mac, "place", normal(text))

    def asked(self, text: str, shortest: int) -> list[str]:
        """One for each word searched for; ``InvalidRequest`` if one is too short."""
        asked = words(text)
        if not asked or min(map(len, asked)) < shortest:
            raise InvalidRequest(fields={"text": f"each word has at least {shortest} letters"})
        return [token_with(self._mac, "word", word) for word in asked]


def normal(place: str) -> str:
    return " ".join(words(place))
