"""What is counted. Labels are names from our own code: never an id, never a caller's text."""

from prometheus_client import Counter, Gauge, Histogram

CALLS = Counter(
    "carnet_rpc_calls_total", "Calls answered, by outcome", ["service", "method", "outcome"]
)
CALL_SECONDS = Histogram(
    "carnet_rpc_call_seconds",
    "Time from delivery to answer",
    ["service", "method"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
IN_PROGRESS = Gauge("carnet_rpc_calls_in_progress", "Calls being handled", ["service"])
DROPPED = Counter(
    "carnet_rpc_dropped_total",
    "Deliveries acknowledged and dropped because nobody could be answered",
    ["service", "reason"],
)
LOST_REPLIES = Counter(
    "carnet_rpc_lost_replies_total", "Replies that could not be sent to the broker", ["service"]
)
DECISIONS = Counter(
    "carnet_decisions_total", "Access decisions, by outcome", ["mode", "action", "outcome"]
)
OBJECT_ERRORS = Counter(
    "carnet_object_store_errors_total", "Calls that the object store did not serve", ["bucket"]
)
KEY_ERRORS = Counter(
    "carnet_key_errors_total", "Keys that keyring did not hand over when asked", ["service"]
)
LATE_REPLIES = Counter(
    "carnet_rpc_late_replies_total", "Replies that came after their caller had given up"
)
