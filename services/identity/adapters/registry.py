"""A national registry in a file: stands for INSi on one machine, and in tests.

The format is described in ``data/README.md``. Lots are kept in this process until it ends, as
INSi keeps them for a while.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from services.identity.domain.insi import (
    CardReading,
    InsiAnswer,
    InsiCode,
    InsiRefused,
    InsiTimedOut,
    InsiUnreachable,
    LotUnknown,
    NationalIdentity,
    Sought,
)
from services.identity.domain.names import comparable
from services.identity.domain.traits import Traits
from shared.kernel.errors import InvalidRequest, Refusal
from shared.kernel.ins_rules import InsRules
from shared.kernel.settings import SettingsError

COLUMNS = (
    *("ins", "oid", "birth_name", "birth_given_names", "first_given_name", "sex"),
    *("birth_date", "birth_place", "card", "beneficiary", "failure"),
)
FAILURES: dict[str, type[Refusal]] = {
    "timed_out": InsiTimedOut,
    "unreachable": InsiUnreachable,
    "refused": InsiRefused,
}


@dataclass(frozen=True, kw_only=True, repr=False)
class Entry:
    identity: NationalIdentity
    card: tuple[str, str]
    failure: str

    def fits(self, sought: Sought) -> bool:
        traits = self.identity.traits
        given = comparable(traits.birth_given_names)
        first = comparable(traits.first_given_name)
        return (
            comparable(traits.birth_name) == comparable(sought.birth_name)
            and comparable(sought.given_name) in {given, first, *given.split()}
            and traits.sex == sought.sex
            and traits.birth_date == sought.birth_date
            and sought.birth_place in {None, traits.birth_place}
        )

    def told(self) -> InsiAnswer:
        if self.failure:
            raise FAILURES[self.failure]
        return InsiAnswer(InsiCode.ONE, self.identity)


class RegistryFile:
    def __init__(self, file: Path, ins_rules: InsRules) -> None:
        self._entries = _read(file, ins_rules)
        self._lots: dict[str, Sequence[NationalIdentity]] = {}

    def by_card(self, reading: CardReading) -> InsiAnswer:
        wanted = (reading.serial, str(reading.beneficiary))
        return _one_of([entry for entry in self._entries if entry.card == wanted])

    def by_traits(self, sought: Sought) -> InsiAnswer:
        return _one_of([entry for entry in self._entries if entry.fits(sought)])

    def verify(self, identity: NationalIdentity) -> bool:
        for entry in self._entries:
            if entry.identity.ins == identity.ins:
                entry.told()
                return entry.identity.traits.strict == identity.traits.strict
        return False

    def submit(self, lot: Sequence[NationalIdentity]) -> str:
        number = uuid4().hex
        self._lots[number] = lot
        return number

    def collect(self, number: str) -> Sequence[bool] | None:
        """Ready at once; nobody is out of reach one by one in a lot."""
        if number not in self._lots:
            raise LotUnknown
        known = {e.identity.ins: e.identity.traits.strict for e in self._entries}
        return [known.get(i.ins) == i.traits.strict for i in self._lots.pop(number)]


def _one_of(found: Sequence[Entry]) -> InsiAnswer:
    if len(found) == 1:
        return found[0].told()
    return InsiAnswer(InsiCode.SEVERAL if found else InsiCode.NONE)


def _read(file: Path, ins_rules: InsRules) -> list[Entry]:
    with file.open(encoding="utf-8", newline="") as text:
        rows = csv.DictReader(text)
        if tuple(rows.fieldnames or ()) != COLUMNS:
            raise SettingsError(f"{file}: the columns are {', '.join(COLUMNS)}")
        return [_entry(row, f"{file} line {rows.line_num}", ins_rules) for row in rows]


def _entry(row: dict[str, str], where: str, ins_rules: InsRules) -> Entry:
    try:
        ins = ins_rules.parse(row["ins"], row["oid"])
    except InvalidRequest as wrong:
        raise SettingsError(f"{where}: {', '.join(wrong.fields)} is not accepted here") from None
    if row["failure"] not in {"", *FAILURES}:
        raise SettingsError(f"{where}: a failure is one of {', '.join(FAILURES)}")
    strict = {name: row[name] for name in COLUMNS[2:8]}
    traits = Traits(**strict, used_name=row["birth_name"], used_given_name=row["first_given_name"])
    return Entry(
        identity=NationalIdentity(ins=ins, traits=traits),
        card=(row["card"], row["beneficiary"]),
        failure=row["failure"],
    )
