"""The codes a registration may use."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.kernel.errors import InvalidRequest


@dataclass(frozen=True, kw_only=True)
class Codes:
    """``professions``: (code, in training) -> French name; ``specialties``: code -> profession;
    ``sectors``: code -> French name.
    """

    professions: Mapping[tuple[str, bool], str]
    specialties: Mapping[str, str]
    sectors: Mapping[str, str]

    def check_profession(self, code: str, *, in_training: bool, specialty: str | None) -> None:
        if (code, in_training) not in self.professions:
            raise InvalidRequest(fields={"profession": "is no known code"})
        if specialty is not None and self.specialties.get(specialty) != code:
            raise InvalidRequest(fields={"specialty": "is no code of this profession"})

    def check_skill(self, code: str) -> None:
        if code not in self.specialties:
            raise InvalidRequest(fields={"skill": "is no known code"})

    def check_sector(self, code: str | None) -> None:
        if code is not None and code not in self.sectors:
            raise InvalidRequest(fields={"sector": "is no known code"})
