"""National ids of professionals (PS_IdNat) and of facilities (FINESS, Struct_IdNat).

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
_SIRET = re.compile(r"3\d{14}", re.ASCII)
_STRUCTURE = re.compile(r"[0-9A-Z][0-9A-Za-z/_-]{5,49}", re.ASCII)
"""Others than FINESS and SIRET: 0 and the number of an ADELI practice, 2 and a SIREN, 4 and an
RPPS with a rank, or the directory's own number of the structure."""
_SIREN = {"2", "SIREN"}
"""TRE_G07 (ANS), kinds of numbers of structures: the code, and its name."""
LA_POSTE = "356000000"
"""Its establishments alone have a SIRET without a Luhn digit."""


_CORSICA = str.maketrans({"A": "1", "B": "2"})
"""No text that we found says what a letter counts for. Taken as its place in the alphabet, the
digit of the published Corsican numbers that we know is right; as 0, or as 19 and 18 like in an
INS, it is not."""


@dataclass(frozen=True)
class NationalIdRules:
    """``strict``: the check digits of RPPS and FINESS must match; those of Corsican FINESS
    only with ``strict_corsica``, since that rule is known from examples alone.
    """

    strict: bool
    strict_corsica: bool = False

    def check_professional(self, national_id: str) -> None:
        if not any(form.fullmatch(national_id) for form in (_RPPS, _ADELI, _INTERNAL)):
            raise InvalidNationalId(
                fields={"national_id": "is not a PS_IdNat, such as 8 and an RPPS of 11 digits"}
            )
        if self.strict and _RPPS.fullmatch(national_id) and not luhn(national_id[1:]):
            raise InvalidNationalId(fields={"national_id": "the check digit of the RPPS is wrong"})

    def check_facility(self, finess: str, field: str = "finess") -> None:
        if not _FINESS.fullmatch(finess):
            raise InvalidNationalId(fields={field: "is not 9 characters of FINESS"})
        checked = self.strict if finess.isdigit() else self.strict and self.strict_corsica
        if checked and not luhn(finess.translate(_CORSICA)):
            raise InvalidNationalId(fields={field: "the check digit is wrong"})

    def check_structure(self, structure: str) -> None:
        """The field that is wrong is ``finess``, or ``structure`` of one that has none."""
        if structure.startswith("1"):
            self.check_facility(structure[1:])
        elif not _STRUCTURE.fullmatch(structure):
            raise InvalidNationalId(
                fields={"structure": "is no Struct_IdNat, such as 3 and a SIRET"}
            )
        elif self.strict and _SIRET.fullmatch(structure) and not _is_siret(structure[1:]):
            raise InvalidNationalId(fields={"structure": "the check digit of the SIRET is wrong"})


def finess_of(structure: str) -> str | None:
    """The FINESS in a Struct_IdNat that begins with 1."""
    finess = structure[1:]
    return finess if structure[:1] == "1" and _FINESS.fullmatch(finess) else None


def structure_of(number: str, register: str | None = None) -> str:
    """The Struct_IdNat of a bare FINESS or SIRET; any other number is one already. Nine digits
    are those of a SIREN where the register is said to be that.
    """
    if register in _SIREN and len(number) == len(LA_POSTE):
        return f"2{number}"
    if _FINESS.fullmatch(number):
        return f"1{number}"
    return f"3{number}" if len(number) == 14 and number.isdigit() else number


def _is_siret(digits: str) -> bool:
    return luhn(digits) or digits.startswith(LA_POSTE)


def luhn(digits: str) -> bool:
    """ISO/IEC 7812-1, annex B: from the right, every second digit doubled, sum ends with 0."""
    doubled = (int(d) * (1 + place % 2) for place, d in enumerate(reversed(digits)))
    return sum(n - 9 if n > 9 else n for n in doubled) % 10 == 0
