"""``CARNET_RPC_*``: limits of what a service takes in."""

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class RpcSettings:
    timeout: float = 10.0
    """Seconds a call between services may take."""
    longest: float = 600.0
    """Seconds from now until a caller's deadline; a later one is taken for this."""
    workers: int = 10
    """Calls one service handles at once in this process."""
    max_body: int = 8 * MIB
    """Bytes of one request: a document of 5 MB (the DMP's rule) as base64, and room."""
    max_members: int = 500_000
    """Names, values and entries of one request as JSON: each takes some 100 bytes once read."""
    bytes_in_flight: int = 96 * MIB
    """Bytes of requests one service may hold at once: lowers ``workers`` where needed."""
    queue_length: int = 1_000
    """Requests that wait for a service; one more is refused to its publisher."""
    queue_seconds: int = 60
    """Seconds a request without a deadline of its own waits in the queue."""
    rate: float = 100.0
    """Calls per second of one caller, sustained; services have no rate of their own."""
    burst: int = 500
    """Calls one caller may make at once after a rest."""
    stale_seconds: float = 2.0
    """Seconds a query waits for the read model to reach ``at_least``."""

    @property
    def prefetch(self) -> int:
        """Deliveries held at once: as many as are handled, and no more bytes than allowed."""
        return max(1, min(self.workers, self.bytes_in_flight // self.max_body))
