"""What an answer tells, apart from what differs each time: ids, instants and positions."""

import json
import re
from collections.abc import Callable
from typing import Any

from scripts.demo.cast import Caller
from shared.kernel.errors import Refusal
from tests.trust.attackers.records import Record

VOLATILE = {
    re.compile(form): name
    for form, name in {
        r"[0-9A-Z]{5}(-[0-9A-Z]{5}){3}": "<number>",
        r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?": "<at>",
        r"\d{8}T\d{6}Z?": "<at>",
        r"(?<![\w:])(\d{1,2} h \d\d|\d\d:\d\d)(?!\w)": "<time>",
        r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}": "<id>",
        r"[0-9A-Za-z+/=_-]{60,}": "<sealed>",
    }.items()
}
"""Prescription numbers, instants as records, calendars and sentences write them, ids, and what is
sealed or encoded: cursors, tokens, files."""
PARTS_OF_A_CALENDAR = re.compile("(?=BEGIN:VEVENT|END:VCALENDAR)")
"""They are in the order of their ids, which are drawn."""
EACH_TIME = {
    "position",
    "size",
    "activation_code",
    "part_sha256",
    "sha256",
    "part_size",
    "id",
    "qr_svg",
}
"""Names of what counts all records' events, or is drawn anew."""


def told(ask: Callable[[], Any], record: Record) -> str:
    """An answer or a refusal, in words that two records have in common."""
    try:
        answer = ask()
    except Refusal as refusal:
        fault = refusal.to_fault()
        fault.pop("decision_id", None)
        answer = {"refused": fault}
    return _written(_steady(answer, record))


def _written(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _steady(value: Any, record: Record) -> Any:
    """Lists in one order: what services tell each other arrives as it will."""
    match value:
        case dict():
            return {
                name: "…" if name in EACH_TIME else _steady(inner, record)
                for name, inner in value.items()
            }
        case list():
            return sorted((_steady(inner, record) for inner in value), key=_written)
        case str() if value.startswith("BEGIN:VCALENDAR"):
            return sorted(PARTS_OF_A_CALENDAR.split(_common(value, record)))
        case str():
            return _common(value, record)
    return value


def _common(text: str, record: Record) -> str:
    for value, name in ((record.record_id, "<record>"), (record.parent_id, "<parent>")):
        text = text.replace(value, name)
    text = text.replace(record.ins, "<ins>")
    for kind, value in record.plain.items():
        text = text.replace(value, f"<{kind}>")
    for form, name in VOLATILE.items():
        text = form.sub(name, text)
    return text


def heard_from(caller: Caller, method: str, record: Record, **arguments: Any) -> str:
    return told(lambda: caller.ask(method, **arguments), record)
