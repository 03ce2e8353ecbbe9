"""The national health identity (INS): matricule, key and OID.

Source: "Référentiel Identifiant national de santé"; key and Corsica as in CNAM's published
NIR validation; OIDs of the ANS register under 1.2.250.1.213.1.4.
"""

import re
from dataclasses import dataclass

INS_NIR = "1.2.250.1.213.1.4.8"
INS_NIA = "1.2.250.1.213.1.4.9"
INS_NIR_TEST = "1.2.250.1.213.1.4.10"
INS_NIR_DEMO = "1.2.250.1.213.1.4.11"

PRODUCTION_OIDS = frozenset({INS_NIR, INS_NIA})
"""A production endpoint takes these alone, and a test endpoint never takes them."""
TEST_OIDS = frozenset({INS_NIR_TEST, INS_NIR_DEMO})

# Months 20 to 99 are pseudo-months of an incomplete civil status; 7 and 8 open a NIA.
# ASCII: \d would take the digits of every script, and give one person several spellings.
_FORM = re.compile(r"[123478]\d{2}(0[1-9]|1[0-2]|[2-9]\d)(\d{2}|2[AB])\d{8}", re.ASCII)
_CORSICA = {"2A": "19", "2B": "18"}


class InvalidIns(ValueError):
    """The text is not an INS; the message never repeats it."""


@dataclass(frozen=True, repr=False)
class Ins:
    """``value``: 13 characters of matricule and 2 of key, as transmitted. Never printed."""

    value: str
    oid: str

    @classmethod
    def parse(cls, text: str, oid: str, *, strict_key: bool = True) -> "Ins":
        """Check form, OID and key.

        Several official sample ids have a false key, so ``strict_key`` is a setting per OID.
        Nothing is checked against sex or birth: the first digits prove nothing of either.
        """
        value = re.sub(r"\s", "", text).upper()
        if oid not in PRODUCTION_OIDS | TEST_OIDS:
            raise InvalidIns("the OID is not one of INS-NIR, INS-NIA, test or demo")
        if not _FORM.fullmatch(value):
            raise InvalidIns("an INS is 13 characters of matricule and 2 digits of key")
        if strict_key and control_key(value[:13]) != value[13:]:
            raise InvalidIns("the key does not match the matricule")
        return cls(value, oid)

    def __repr__(self) -> str:
        return "Ins(...)"


def control_key(matricule: str) -> str:
    """Two digits: 97 - (n mod 97), department 2A counted as 19 and 2B as 18."""
    department = _CORSICA.get(matricule[5:7], matricule[5:7])
    return f"{97 - int(matricule[:5] + department + matricule[7:]) % 97:02d}"
