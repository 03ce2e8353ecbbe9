"""Reference curves of growth, as they are asked for and answered."""

from typing import Annotated, Literal

from pydantic import Field

from services.profile.contract.parts import Code
from services.profile.domain.growth import CENTILES, Lms
from shared.rpc.contract import Answer, Query


class GrowthCurve(Query):
    """``months``: of age, from and to."""

    kind: Code
    sex: Literal["M", "F"]
    from_months: Annotated[float, Field(ge=0, le=252)] = 0
    to_months: Annotated[float, Field(ge=0, le=252)] = 252


class GrowthPoint(Answer):
    """``centiles``: p3, p10, p25, p50, p75, p90, p97, in the unit of the kind."""

    months: float
    centiles: dict[str, float]

    @classmethod
    def of(cls, row: Lms) -> "GrowthPoint":
        centiles = {name: round(row.at(z), 3) for name, z in CENTILES.items()}
        return cls(months=row.months, centiles=centiles)


class GrowthAnswer(Answer):
    """``source``: whose curves these are; no items for a kind that has none."""

    source: str
    unit: str
    items: list[GrowthPoint]
