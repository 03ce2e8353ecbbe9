"""Which column of an extract file is which field; an operator may give a layout of their own."""

import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from services.directory.adapters.code_tables import DATA


class NotThisExtract(Exception):
    """The file is not of this kind, or its layout is not; the sentence says what is missing."""


@dataclass(frozen=True, kw_only=True)
class Layout:
    """How the columns of one kind of file become fields.

    ``key``: the field that says whom a line is about. ``columns``: field -> the columns that may
    hold it, the first that is not empty. ``required``: fields whose columns must be there.
    Lines without all of ``only_with``, or with one of ``only_without``, are of another kind:
    passed over. ``encoding``: of several, the first that a line is in.

    A file without a header names its columns in ``header``; its first line begins with ``title``,
    and lines that do not begin with ``record`` are of another kind.

    ``entries``: the file is one JSON object, and these are the arrays that lead to an entry:
    ``pmej``, or ``pmej`` and in each ``ege``. Columns are then paths in it (``PathInEntry``).
    """

    file_name: str
    key: str
    required: tuple[str, ...]
    columns: Mapping[str, tuple[str, ...]]
    separator: str = "|"
    quoted: bool = False
    encoding: str | tuple[str, ...] = "utf-8"
    only_with: tuple[str, ...] = ()
    only_without: tuple[str, ...] = ()
    header: tuple[str, ...] = ()
    title: tuple[str, ...] = ()
    record: str = ""
    entries: tuple[str, ...] = ()

    @classmethod
    def read(cls, kind: str, file: Path | None = None) -> "Layout":
        """That of the kind, unless an operator's ``file`` is given."""
        file = file or DATA / "extracts" / f"{kind}.json"
        try:
            told = json.loads(file.read_text(encoding="utf-8"))
            columns = {
                name: (where,) if isinstance(where, str) else tuple(where)
                for name, where in told.pop("columns").items()
            }
            lists = {name: tuple(v) for name, v in told.items() if isinstance(v, list)}
            made = cls(columns=columns, **{**told, **lists})
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise NotThisExtract(f"{file.name} is no layout of an extract: {error}") from None
        if unknown := {made.key, *made.required, *made.only_with, *made.only_without} - set(
            columns
        ):
            raise NotThisExtract(
                f"{file.name}: no column is named for {', '.join(sorted(unknown))}"
            )
        return made

    def pick(self, header: Sequence[str]) -> dict[str, list[int]]:
        """Where each field is in this file; a field none of whose columns is there is left out."""
        at = {_heading(name): index for index, name in enumerate(header)}
        places = {
            field: [at[_heading(name)] for name in names if _heading(name) in at]
            for field, names in self.columns.items()
        }
        missing = [n for n in self.required if not places[n]]
        if missing:
            names = ", ".join(f"«{self.columns[name][0]}»" for name in missing)
            raise NotThisExtract(f"the first line of the file lacks the column {names}")
        return {field: indexes for field, indexes in places.items() if indexes}

    @property
    def encodings(self) -> tuple[str, ...]:
        return (self.encoding,) if isinstance(self.encoding, str) else self.encoding

    def is_of_kind(self, fields: Mapping[str, str]) -> bool:
        return all(name in fields for name in self.only_with) and not any(
            name in fields for name in self.only_without
        )


def _heading(text: str) -> str:
    """Headings that differ in capitals, apostrophes or spaces are one: the same column was
    published as «(coord. structure)» and «(coord. Structure)».
    """
    plain = unicodedata.normalize("NFC", text).replace("\u2019", "'")
    return " ".join(plain.split()).casefold()
