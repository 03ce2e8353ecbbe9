"""Measures as they are read: one by one, aggregated, or in FHIR."""

import base64
import binascii
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import chain
from typing import TypeVar
from uuid import UUID

from services.profile.application.log import ProfileLog
from services.profile.contract import growth as g
from services.profile.contract import measures as m
from services.profile.domain.bmi import BMI, HEIGHT, WEIGHT, computed_bmi
from services.profile.domain.fhir import written
from services.profile.domain.kinds import kind_named
from services.profile.domain.listing import TargetRow
from services.profile.domain.series import Point, aggregated
from services.profile.domain.visibility import NORMAL, measure_attributes
from shared.kernel.actor import Actor
from shared.kernel.clock import instant
from shared.kernel.errors import InvalidRequest
from shared.kernel.gate import NORMALLY, How

Line = TypeVar("Line")
RECORD = {"kind": "record"}
LOOKING_BACK = (timedelta(days=31), timedelta(days=366), None)
GROWTH = "CDC 2000 (United States)"


class MeasureReading(ProfileLog):
    def measure_kinds(self, _request: m.MeasureKinds, _: Actor) -> m.KindsKnown:
        return m.KindsKnown.of([*self.parts.measuring.kinds.values()])

    def measures(self, request: m.ListMeasures, by: Actor) -> m.Measures:
        """Computed from what this reader may see, totals and aggregates too."""
        kind = kind_named(self.parts.measuring.kinds, request.kind)
        points = self._permitted_points(request, by)
        if request.every:
            buckets = aggregated(points, request.every)
            keyed = [((instant(b.start), ""), m.MeasureLine.of_bucket(b, kind)) for b in buckets]
        else:
            keyed = [(_key(point), m.MeasureLine.of_point(point, kind)) for point in points]
        lines, cursor = paged(keyed, request.limit, request.cursor)
        target = self.standing_targets(request.record_id, by, request.how).get(kind.name)
        return m.Measures(
            items=lines,
            next_cursor=cursor,
            total=len(keyed),
            unit=kind.unit,
            target=m.TargetView.of(target) if target else None,
        )

    def latest_measures(self, request: m.LatestMeasures, by: Actor) -> m.LatestKnown:
        """Of what this reader may see."""
        self.gate.require(request.record_id, "read", RECORD, by, request.how)
        found = (
            (self._latest(request.record_id, name, by, request.how), kind)
            for name, kind in self.parts.measuring.kinds.items()
        )
        return m.LatestKnown(items=[m.LatestMeasure.of(p, kind) for p, kind in found if p])

    def growth_curve(self, request: g.GrowthCurve, by: Actor) -> g.GrowthAnswer:
        """A reference, of nobody: nothing is asked of access."""
        kind = kind_named(self.parts.measuring.kinds, request.kind)
        curve = self.parts.growth.curve(kind.name, request.sex)
        asked = [r for r in curve if request.from_months <= r.months <= request.to_months]
        items = [g.GrowthPoint.of(row) for row in asked]
        return g.GrowthAnswer(source=GROWTH, unit=kind.unit, items=items)

    def export_observations(self, request: m.ExportObservations, by: Actor) -> m.Observations:
        kind = kind_named(self.parts.measuring.kinds, request.kind)
        points = self._permitted_points(request, by)
        page, cursor = paged([(_key(p), p) for p in points], request.limit, request.cursor)
        bundle = written(request.record_id, kind, page)
        return m.Observations(bundle=bundle, next_cursor=cursor, total=len(points))

    def _permitted_points(
        self, request: m.ListMeasures | m.ExportObservations, by: Actor
    ) -> list[Point]:
        attributes = measure_attributes(request.kind, [NORMAL], {})
        self.gate.require(request.record_id, "read", attributes, by, request.how)
        return self.points(
            request.record_id, request.kind, (request.since, request.until), by, request.how
        )

    def points(
        self,
        record_id: UUID,
        kind: str,
        window: tuple[datetime | None, datetime | None],
        by: Actor,
        how: How = NORMALLY,
    ) -> list[Point]:
        """Oldest first, those only that this reader may see; an index, computed from them."""
        since, until = window
        found = self._seen(record_id, kind, window, by, how)
        if kind == BMI:
            weights = self._seen(record_id, WEIGHT, window, by, how)
            heights = self._seen(record_id, HEIGHT, (None, until), by, how)
            found += computed_bmi(weights, heights)
        inside = [p for p in found if (not since or p.at >= since) and (not until or p.at < until)]
        return sorted(inside, key=_key)

    def _latest(self, record_id: UUID, kind: str, by: Actor, how: How) -> Point | None:
        """Looked for in more and more of the past: of a sensor, a month says enough."""
        now = self.clock.now()
        for span in LOOKING_BACK:
            since = now - span if span else None
            if points := self.points(record_id, kind, (since, None), by, how):
                return points[-1]
        return None

    def _seen(
        self,
        record_id: UUID,
        kind: str,
        window: tuple[datetime | None, datetime | None],
        by: Actor,
        how: How,
    ) -> list[Point]:
        series = [
            one
            for each in self.together(record_id)
            for one in self.parts.listed.series(each, kind, *window)
        ]
        permits = self.gate.may_read(record_id, [one.attributes() for one in series], by, how)
        pairs = zip(series, permits, strict=True)
        return [point for one, permit in pairs if permit for point in one.points]

    def standing_targets(
        self, record_id: UUID, by: Actor, how: How = NORMALLY
    ) -> dict[str, TargetRow]:
        """By kind: the last set of those this reader may see, unless it took one away."""
        found = (self.parts.listed.targets(one) for one in self.together(record_id))
        rows = sorted(chain.from_iterable(found), key=lambda row: row.set_at)
        permits = self.gate.may_read(record_id, [row.attributes() for row in rows], by, how)
        last = {row.kind: row for row, permit in zip(rows, permits, strict=True) if permit}
        return {kind: row for kind, row in last.items() if row.low or row.high}


def _key(point: Point) -> tuple[str, str]:
    return instant(point.at), str(point.measure_id or "")


def paged(
    keyed: Sequence[tuple[tuple[str, str], Line]], limit: int, cursor: str | None
) -> tuple[list[Line], str | None]:
    """One page after the key that the cursor holds, and the cursor of the next.

    ``keyed``: in order of their keys.
    """
    after = _opened(cursor) if cursor else None
    rest = [item for item in keyed if after is None or item[0] > after]
    page = rest[:limit]
    more = len(rest) > limit
    return [line for _, line in page], _closed(page[-1][0]) if more else None


def _closed(key: tuple[str, str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode()


def _opened(cursor: str) -> tuple[str, str]:
    try:
        at, one = json.loads(base64.urlsafe_b64decode(cursor))
    except (ValueError, TypeError, binascii.Error):
        raise InvalidRequest(fields={"cursor": "unknown"}) from None
    return str(at), str(one)
