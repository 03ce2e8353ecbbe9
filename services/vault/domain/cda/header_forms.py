"""The forms in which a CDA R2 header writes identifiers, codes and instants (HL7 v3 data types)."""

import re
from collections.abc import Callable, Iterator
from typing import TypeVar

from services.vault.domain.metadata import Coded
from shared.cda.timestamps import read_timestamp
from shared.cda.tree import Element, attribute, children
from shared.kernel.errors import InvalidRequest

T = TypeVar("T")

PS_IDNAT = "1.2.250.1.71.4.2.1"
STRUCT_IDNAT = "1.2.250.1.71.4.2.2"


def national_id(holder: Element | None, root: str) -> str | None:
    """The identifier of one register, among all that someone may have."""
    for identifier in children(holder, "id"):
        if identifier.get("root", "").strip() == root:
            return identifier.get("extension", "").strip() or None
    return None


def xds_id(element: Element | None) -> str | None:
    """The XDS form: ``root^extension``, or the root alone."""
    if element is None or not (root := element.get("root", "").strip()):
        return None
    extension = element.get("extension", "").strip()
    return f"{root}^{extension}" if extension else root


def read_coded(element: Element | None) -> Coded | None:
    if element is None or not (code := element.get("code", "").strip()):
        return None
    return Coded(
        code=code,
        system=element.get("codeSystem", "").strip() or None,
        display=element.get("displayName"),
    )


def read_codes(document: Element, name: str) -> Iterator[str]:
    return (c for e in children(document, name) if (c := e.get("code", "").strip()))


def read_version(document: Element) -> int | None:
    return read(attribute(document, "versionNumber", "value"), _whole, "version_number")


def _whole(written: str) -> int:
    if not re.fullmatch(r"\d{1,9}", written, re.ASCII):
        raise ValueError("not a version number")
    return int(written)


def read_time(parent: Element | None, path: str, name: str, field: str) -> str | None:
    return read(attribute(parent, path, name), read_timestamp, field)


def read(value: str | None, reader: Callable[[str], T], field: str) -> T | None:
    try:
        return None if value is None else reader(value)
    except ValueError:
        raise unreadable(field, "is not in the form the standard gives") from None


def unreadable(field: str, sentence: str) -> InvalidRequest:
    return InvalidRequest(
        "The header of the document cannot be read.", fields={f"content.{field}": sentence}
    )
