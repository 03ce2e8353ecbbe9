"""What people write, compared as they read it."""

import re
import unicodedata

from services.vault.domain.metadata import Metadata


def text_of(said: Metadata) -> str:
    """What is searched of a document, folded: its title, the names of authors and their
    institutions. What its type is called is not in it: names of types change."""
    names = [f"{a.family or ''} {a.given or ''} {a.institution_name or ''}" for a in said.authors]
    return folded(" ".join([said.title, *names]))


def says(text: str, label: str, words: str) -> bool:
    """All of ``words``, in any order, whatever their case and accents, in the text of a document
    or what its type is called; all three folded."""
    return all(word in text or word in label for word in words.split())


def folded(text: str) -> str:
    """For comparing what people write: without case, accents, ligatures; apostrophes alike."""
    letters = text.casefold()
    if letters.isascii():
        return letters
    for letter, plain in _LETTERS.items():
        letters = letters.replace(letter, plain)
    letters = _ACCENTS.sub("", unicodedata.normalize("NFKD", letters))
    return letters if letters.isascii() else _FURTHER.sub(_without_mark, letters)


def _without_mark(found: re.Match[str]) -> str:
    return "" if unicodedata.combining(found[0]) else found[0]


_LETTERS = {"œ": "oe", "æ": "ae", "’": "'", "\u02bc": "'"}
_ACCENTS = re.compile("[\u0300-\u034e\u0350-\u036f]")
"""Those of Europe, all of which combine with what stands before them."""
_FURTHER = re.compile("[\u0300-\U0010ffff]")
"""What else combines comes after the plain letters of Europe, too."""
