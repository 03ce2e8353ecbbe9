"""Conversion of units, by the pint library."""

import pint

from services.profile.adapters.reference import read_units
from services.profile.domain.kinds import Kind


class PintUnits:
    def __init__(self) -> None:
        self._registry: pint.UnitRegistry[float] = pint.UnitRegistry()
        self._expressions = read_units()

    def converted(self, value: float, unit: str, kind: Kind) -> float:
        if unit == kind.unit:
            return value
        quantity = self._registry.Quantity(value, self._expressions[unit])
        wanted = self._expressions[kind.unit]
        if kind.molar_mass is None:
            return float(quantity.to(wanted).magnitude)
        mass = self._registry.Quantity(kind.molar_mass, "g/mol")
        return float(quantity.to(wanted, "chemistry", mw=mass).magnitude)
