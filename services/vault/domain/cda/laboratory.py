"""Who did the tests that a document tells of (IHE PaLM XD-LAB)."""

from services.vault.domain.cda.header_forms import STRUCT_IDNAT, national_id
from shared.cda.tree import Element, attribute, child, children, has_template, text

PERFORMER = "1.3.6.1.4.1.19376.1.3.3.1.7"
"""IHE's "Laboratory Performer"."""
REPORTS = frozenset({"11502-2", "96173-0", "51969-4"})
"""Types whose author did the tests: report of biology, rapid test, molecular genetics."""

Laboratory = tuple[str | None, str | None]
"""Name and Struct_IdNat."""


def is_report(document: Element) -> bool:
    """Of tests. A letter or a synthesis quotes results."""
    return attribute(document, "code", "code") in REPORTS


def document_laboratory(document: Element) -> Laboratory:
    """Of a report of tests. A letter quotes results: who did those, it may not say."""
    performers = list(children(document, "documentationOf/serviceEvent/performer"))
    if not is_report(document):
        performers = [p for p in performers if has_template(p, {PERFORMER})]
        authors: list[Element] = []
    else:
        authors = list(children(document, "author/assignedAuthor/representedOrganization"))
    named = (child(p, "assignedEntity/representedOrganization") for p in performers)
    return next(filter(None, map(_organization, (*named, *authors))), (None, None))


def performer(element: Element) -> Laboratory | None:
    """Of an act or an observation: another laboratory than the one that signs the report."""
    return _organization(child(element, "performer/assignedEntity/representedOrganization"))


def _organization(element: Element | None) -> Laboratory | None:
    name, number = text(child(element, "name")), national_id(element, STRUCT_IDNAT)
    return (name, number) if name or number else None
