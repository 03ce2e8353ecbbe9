"""Grafana's dashboards: what an operator looks at, as a table of panels."""

from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
WIDTH, HEIGHT, COLUMNS = 12, 8, 2
LAG = "time() - max by ({by}) ({metric})"


@dataclass(frozen=True)
class Panel:
    """``unit`` in Grafana's words; ``legend`` in its template language."""

    title: str
    expression: str
    legend: str = ""
    unit: str = "short"


CALLS = (
    Panel("Calls", "sum by (service) (rate(carnet_rpc_calls_total[5m]))", "{{service}}", "reqps"),
    Panel(
        "Refused or failed, by outcome",
        'sum by (outcome) (rate(carnet_rpc_calls_total{outcome!="ok"}[5m]))',
        "{{outcome}}",
        "reqps",
    ),
    Panel(
        "Duration of 95 in 100",
        "histogram_quantile(0.95, sum by (service, le) (rate(carnet_rpc_call_seconds_bucket[5m])))",
        "{{service}}",
        "s",
    ),
    Panel(
        "Slowest methods, 95 in 100",
        "topk(10, histogram_quantile(0.95,"
        " sum by (service, method, le) (rate(carnet_rpc_call_seconds_bucket[5m]))))",
        "{{service}}.{{method}}",
        "s",
    ),
    Panel("Being handled", "sum by (service) (carnet_rpc_calls_in_progress)", "{{service}}"),
    Panel(
        "Requests that wait in a queue",
        'max by (queue) (rabbitmq_detailed_queue_messages{queue=~"rpc-.+"})',
        "{{queue}}",
    ),
    Panel(
        "Dropped: nobody to answer",
        "sum by (service, reason) (rate(carnet_rpc_dropped_total[5m]))",
        "{{service}} {{reason}}",
    ),
    Panel(
        "Replies lost or late",
        "sum(rate(carnet_rpc_lost_replies_total[5m]))"
        " + sum(rate(carnet_rpc_late_replies_total[5m]))",
        "replies",
    ),
)
EVENTS = (
    Panel("Events saved", "sum by (service) (rate(carnet_log_position[5m]))", "{{service}}"),
    Panel(
        "Messages published",
        "sum by (service) (rate(carnet_published_total[5m]))",
        "{{service}}",
    ),
    Panel(
        "Relay behind, in seconds",
        LAG.format(by="service", metric="carnet_published_until_timestamp_seconds"),
        "{{service}}",
        "s",
    ),
    Panel(
        "Relay behind, in positions",
        "max by (service) (carnet_log_position) - max by (service) (carnet_published_position)",
        "{{service}}",
    ),
    Panel(
        "Follower behind, in seconds",
        LAG.format(by="service, publisher", metric="carnet_followed_until_timestamp_seconds"),
        "{{service}} of {{publisher}}",
        "s",
    ),
    Panel(
        "Follower: position of the publisher's log reached",
        "max by (service, publisher) (carnet_followed_position)",
        "{{service}} of {{publisher}}",
    ),
    Panel(
        "Read model behind, in seconds",
        LAG.format(by="service, view", metric="carnet_projected_until_timestamp_seconds"),
        "{{service}} {{view}}",
        "s",
    ),
    Panel(
        "Read model behind, in positions",
        "max by (service) (carnet_log_position)"
        " - on (service) group_right max by (service, view) (carnet_projected_position)",
        "{{service}} {{view}}",
    ),
    Panel(
        "Messages, by what became of them",
        "sum by (outcome) (rate(carnet_followed_total[5m]))",
        "{{outcome}}",
    ),
    Panel("Parked", "max by (service) (carnet_parked_messages)", "{{service}}"),
    Panel("Loops that wait for an operator", "max by (loop) (carnet_loop_stopped)", "{{loop}}"),
    Panel(
        "Rounds that failed",
        "sum by (loop, kind) (rate(carnet_loop_failures_total[5m]))",
        "{{loop}} {{kind}}",
    ),
    Panel(
        "Follower queues",
        'max by (queue) (rabbitmq_detailed_queue_messages{queue=~".+[.]from[.].+"})',
        "{{queue}}",
    ),
)
TRUST = (
    Panel(
        "Decisions, by outcome and mode",
        "sum by (outcome, mode) (rate(carnet_decisions_total[5m]))",
        "{{outcome}} {{mode}}",
    ),
    Panel(
        "Emergency openings in an hour",
        'sum(increase(carnet_decisions_total{mode="break_glass"}[1h]))',
        "openings",
    ),
    Panel(
        "Out of the transparency log, in seconds",
        LAG.format(by="service", metric="carnet_audit_logged_until_timestamp_seconds"),
        "{{service}}",
        "s",
    ),
    Panel(
        "Out of the transparency log, in events",
        "max by (service) (carnet_log_position) - max by (service) (carnet_audit_logged_position)",
        "{{service}}",
    ),
    Panel(
        "Checkpoints heard of",
        "sum by (service, outcome) (rate(carnet_checkpoints_total[5m]))",
        "{{service}} {{outcome}}",
    ),
    Panel(
        "Keys not handed over",
        "sum by (service) (rate(carnet_key_errors_total[5m]))",
        "{{service}}",
    ),
    Panel(
        "Object store errors",
        "sum by (bucket) (rate(carnet_object_store_errors_total[5m]))",
        "{{bucket}}",
    ),
    Panel(
        "Deliveries that were none of ours",
        "sum by (service, publisher) (rate(carnet_followed_malformed_total[5m]))",
        "{{service}} of {{publisher}}",
    ),
    Panel(
        "Put aside by the broker",
        'max(rabbitmq_detailed_queue_messages{queue="carnet.dead"})',
        "deliveries",
    ),
)
BOARDS = {"calls": CALLS, "events": EVENTS, "trust": TRUST}


def dashboards() -> dict[str, Json]:
    """By name: the JSON that Grafana provisions."""
    return {name: _board(name, panels) for name, panels in BOARDS.items()}


def _board(name: str, panels: tuple[Panel, ...]) -> Json:
    return {
        "uid": f"carnet-{name}",
        "title": f"Carnet: {name}",
        "tags": ["carnet"],
        "timezone": "utc",
        "editable": False,
        "refresh": "30s",
        "time": {"from": "now-3h", "to": "now"},
        "schemaVersion": 39,
        "panels": [_panel(number, panel) for number, panel in enumerate(panels)],
    }


def _panel(number: int, panel: Panel) -> Json:
    row, column = divmod(number, COLUMNS)
    return {
        "id": number + 1,
        "type": "timeseries",
        "title": panel.title,
        "datasource": {"type": "prometheus", "uid": "prometheus"},
        "gridPos": {"x": column * WIDTH, "y": row * HEIGHT, "w": WIDTH, "h": HEIGHT},
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "targets": [{"refId": "A", "expr": panel.expression, "legendFormat": panel.legend}],
    }
