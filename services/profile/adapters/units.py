"""Conversion of units, by the pint library."""

from functools import cached_property
from typing import TYPE_CHECKING

from services.profile.adapters.reference import read_units
from services.profile.domain.kinds import Kind

if TYPE_CHECKING:
    import pint


class PintUnits:
    def __init__(self) -> None:
        self._expressions = read_units()

    @cached_property
    def _registry(self) -> "pint.UnitRegistry[float]":
        """Of use where a measure comes in another unit than its kind's: pint, and numpy where it
        is there, weigh 18 MB."""
        import pint  # noqa: PLC0415 - see above

        return pint.UnitRegistry()

    def converted(self, value: float, unit: str, kind: Kind) -> float:
        if unit == kind.unit:
            return value
        quantity = self._registry.Quantity(value, self._expressions[unit])
        wanted = self._expressions[kind.unit]
        if kind.molar_mass is None:
            return float(quantity.to(wanted).magnitude)
        mass = self._registry.Quantity(kind.molar_mass, "g/mol")
        return float(quantity.to(wanted, "chemistry", mw=mass).magnitude)
