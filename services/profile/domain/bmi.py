"""The body mass index, from the weights and heights that one reader may see."""

from bisect import bisect_right
from collections.abc import Sequence

from services.profile.domain.series import Point

WEIGHT, HEIGHT, BMI = "WEIGHT", "HEIGHT", "BODY_MASS_INDEX"


def computed_bmi(weights: Sequence[Point], heights: Sequence[Point]) -> list[Point]:
    """kg/m2 at each weight, by the last height at or before it (kg and cm); a weight before
    the first height has none."""
    known = sorted(heights, key=lambda point: point.at)
    instants = [point.at for point in known]
    found = []
    for weight in weights:
        before = bisect_right(instants, weight.at)
        if before:
            metres = known[before - 1].values[0] / 100
            found.append(
                Point(
                    measure_id=None,
                    at=weight.at,
                    values=(round(weight.values[0] / metres**2, 1),),
                    author_type=weight.author_type,
                )
            )
    return found
