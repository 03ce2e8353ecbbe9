"""What a METADATA.XML says of each document beside it (IHE ITI TF-2b 3.32, TF-3 4.2: ebRIM 3.0)."""

import posixpath
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

RIM = "urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"
CONFIDENTIALITY = "urn:uuid:f4f85eac-e6cb-4883-b524-f2705394840f"
UNIQUE_ID = "urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab"


@dataclass(frozen=True, kw_only=True, repr=False)
class Described:
    """One document entry. ``path``: where its file lies, as :func:`path_of` has it; empty when it
    does not say. ``codes``: its confidentiality."""

    path: str = ""
    unique_id: str = ""
    title: str = ""
    codes: frozenset[str] = frozenset()


def path_of(name: str) -> str:
    """Small letters, and the paths of Windows, some software writes: the format has neither."""
    return posixpath.normpath(name.replace("\\", "/")).upper()


def entries_in(root: Element, folder: str) -> list[Described]:
    """``folder``: that of the METADATA.XML, from which each URI starts (TF-2b 3.32.4.1.2.2). Codes
    of no entry that is there stand in one without path or name, as what hides nobody knows what."""
    objects = list(root.iter(f"{{{RIM}}}ExtrinsicObject"))
    inside = {id(coding) for one in objects for coding in _codings(one)}
    beside = defaultdict[str, set[str]](set)
    for coding in _codings(root):
        if id(coding) not in inside:
            beside[coding.get("classifiedObject", "")].add(coding.get("nodeRepresentation", ""))
    found = [_entry(one, folder, beside.pop(one.get("id", ""), set())) for one in objects]
    lost = set[str]().union(*beside.values()) - {""}
    return [*found, Described(codes=frozenset(lost))] if lost else found


def _entry(entry: Element, folder: str, beside: set[str]) -> Described:
    """A classification stands in the entry, or ``beside`` it and names it."""
    codes = {one.get("nodeRepresentation", "") for one in _codings(entry)} | beside
    uri = next(_values(entry, "URI"), "")
    return Described(
        path=path_of(f"{folder}/{uri}") if uri else "",
        unique_id=_unique_id(entry),
        title=_title(entry),
        codes=frozenset(codes - {""}),
    )


def _codings(element: Element) -> Sequence[Element]:
    found = element.iter(f"{{{RIM}}}Classification")
    return [one for one in found if one.get("classificationScheme") == CONFIDENTIALITY]


def _unique_id(entry: Element) -> str:
    identifiers = entry.iterfind(f"{{{RIM}}}ExternalIdentifier")
    ids = (e.get("value", "") for e in identifiers if e.get("identificationScheme") == UNIQUE_ID)
    return next(ids, "")


def _title(entry: Element) -> str:
    name = entry.find(f"{{{RIM}}}Name/{{{RIM}}}LocalizedString")
    return "" if name is None else name.get("value", "")


def _values(entry: Element, slot: str) -> Iterator[str]:
    for one in entry.iterfind(f"{{{RIM}}}Slot"):
        if one.get("name") == slot:
            for value in one.iter(f"{{{RIM}}}Value"):
                yield (value.text or "").strip()
