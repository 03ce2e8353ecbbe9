"""Liveness, readiness and metrics of a process, over HTTP.

``/live`` answers 200 while the process turns, whatever it depends on: a restart mends no
broker. ``/ready`` answers 503 while one check fails, and names it. ``/metrics`` is for
Prometheus.
"""

import json
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

Check = Callable[[], str | None]
"""Looks at one thing this process needs; a sentence when it is not well, else ``None``."""


class Health:
    """The checks of one process. Each is named once, by whoever depends on the thing."""

    def __init__(self) -> None:
        self._checks: dict[str, Check] = {}

    def add(self, name: str, check: Check) -> None:
        self._checks[name] = check

    def remove(self, name: str) -> None:
        self._checks.pop(name, None)

    def unready(self) -> dict[str, str]:
        """What is not well, by name; empty when ready."""
        found = {name: _look(check) for name, check in list(self._checks.items())}
        return {name: sentence for name, sentence in found.items() if sentence}


health = Health()
"""Of this process: services grouped in it are ready together."""


def _look(check: Check) -> str | None:
    try:
        return check()
    except Exception as error:  # noqa: BLE001 - any failure of a check means not ready
        return f"the check failed: {type(error).__name__}"


class HealthServer:
    """Plain threads, which are green ones in a process that monkey-patched first."""

    def __init__(self, port: int, host: str = "127.0.0.1", checks: Health = health) -> None:
        handler = type("_Handler", (_Handler,), {"checks": checks})
        self._server = ThreadingHTTPServer((host, port), handler)
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]
        self._thread = Thread(target=self._server.serve_forever, daemon=True, name="health")

    def start(self) -> "HealthServer":
        self._thread.start()
        return self

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    checks: Health

    def do_GET(self) -> None:
        if self.path == "/live":
            self._answer(200, "application/json", b'{"live": true}')
        elif self.path == "/ready":
            unready = self.checks.unready()
            body = json.dumps({"ready": not unready, "unready": unready}).encode()
            self._answer(503 if unready else 200, "application/json", body)
        elif self.path == "/metrics":
            self._answer(200, CONTENT_TYPE_LATEST, generate_latest())
        else:
            self._answer(404, "text/plain", b"live, ready or metrics\n")

    def _answer(self, status: int, content_type: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its own name
        """Probes come every few seconds: they are no log lines."""
