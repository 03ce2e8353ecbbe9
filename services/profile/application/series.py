"""Measures as they are read: one by one, aggregated, or in FHIR."""

import base64
import json
from collections.abc import Collection, Mapping, Sequence
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
Window = tuple[datetime | None, datetime | None]
RECORD = {"kind": "record"}
LOOKING_BACK = (timedelta(days=31), timedelta(days=366), None)


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
        latest = self._latest(request.record_id, by, request.how)
        kinds = self.parts.measuring.kinds
        items = [m.LatestMeasure.of(latest[name], kinds[name]) for name in kinds if name in latest]
        return m.LatestKnown(items=items)

    def growth_curve(self, request: g.GrowthCurve, by: Actor) -> g.GrowthAnswer:
        """A reference, of nobody: nothing is asked of access."""
        kind = kind_named(self.parts.measuring.kinds, request.kind)
        curve = self.parts.growth.curve(kind.name, request.sex)
        asked = [r for r in curve if request.from_months <= r.months <= request.to_months]
        items = [g.GrowthPoint.of(row) for row in asked]
        return g.GrowthAnswer(source=self.parts.growth.source.name, unit=kind.unit, items=items)

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
        window = (request.since, request.until)
        return self.points(request.record_id, [request.kind], window, by, request.how)[request.kind]

    def points(
        self,
        record_id: UUID,
        kinds: Collection[str],
        window: Window,
        by: Actor,
        how: How = NORMALLY,
    ) -> dict[str, list[Point]]:
        """By kind, oldest first, those only that this reader may see; an index, computed from
        them. Decided on at once: a decision for each kind would tell which are hidden."""
        since, until = window
        windows = dict.fromkeys(kinds, window)
        if BMI in kinds:
            windows |= {WEIGHT: window, HEIGHT: (None, until)}
        seen = self._seen(record_id, windows, by, how)
        if BMI in kinds:
            seen[BMI] += computed_bmi(seen[WEIGHT], seen[HEIGHT])
        return {
            kind: sorted(
                (
                    point
                    for point in seen[kind]
                    if (not since or point.at >= since) and (not until or point.at < until)
                ),
                key=_key,
            )
            for kind in kinds
        }

    def _latest(self, record_id: UUID, by: Actor, how: How) -> dict[str, Point]:
        """Looked for in more and more of the past: of a sensor, a month says enough."""
        now = self.clock.now()
        latest: dict[str, Point] = {}
        for span in LOOKING_BACK:
            left = [kind for kind in self.parts.measuring.kinds if kind not in latest]
            if not left:
                break
            window = (now - span if span else None, None)
            found = self.points(record_id, left, window, by, how)
            latest |= {kind: points[-1] for kind, points in found.items() if points}
        return latest

    def _seen(
        self, record_id: UUID, windows: Mapping[str, Window], by: Actor, how: How
    ) -> dict[str, list[Point]]:
        series = [
            (kind, one)
            for kind, window in windows.items()
            for each in self.together(record_id)
            for one in self.parts.listed.series(each, kind, *window)
        ]
        permits = self.gate.may_read(record_id, [one.attributes() for _, one in series], by, how)
        seen: dict[str, list[Point]] = {kind: [] for kind in windows}
        for (kind, one), permit in zip(series, permits, strict=True):
            if permit:
                seen[kind] += one.points
        return seen

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
    except (ValueError, TypeError, RecursionError):
        raise InvalidRequest(fields={"cursor": "unknown"}) from None
    return str(at), str(one)
