"""``CARNET_TELEMETRY_*``."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class TelemetrySettings:
    http_host: str = "127.0.0.1"
    """Address that health and metrics are served on; ``0.0.0.0`` in a container."""
    otlp_endpoint: str | None = None
    """Where traces go (``http(s)://host:port/v1/traces``); nowhere when unset."""
