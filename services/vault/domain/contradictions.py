"""Where a depositor says something else of a document than the document itself."""

from dataclasses import fields

from services.vault.domain.metadata import Coded, Statement
from services.vault.domain.value_sets import UNREFERENCED_FORMAT, ValueSets
from shared.cda.timestamps import civil_date

REQUEST = "metadata"
_TIMES = {"creation", "service_start", "service_stop"}
# Said in full by one side only: visibility is united, the others are lists of the header's own.
_NOT_COMPARED = {
    "confidentiality", "authors", "event_codes", "replaces", "unique_id", "reference_ids",
}  # fmt: skip


def contradictions(
    header: Statement | None, given: Statement, format_code: str, sets: ValueSets
) -> dict[str, str]:
    """By field of the request, why not. ``header``: of a CDA; ``None`` for a bare file.
    ``format_code``: what the content shows."""
    wrong = _other_format(header, given, format_code, sets)
    return wrong | _of_header(header, given) if header else wrong


def _of_header(header: Statement, given: Statement) -> dict[str, str]:
    wrong = {}
    for name in (f.name for f in fields(Statement) if f.name not in _NOT_COMPARED):
        ours, theirs = getattr(given, name), getattr(header, name)
        if isinstance(ours, Coded) and isinstance(theirs, Coded):
            ours, theirs = ours.code, theirs.code
        differ = _other_time if name in _TIMES else _other
        if ours and theirs and differ(ours, theirs):
            wrong[f"{REQUEST}.{name}"] = "is not what the document's own header says"
    return wrong


def _other_format(
    header: Statement | None, given: Statement, format_code: str, sets: ValueSets
) -> dict[str, str]:
    """Of a CDA the format is what its file or its model shows, where our tables know either; a
    bare file follows no model."""
    if given.format in {None, format_code}:
        return {}
    if header and format_code != UNREFERENCED_FORMAT:
        return {f"{REQUEST}.format": "is not what the content shows"}
    if header is None and given.format in sets.model_formats.values():
        return {f"{REQUEST}.format": "is that of a structured document"}
    return {}


def _other(ours: object, theirs: object) -> bool:
    return ours != theirs


def _other_time(ours: str, theirs: str) -> bool:
    """Which of both is said by its day, month or year alone contradicts none of its instants."""
    if "T" in ours and "T" in theirs:
        return ours != theirs
    one, other = civil_date(ours), civil_date(theirs)
    return not (one.startswith(other) or other.startswith(one))
