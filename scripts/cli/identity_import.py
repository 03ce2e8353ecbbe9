"""Announces the people of a file, hundred by hundred, and goes on where it stood.

What became of each line is kept in a file beside, which begins with a random id of the import: a
run that broke off counts the lines there. A hundred that was sent but not noted is sent again with
the same ``request_id``, and gets its first answers; a file that was changed meanwhile is refused.
"""

import csv
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4, uuid5

from scripts.cli.one_import import only_one
from scripts.cli.patience import GaveUp, patiently
from services.identity.contract.announcing import BATCH_MAX

TRAITS = (
    *("birth_name", "birth_given_names", "first_given_name", "sex", "birth_date", "birth_place"),
    *("used_name", "used_given_name"),
)
REST = (
    *("ins", "oid", "email", "phone", "checked_with"),
    *("notice_sent_at", "notice_channel", "area"),
)
REQUIRED = frozenset(TRAITS[:6])
MARK = "# import "
OUTCOME = ("line", "record_id", "opens_at", "code", "reasons")

LONGEST = 65_536
"""Bytes of a line."""

Row = dict[str, Any]
Announce = Callable[[UUID, Sequence[Row]], Mapping[str, Any]]
"""(request_id, rows) -> the answer of ``identity.announce_records``."""


class NotThisFile(Exception):
    """The file is not one of people to announce; says where."""


class ImportBroken(Exception):
    """Identity could not be reached any more; the same command goes on from there."""


@dataclass(frozen=True)
class Batch:
    """``first``: number of its first line of data, from 1. ``read``: bytes of the file so far."""

    first: int
    rows: Sequence[Row]
    read: int


@dataclass(frozen=True)
class Reached:
    """``read``: bytes of the file; ``announced`` and ``refused``: of the lines just answered."""

    read: int
    announced: int
    refused: int


def batches(file: Path) -> Iterator[Batch]:
    """One at a time: a file of any size takes the memory of a hundred lines."""
    with file.open("rb") as content:
        read = 0

        def lines() -> Iterator[str]:
            nonlocal read
            for number, raw in enumerate(iter(lambda: content.readline(LONGEST), b"")):
                read += len(raw)
                if len(raw) == LONGEST:
                    raise NotThisFile(f"line {number + 1} is longer than {LONGEST:,} bytes")
                try:
                    yield raw.decode("utf-8-sig" if number == 0 else "utf-8")
                except UnicodeDecodeError:
                    raise NotThisFile(f"line {number + 1} is not UTF-8") from None

        rows: list[Row] = []
        first = 1
        table = csv.DictReader(lines())
        _check_columns(table.fieldnames or ())
        for line in _read(table):
            rows.append(_row(line))
            if len(rows) == BATCH_MAX:
                yield Batch(first, rows, read)
                first, rows = first + BATCH_MAX, []
        if rows:
            yield Batch(first, rows, read)


def _read(table: "csv.DictReader[str]") -> Iterator[Mapping[str | None, Any]]:
    try:
        yield from table
    except csv.Error as error:
        raise NotThisFile(f"line {table.line_num} is no CSV: {error}") from None


def _check_columns(names: Sequence[str]) -> None:
    if missing := sorted(REQUIRED - set(names)):
        raise NotThisFile(f"columns missing: {', '.join(missing)}")
    if unknown := sorted(set(names) - {*TRAITS, *REST}):
        raise NotThisFile(f"unknown columns: {', '.join(unknown)}")


def _row(line: Mapping[str | None, Any]) -> Row:
    """As ``announce_record`` takes it; an empty cell is nothing."""
    said = {name: value for name, value in line.items() if name and value}
    row: Row = {"traits": {name: said[name] for name in TRAITS if name in said}}
    row |= {name: said[name] for name in REST[4:] if name in said}
    contact = {name: said[name] for name in ("email", "phone") if name in said}
    if contact:
        row["contact"] = contact
    if "ins" in said:
        row["ins"] = {"value": said["ins"], "oid": said["oid"]} if "oid" in said else said["ins"]
    return row


class Outcomes:
    """The file of outcomes: line, record or refusal; no name and no number."""

    def __init__(self, file: Path) -> None:
        self.file = file
        if not file.exists():
            file.write_text(f"{MARK}{uuid4()}\n{','.join(OUTCOME)}\n")

    def resume(self) -> tuple[UUID, int]:
        """The id of the import, and the lines noted, in whole hundreds: a torn one is dropped."""
        with self.file.open("r+b") as content:
            mark = content.readline().decode("utf-8", "replace")
            if not mark.startswith(MARK) or not content.readline():
                raise NotThisFile(f"{self.file} is no file of outcomes")
            kept = 0
            size = passed = content.tell()
            for number, line in enumerate(content, start=1):
                passed += len(line)
                if number % BATCH_MAX == 0 and line.endswith(b"\n"):
                    kept, size = number, passed
            content.truncate(size)
        return UUID(mark.removeprefix(MARK).strip()), kept

    def note(self, batch: Batch, answers: Sequence[Mapping[str, Any]]) -> Reached:
        refused = 0
        with self.file.open("a", newline="", encoding="utf-8") as content:
            table = csv.writer(content, lineterminator="\n")
            for answer in answers:
                fault = answer.get("fault") or {}
                refused += bool(fault)
                table.writerow(_outcome(batch.first + answer["row"], answer, fault))
        return Reached(batch.read, len(answers) - refused, refused)


def _outcome(line: int, answer: Mapping[str, Any], fault: Mapping[str, Any]) -> tuple[Any, ...]:
    reasons = "; ".join(f"{k}: {v}" for k, v in (fault.get("fields") or {}).items())
    if not fault:
        return line, answer["record_id"], answer["opens_at"], "", ""
    return line, "", "", fault["code"], (reasons or fault["message"]).replace("\n", " ")


def announce_file(
    file: Path, outcomes: Outcomes, announce: Announce, *, at_once: int
) -> Iterator[Reached]:
    """Announce what was not announced before; yields after each hundred, in their order.

    ``at_once``: hundreds under way together, which is also how many are in memory.
    """
    under_way: deque[tuple[Batch, Future[Mapping[str, Any]]]] = deque()
    with only_one(outcomes.file), ThreadPoolExecutor(at_once) as pool:
        import_id, done = outcomes.resume()
        try:
            for batch in batches(file):
                if batch.first <= done:
                    yield Reached(batch.read, 0, 0)
                    continue
                under_way.append((batch, pool.submit(_tried, announce, import_id, batch)))
                if len(under_way) == at_once:
                    yield _noted(outcomes, under_way)
            while under_way:
                yield _noted(outcomes, under_way)
        finally:
            for _, future in under_way:
                future.cancel()


def _noted(
    outcomes: Outcomes, under_way: deque[tuple[Batch, Future[Mapping[str, Any]]]]
) -> Reached:
    batch, future = under_way.popleft()
    return outcomes.note(batch, future.result()["rows"])


def _tried(announce: Announce, import_id: UUID, batch: Batch) -> Mapping[str, Any]:
    request_id = uuid5(import_id, str(batch.first))
    try:
        return patiently(lambda: announce(request_id, batch.rows))
    except GaveUp as gave_up:
        raise ImportBroken(f"line {batch.first}: {gave_up}") from gave_up
