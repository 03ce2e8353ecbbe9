"""What a log line may never hold, taken out of every line whoever wrote it.

Two nets: keys that name something private lose their value; every other text is searched for
what looks like an INS (13 characters, 15 with its key) or a signed token. Objects are shown
by their type alone, because their text is not ours to trust.
"""

import re
from collections.abc import Mapping, MutableMapping
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

REDACTED = "[redacted]"

DENIED = frozenset(
    {
        *("name", "names", "traits", "ins", "nir", "matricule", "person", "recipient", "contact"),
        *("token", "authorization", "password", "secret", "key", "keys", "credentials", "code"),
        *("body", "content", "data", "payload", "args", "kwargs", "arguments", "fields", "value"),
        *("request", "answer", "result", "reply", "title", "text", "subject", "message", "fr"),
        *("note", "comment", "query", "address", "email", "mail", "phone", "mailbox"),
        *("birth_date", "birth_place", "date_of_birth", "place_of_birth"),
    }
)
"""Keys of a log line, compared in lower case; also refused as the last part of ``a_b``."""

# Separators between the digits are as people type them; month 20 to 99 as in kernel/ins.py.
_INS = re.compile(
    r"[123478][ .-]?\d{2}[ .-]?(?:0[1-9]|1[0-2]|[2-9]\d)[ .-]?(?:\d{2}|2[AaBb])"
    r"[ .-]?\d{3}[ .-]?\d{3}(?:[ .-]?\d{2})?|\d{15,}"
)
_TOKEN = re.compile(r"eyJ[\w-]*\.[\w-]*\.?[\w-]*|Bearer\s+\S+", re.IGNORECASE)
_ID = re.compile(r"[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}")
"""A UUID, a call's id or a trace's: in 32 random digits an INS would be seen now and then."""
_WORD = re.compile(r"[A-Za-z_]*")
"""Too little to be any of the above: most of what a line holds."""
_CREDENTIALS = re.compile(r"(\w+://)[^/\s@]+@")
MAX_TEXT = 1_000
"""Characters of one value."""


def scrub(text: str) -> str:
    """The text without what looks like an INS, a token or a password in an address."""
    if _WORD.fullmatch(text) or _ID.fullmatch(text):
        return text[:MAX_TEXT]
    for pattern in (_TOKEN, _INS):
        text = pattern.sub(REDACTED, text)
    return _CREDENTIALS.sub(r"\1", text)[:MAX_TEXT]


def redact(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The structlog processor: after it nothing is added but what is ours."""
    return {_scrubbed(key): _value(key, value) for key, value in event.items()}


def _value(key: str, value: Any) -> Any:
    if _denied(key):
        return REDACTED
    if isinstance(value, str):
        return scrub(value)
    if isinstance(value, Mapping):
        return {scrub(str(inner)): _value(str(inner), kept) for inner, kept in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_value(key, item) for item in value]
    return _scalar(value)


def _scalar(value: Any) -> Any:
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int):
        return value if abs(value) < 10**12 else REDACTED
    if isinstance(value, UUID | datetime):
        return str(value)
    return f"<{type(value).__name__}>"


_scrubbed = lru_cache(maxsize=1_000)(scrub)
"""Keys of lines come again and again."""


@lru_cache(maxsize=1_000)
def _denied(key: str) -> bool:
    lower = key.lower()
    return lower in DENIED or lower.rpartition("_")[2] in DENIED
