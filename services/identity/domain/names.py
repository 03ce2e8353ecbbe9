"""Names as they compare: however they were typed, the same letters."""

import unicodedata

_LIGATURES = str.maketrans({"Œ": "OE", "Æ": "AE", "œ": "oe", "æ": "ae"})


def comparable(name: str) -> str:
    """A to Z and single spaces: no accents; hyphens and apostrophes count as spaces."""
    letters = unicodedata.normalize("NFKD", name.translate(_LIGATURES)).upper()
    kept = "".join(c if "A" <= c <= "Z" else " " for c in letters if not unicodedata.combining(c))
    return " ".join(kept.split())
