"""Physical quantities (PQ) of HL7 v3 data types R1, with what else they are said to be."""

from collections.abc import Iterator
from dataclasses import dataclass

from shared.cda.tree import HL7, Element

TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """A number as written; ``unit``: UCUM, none for a pure number."""

    value: str
    unit: str | None = None


def data_type(value: Element) -> str:
    """The name of an ``xsi:type`` without its prefix: that is the document's own."""
    return value.get(TYPE, "").strip().rpartition(":")[2]


def quantities(value: Element) -> Iterator[Quantity]:
    """As measured, then in the other units that the producer gives (PQR: ``translation``, whose
    unit is a ``code``)."""
    if "nullFlavor" not in value.attrib and (number := value.get("value", "").strip()):
        yield Quantity(value=number, unit=_unit(value.get("unit")))
    for other in value.iterfind(f"{{{HL7}}}translation"):
        number = other.get("value", "").strip()
        if number and "nullFlavor" not in other.attrib:
            yield Quantity(value=number, unit=_unit(other.get("code")))


def _unit(written: str | None) -> str | None:
    return (written or "").strip() or None
