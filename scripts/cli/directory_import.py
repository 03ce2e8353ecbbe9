"""Sends an extract to the directory, group by group, and goes on where it stood."""

import time
from collections.abc import Callable, Iterator
from typing import Any, Literal
from uuid import uuid4

from services.directory.adapters.extract_layout import NotThisExtract
from services.directory.adapters.extracts import Line, Sorted
from services.directory.contract.importing import ExtractKind, Imported, RefusedLine
from shared.kernel.errors import DeadlineExceeded, Unavailable
from shared.rpc.client import RpcClient

ROWS = 400
"""Lines of one call, about; the groups of one professional or facility stay whole."""
GROUPS = 250
UNREADABLE_MAX = 10_000
ATTEMPTS = 8
PAUSE = 0.5
"""Seconds before the second attempt at a call, doubled before each further one."""

Tokens = Callable[[], str]
Json = dict[str, Any]


class ImportBroken(Exception):
    """The directory could not be reached any more; the same command goes on from there."""


class Import:
    """One file, one kind. ``token``: called before each call, as tokens live minutes."""

    def __init__(self, client: RpcClient, token: Tokens, kind: ExtractKind) -> None:
        self.kind = kind
        self._client = client
        self._token = token
        self._file = ""
        self._next = 0

    def begin(self, content: Sorted, older: Literal["refuse", "take"]) -> Imported:
        """Where the directory stands with this file."""
        self._file = content.digest
        day = content.published.isoformat() if content.published else None
        start = self._call({"after": 0, "published": day, "older": older})
        self._next = start.next
        return start

    def send(self, content: Sorted) -> Iterator[Imported]:
        """All that was not sent before; yields what each call answered."""
        batch: Json = {"groups": [], "refused": []}
        rows, skip = 0, self._next
        for number, (key, lines) in enumerate(_groups(content, with_unreadable=not skip)):
            if not key:
                batch["refused"] = _unreadable(lines)
            elif number < skip:
                continue
            else:
                group = _group(key, lines)
                batch["groups"].append(group)
                rows += len(group["rows"])
            if rows >= ROWS or len(batch["groups"]) == GROUPS:
                yield self._take(batch)
                batch, rows = {"groups": [], "refused": []}, 0
        if batch["groups"] or batch["refused"]:
            yield self._take(batch)

    def end(self, absent: Literal["keep", "deactivate"]) -> Imported:
        done = self._call({"after": self._next, "end": True, "absent": absent})
        while not done.finished:
            done = self._call({"after": self._next, "end": True, "absent": absent})
        return done

    def refused(self) -> Iterator[RefusedLine]:
        """The lines that the directory did not take, in the file's order."""
        cursor: str | None = None
        while True:
            asked = {"kind": self.kind, "file": self._file, "limit": 100, "cursor": cursor}
            page = self._client.call("directory", "import_report", asked, token=self._token())
            yield from map(RefusedLine.model_validate, page["items"])
            if not (cursor := page["next_cursor"]):
                return

    def _take(self, batch: Json) -> Imported:
        expected = self._next + len(batch["groups"])
        answer = self._call(batch | {"after": self._next})
        if answer.next != expected:
            raise ImportBroken("another import of this file is under way, and has gone further")
        self._next = expected
        return answer

    def _call(self, arguments: Json) -> Imported:
        """Sent again under the same request_id when nobody answers: taken once."""
        request = {"request_id": str(uuid4()), "kind": self.kind, "file": self._file, **arguments}
        for attempt in range(ATTEMPTS):
            try:
                answer = self._client.call(
                    "directory", "import_extract", request, token=self._token()
                )
            except (Unavailable, DeadlineExceeded) as silent:
                if attempt + 1 == ATTEMPTS:
                    raise ImportBroken(f"{silent.message}; start the import again later") from None
                time.sleep(PAUSE * 2**attempt)
            else:
                return Imported.model_validate(answer)
        raise AssertionError("every attempt returns or raises")


def _groups(content: Sorted, *, with_unreadable: bool) -> Iterator[tuple[str, list[Line]]]:
    """Unreadable lines, if any, come first and together."""
    unreadable: list[Line] = []
    for key, lines in content.groups():
        if not key:
            unreadable += lines
            if len(unreadable) > UNREADABLE_MAX:
                raise NotThisExtract(
                    f"line {lines[-1].number} and {UNREADABLE_MAX:,} before it "
                    f"cannot be read: {lines[-1].wrong}"
                )
            continue
        if unreadable and with_unreadable:
            yield "", unreadable
            unreadable = []
        yield key, lines
    if unreadable and with_unreadable:
        yield "", unreadable


def _group(key: str, lines: list[Line]) -> Json:
    """Lines that say the same are one, with a count."""
    rows: dict[tuple[tuple[str, str], ...], Json] = {}
    for line in lines:
        said = tuple(sorted((n, v) for n, v in line.fields.items()))
        row = rows.setdefault(said, {"line": line.number, "alike": -1, "fields": line.fields})
        row["alike"] += 1
    return {"key": key, "rows": list(rows.values())}


def _unreadable(lines: list[Line]) -> list[Json]:
    return [{"line": line.number, "field": "line", "reason": line.wrong} for line in lines]
