"""In what the work of two answers that say the same may differ, and why it is left so."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from tests.trust.attackers.counting import Taken


@dataclass(frozen=True)
class Left:
    """``asked``: what was called; ``work``: service, method and what it took; both with ``*``."""

    asked: str
    work: str
    reason: str

    def covers(self, asked: str, work: str) -> bool:
        return fnmatchcase(asked, self.asked) and fnmatchcase(work, self.work)


@dataclass
class Differences:
    """Met by a test. ``met``: by method asked, what differed and by how much at most."""

    left: tuple[Left, ...]
    met: dict[str, dict[str, int]] = field(default_factory=dict)
    new: list[tuple[str, str, int]] = field(default_factory=list)

    def note(self, asked: str, differs: Taken) -> None:
        for (service, method, what), times in differs.items():
            work = f"{service}.{method} {what}"
            known = self.met.setdefault(asked, {})
            known[work] = max(times, known.get(work, 0))
            if not any(one.covers(asked, work) for one in self.left):
                self.new.append((asked, work, times))


@contextmanager
def none_but(left: tuple[Left, ...], figures: dict[str, Any]) -> Iterator[Differences]:
    """What a test meets is among its figures; what is not in the table fails it."""
    found = Differences(left)
    yield found
    figures["differs"] = found.met
    assert not found.new, found.new


READ_AND_LEFT_OUT = (
    Left("*", "* rows of *", "what is there is read before it is decided on, then left out"),
    Left("*", "* seal opened", "the same: it is sealed"),
    Left(
        "*",
        "vault.* SELECT id, doc FROM documents_*",
        "once, where there are documents of any kind",
    ),
)
ONE_STREAM = (
    Left(
        "*", "* SELECT [*] FROM stored_events WHERE originator_id=*", "who has a record has streams"
    ),
    Left("*", "* BEGIN", "each is read in a transaction"),
    Left("*", "* HMAC", "the id of the record that nobody has, where nothing is there"),
)
KEPT = Left("*", "* kept", "what is read is kept as soon as two events are new, whoever reads then")
STRANGERS = (
    KEPT,
    *READ_AND_LEFT_OUT,
    *ONE_STREAM,
    Left("prescription.replace", "prescription.replace SELECT *", "wrong numbers are counted"),
)
HIDDEN = (
    KEPT,
    *READ_AND_LEFT_OUT,
    *ONE_STREAM,
    Left("vault.create_folder", "vault.create_folder *", "who first arranges anything begins it"),
    Left("catalogue.authorise", "access.rights *", "asked again until access has applied it"),
    Left("identity.close", "access.rights *", "the same"),
    Left("vault.deposit", "access.decide *", "whether they may see the double of what they put in"),
    Left("vault.deposit", "vault.deposit *", "the same: it is read"),
)
"""Nothing else: no call, save, request to the object store or other statement more or less."""
