"""Compares the names of readers and of records, from the stores; no name leaves this module."""

import unicodedata
from functools import lru_cache
from hashlib import sha256
from uuid import UUID

from scripts.cli.audit_told import Reader

REMEMBERED = 100_000
Names = tuple[bytes, bytes]
"""Digests of the family name and of the first given name: short, and not to be read."""


class StoredLikeness:
    """Professionals are held in memory, 16 bytes each; records are looked up as they come."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._professionals: dict[str, Names] | None = None
        self._record = lru_cache(REMEMBERED)(self._look_up)

    def is_own(self, professional: str, record: UUID) -> bool:
        who = self._of(professional)
        return who is not None and any(who == names for names in self._record(record))

    def same_family(self, professional: str, record: UUID) -> bool:
        who = self._of(professional)
        return who is not None and any(who[0] == names[0] for names in self._record(record))

    def _of(self, professional: str) -> Names | None:
        if self._professionals is None:
            self._professionals = dict(self._all())
        return self._professionals.get(professional)

    def _all(self) -> list[tuple[str, Names]]:
        topics = ("directory.professional_registered", "directory.professional_changed")
        return [
            (
                opened.event.national_id,
                _names(
                    opened.event.description["family_name"], opened.event.description["given_name"]
                ),
            )
            for opened in self._reader.opened("directory", topics=topics)
            if opened.event is not None
        ]

    def _look_up(self, record: UUID) -> frozenset[Names]:
        """Of birth, and in use."""
        found: set[Names] = set()
        for opened in self._reader.stream("identity", record):
            traits = getattr(opened.event, "traits", None)
            if isinstance(traits, dict):
                found.add(_names(traits["birth_name"], traits["first_given_name"]))
                found.add(_names(traits["used_name"], traits["used_given_name"]))
        return frozenset(found)


def _names(family: str, given: str) -> Names:
    return _digest(family), _digest(given)


def _digest(name: str) -> bytes:
    letters = unicodedata.normalize("NFD", name).upper()
    plain = "".join(c if c.isalnum() else " " for c in letters if not unicodedata.combining(c))
    return sha256(" ".join(plain.split()).encode()).digest()[:8]
