"""What eventing counts. Labels are names from our own code: never an id, never content."""

from prometheus_client import Counter, Gauge

PUBLISHED = Counter("carnet_published_total", "Messages confirmed by the broker", ["service"])
PUBLISHED_POSITION = Gauge(
    "carnet_published_position", "Log position up to which all is published", ["service"]
)
APPLIED = Counter(
    "carnet_followed_total",
    "Messages a follower has done with, by outcome",
    ["service", "publisher", "outcome"],
)
FOLLOWED_POSITION = Gauge(
    "carnet_followed_position", "Position applied last", ["service", "publisher"]
)
MALFORMED = Counter(
    "carnet_followed_malformed_total",
    "Deliveries acknowledged and dropped because they are none of our messages",
    ["service", "publisher"],
)
PROJECTED_POSITION = Gauge(
    "carnet_projected_position", "Log position a read model has reached", ["service", "view"]
)
LOG_POSITION = Gauge("carnet_log_position", "Last position of a service's log", ["service"])
LOGGED_POSITION = Gauge(
    "carnet_audit_logged_position",
    "Position up to which the transparency log has a service's events, as it has heard",
    ["service"],
)
PARKED = Gauge("carnet_parked_messages", "Messages that wait for an operator", ["service"])
PUBLISHED_FRESH = Gauge(
    "carnet_published_until_timestamp_seconds",
    "All that was saved before this instant is published",
    ["service"],
)
PROJECTED_FRESH = Gauge(
    "carnet_projected_until_timestamp_seconds",
    "All that was saved before this instant is in the read model",
    ["service", "view"],
)
FOLLOWED_FRESH = Gauge(
    "carnet_followed_until_timestamp_seconds",
    "All that the publisher saved before this instant is applied",
    ["service", "publisher"],
)
LOGGED_FRESH = Gauge(
    "carnet_audit_logged_until_timestamp_seconds",
    "All that was saved before this instant is in the transparency log",
    ["service"],
)
STOPPED = Gauge(
    "carnet_loop_stopped",
    "1 while a loop waits for an operator: a log was restored, or a message cannot be published",
    ["loop"],
)
FAILURES = Counter("carnet_loop_failures_total", "Rounds that failed, by kind", ["loop", "kind"])
CHECKPOINTS = Counter(
    "carnet_checkpoints_total",
    "Checkpoints of the transparency log heard of, by what became of them: kept, late, inconsistent"
    " (an operator must look)",
    ["service", "outcome"],
)
