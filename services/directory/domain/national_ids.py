"""National ids of professionals (PS_IdNat) and of facilities (FINESS).

Source: ANS, "PS_IdNat" and "Struct_IdNat" (a digit that says which register, then the number
in it). RPPS and FINESS end with a Luhn digit; many official sample ids have a false one.
"""

import re
from dataclasses import dataclass

from services.directory.domain.errors import InvalidNationalId

_RPPS = re.compile(r"8\d{11}", re.ASCII)
_ADELI = re.compile(r"0\d[0-9AB]\d{7}", re.ASCII)
_INTERNAL = re.compile(
    r"(?:3\d[0-9AB]\d{7}|4\d{9}|5\d{14})/?\w{1,30}|[16]\d{9,17}/?\w{0,30}", re.ASCII
)
"""3, 4, 5: FINESS, SIREN, SIRET and the id inside; 1, 6: practice and the id inside."""
_FINESS = re.compile(r"\d[0-9AB]\d{7}", re.ASCII)


@dataclass(frozen=True)
class NationalIdRules:
    """``strict``: the check digits of RPPS and FINESS must match."""

    strict: bool

    def check_professional(self, national_id: str) -> None:
        if not any(form.fullmatch(national_id) for form in (_RPPS, _ADELI, _INTERNAL)):
            raise InvalidNationalId(
                fields={"national_id": "is not a PS_IdNat, such as 8 and an RPPS of 11 digits"}
            )
        if self.strict and _RPPS.fullmatch(national_id) and not luhn(national_id[1:]):
            raise InvalidNationalId(fields={"national_id": "the check digit of the RPPS is wrong"})

    def check_facility(self, finess: str) -> None:
        """The check digit of Corsica is disputed between sources, so it is not checked."""
        if not _FINESS.fullmatch(finess):
            raise InvalidNationalId(fields={"finess": "is not 9 characters of FINESS"})
        if self.strict and finess.isdigit() and not luhn(finess):
            raise InvalidNationalId(fields={"finess": "the check digit is wrong"})


def luhn(digits: str) -> bool:
    """ISO/IEC 7812-1, annex B: from the right, every second digit doubled, sum ends with 0."""
    doubled = (int(d) * (1 + place % 2) for place, d in enumerate(reversed(digits)))
    return sum(n - 9 if n > 9 else n for n in doubled) % 10 == 0
