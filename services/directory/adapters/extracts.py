"""Reads the extract files of the national directory, as large as they are.

Lines are sorted by whom they are about, in runs on disk, so that all lines about one come
together and memory stays the same whatever the file's size.
"""

import csv
import hashlib
import heapq
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import date
from itertools import groupby, islice
from pathlib import Path
from typing import IO, Any

from services.directory.adapters.extract_content import Unpacked, opened, published
from services.directory.adapters.extract_entries import fields_of_entries
from services.directory.adapters.extract_layout import Layout, NotThisExtract
from services.directory.contract.importing import FIELD_MAX, KEY_MAX

RUN = 20_000
"""Lines sorted in memory at once."""
LONGEST = 8_192
"""Bytes of a line, of which these files have less than two thousand."""
ABOUT_ONE = 10_000
"""Different lines about one professional or facility, as many as the directory takes at once."""
ALIKE = 100_000
"""All lines about one: each member of a hospital's staff says the same of the hospital."""
UNREADABLE_AT_ONCE = 1_000


@dataclass(frozen=True)
class Line:
    """``wrong`` says why it could not be read; such a line has an empty key."""

    key: str
    number: int
    fields: dict[str, str]
    wrong: str = ""


@dataclass(frozen=True, kw_only=True)
class Sorted:
    """A file read once. ``digest``: of its content and layout. ``passed_over``: of another kind.
    ``published``: the day in its name, if there is one."""

    digest: str
    published: date | None
    lines: int
    passed_over: int
    runs: Sequence[Path]

    def groups(self) -> Iterator[tuple[str, list[Line]]]:
        """All lines with one key, keys ascending; unreadable lines come first, under ''."""
        with _opened(self.runs) as files:
            merged = heapq.merge(*map(_lines_of, files), key=_order)
            for key, lines in groupby(merged, key=lambda line: line.key):
                if key:
                    yield key, _all_of(lines)
                while not key and (some := list(islice(lines, UNREADABLE_AT_ONCE))):
                    yield key, some


def _all_of(lines: Iterator[Line]) -> list[Line]:
    """Those that say the same share one set of fields, so that a hospital's fit in memory."""
    found: list[Line] = []
    said: dict[tuple[tuple[str, str], ...], dict[str, str]] = {}
    for line in lines:
        same = said.setdefault(tuple(line.fields.items()), line.fields)
        found.append(line if same is line.fields else replace(line, fields=same))
        if len(found) > ALIKE or len(said) > ABOUT_ONE:
            raise NotThisExtract(f"line {line.number} and {len(found) - 1:,} others have one key")
    return found


def sort_extract(file: Path, layout: Layout, folder: Path) -> Sorted:
    """Read the file through and leave its lines, sorted in runs, in ``folder``."""
    digest = hashlib.sha256(json.dumps(asdict(layout), sort_keys=True).encode())
    runs: list[Path] = []
    kept: list[Line] = []
    lines = passed_over = 0
    for line in _read(file, layout, digest):
        lines += 1
        if line is None:
            passed_over += 1
            continue
        kept.append(line)
        if len(kept) == RUN:
            runs.append(_spill(kept, folder / f"run-{len(runs)}"))
            kept = []
    runs.append(_spill(kept, folder / f"run-{len(runs)}"))
    return Sorted(
        digest=digest.hexdigest(),
        published=published(file, layout),
        lines=lines,
        passed_over=passed_over,
        runs=runs,
    )


def _read(file: Path, layout: Layout, digest: Any) -> Iterator[Line | None]:
    """Each line after the header, or each entry; ``None`` for one of another kind."""
    with opened(file, layout) as content:
        if layout.entries:
            for number, fields, wrong in fields_of_entries(content, layout, digest):
                yield Line("", number, {}, wrong) if wrong else _line(number, fields, layout)
            return
        rows = _rows(content, layout, digest)
        _, first, wrong = next(rows, (1, None, "the file is empty"))
        if first is None:
            raise NotThisExtract(f"the first line of the file: {wrong}")
        header = _header(first, layout)
        places = layout.pick(header)
        for number, values, why in rows:
            if values is None:
                yield Line("", number, {}, why)
            elif layout.record and values[0] != layout.record:
                yield None
            elif len(values) < len(header) or any(v.strip() for v in values[len(header) :]):
                many = f"has {len(values)} columns, the header {len(header)}"
                yield Line("", number, {}, many)
            else:
                yield _line(number, _fields(values, places), layout)


def _header(first: list[str], layout: Layout) -> Sequence[str]:
    """The names of the columns: the first line, unless that is a title and the layout has them."""
    if layout.header:
        if tuple(first[: len(layout.title)]) != layout.title:
            title = layout.separator.join(layout.title)
            raise NotThisExtract(f"the first line of the file does not begin with «{title}»")
        return layout.header
    while first and not first[-1].strip():  # lines may end with one more separator
        first = first[:-1]
    return first


def _line(number: int, fields: dict[str, str], layout: Layout) -> Line | None:
    if not layout.is_of_kind(fields):
        return None
    if long := next((name for name, value in fields.items() if len(value) > FIELD_MAX), ""):
        return Line("", number, {}, f"has a {long} of more than {FIELD_MAX:,} characters")
    key = fields.get(layout.key, "")
    if len(key) > KEY_MAX:
        return Line("", number, {}, f"has a {layout.key} of more than {KEY_MAX} characters")
    return Line(key, number, fields, "" if key else f"has no {layout.key}")


def _rows(
    content: IO[bytes] | Unpacked, layout: Layout, digest: Any
) -> Iterator[tuple[int, list[str] | None, str]]:
    """Number and values, or ``None`` and what is wrong; empty lines are left out."""
    for number, (raw, is_whole) in enumerate(_lines(content, digest), start=1):
        if not is_whole:
            yield number, None, f"is longer than {LONGEST:,} bytes"
            continue
        text = _decoded(raw, layout.encodings)
        if text is None:
            yield number, None, f"is not {' nor '.join(layout.encodings)}"
        elif text := text.rstrip("\r\n").lstrip("\ufeff"):
            values = _split(text, layout)
            yield number, values, "" if values else "has an end of line within it"


def _decoded(raw: bytes, encodings: Sequence[str]) -> str | None:
    for encoding in encodings:
        with suppress(UnicodeDecodeError):
            return raw.decode(encoding)
    return None


def _lines(content: IO[bytes] | Unpacked, digest: Any) -> Iterator[tuple[bytes, bool]]:
    """Each line, or the beginning of one that is too long."""
    while raw := content.readline(LONGEST):
        digest.update(raw)
        rest = raw
        while len(rest) == LONGEST and not rest.endswith(b"\n"):
            rest = content.readline(LONGEST)
            digest.update(rest)
        yield raw, rest is raw


def _split(text: str, layout: Layout) -> list[str] | None:
    """``None`` for what the reader of quotes refuses: a carriage return outside of them."""
    if not layout.quoted:
        return text.split(layout.separator)
    with suppress(csv.Error):
        return next(csv.reader([text], delimiter=layout.separator))
    return None


def _fields(values: Sequence[str], places: Mapping[str, Sequence[int]]) -> dict[str, str]:
    """The fields that are not empty."""
    found: dict[str, str] = {}
    for field, indexes in places.items():
        for index in indexes:
            if value := values[index].strip():
                found[field] = value
                break
    return found


def _spill(lines: list[Line], file: Path) -> Path:
    lines.sort(key=_order)
    with file.open("w", encoding="utf-8") as out:
        for line in lines:
            told = [line.key, line.number, line.fields, line.wrong]
            out.write(json.dumps(told, ensure_ascii=False) + "\n")
    return file


def _order(line: Line) -> tuple[str, int]:
    return line.key, line.number


def _lines_of(file: IO[str]) -> Iterator[Line]:
    return (Line(*json.loads(text)) for text in file)


@contextmanager
def _opened(files: Iterable[Path]) -> Iterator[list[IO[str]]]:
    with ExitStack() as stack:
        yield [stack.enter_context(file.open(encoding="utf-8")) for file in files]
