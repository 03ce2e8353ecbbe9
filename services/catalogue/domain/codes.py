"""The codes that descriptions and finalities may name."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

from services.catalogue.domain.finality import Finality
from shared.kernel.errors import InvalidRequest


@dataclass(frozen=True)
class Codes:
    """``categories``: by scope."""

    themes: Set[str]
    regions: Set[str]
    categories: Mapping[str, Set[str]]

    def check(
        self, themes: Iterable[str], regions: Iterable[str], finalities: Sequence[Finality]
    ) -> None:
        """Raise :class:`InvalidRequest` naming each field with an unknown code."""
        wrong: dict[str, str] = {}
        if not set(themes) <= self.themes:
            wrong["description.themes"] = "unknown code"
        if not set(regions) <= self.regions:
            wrong["description.regions"] = "unknown code"
        for finality in finalities:
            for exchange in finality["exchanges"]:
                if not set(exchange["categories"]) <= self.categories[exchange["scope"]]:
                    place = f"finalities.{finality['code']}.{exchange['scope']}"
                    wrong[place] = "unknown category"
        codes = [finality["code"] for finality in finalities]
        if len(set(codes)) < len(codes):
            wrong["finalities"] = "each code once"
        if wrong:
            raise InvalidRequest(fields=wrong)
