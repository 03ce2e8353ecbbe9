"""Kinds of measure: code, unit, what is plausible and what is impossible."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.kernel.errors import InvalidRequest


@dataclass(frozen=True, kw_only=True)
class Part:
    """A number of a measure. Outside ``plausible`` it is taken with a warning, outside
    ``possible`` refused; both inclusive, in the unit of the kind."""

    name: str
    code: str
    plausible: tuple[float, float]
    possible: tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """``system`` and ``code``: LOINC, or NCIt where LOINC has none. ``unit``: UCUM, what values
    are kept in; ``accepted``: what they may come in. ``molar_mass``: g/mol, to go from amounts
    to masses. ``parts``: one, or systolic and diastolic."""

    name: str
    label_fr: str
    system: str
    code: str
    unit: str
    accepted: tuple[str, ...]
    decimals: int
    molar_mass: float | None
    parts: tuple[Part, ...]

    def check(self, values: tuple[float, ...], field: str) -> tuple[str, ...]:
        """Warnings for what is possible and not plausible. Raises :class:`InvalidRequest`."""
        warnings = []
        for part, value in zip(self.parts, values, strict=True):
            low, high = part.possible
            if not low <= value <= high:
                raise InvalidRequest(
                    fields={f"{field}{part.name}": f"from {low:g} to {high:g} {self.unit}"}
                )
            if not part.plausible[0] <= value <= part.plausible[1]:
                warnings.append(f"implausible_{part.name}")
        if len(values) > 1 and values[1] >= values[0]:
            raise InvalidRequest(fields={f"{field}{self.parts[1].name}": "below the systolic"})
        return tuple(warnings)


Kinds = Mapping[str, Kind]
"""By name."""


def kind_named(kinds: Kinds, name: str, field: str = "kind") -> Kind:
    if name not in kinds:
        raise InvalidRequest(fields={field: "unknown kind of measure"})
    return kinds[name]
