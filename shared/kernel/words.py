"""How a name is found: without accents, capitals or hyphens, from its first letters on."""

import re
import unicodedata

PREFIX_MIN = 2
"""Letters a search word must have."""
PREFIX_MAX = 12
"""Letters of a name that are searchable from its beginning; the whole word always is."""


def words(text: str) -> list[str]:
    """``Anne-Lise LÉVÊQUE`` -> anne, lise, leveque."""
    plain = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("Œ", "OE"))
    letters = "".join(c for c in plain if not unicodedata.combining(c)).lower()
    return re.findall(r"[a-z0-9]+", letters)


def beginnings(text: str) -> set[str]:
    """All that a search word may be to find this text."""
    return {
        word[:length]
        for word in words(text)
        for length in (*range(PREFIX_MIN, min(len(word), PREFIX_MAX) + 1), len(word))
    }
