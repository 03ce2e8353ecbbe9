"""Liveness, readiness and metrics over HTTP."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from shared.telemetry.health import Health, HealthServer
from shared.telemetry.metrics import CALLS


@pytest.fixture
def server() -> Iterator[tuple[HealthServer, Health]]:
    checks = Health()
    running = HealthServer(0, checks=checks).start()
    yield running, checks
    running.stop()


def get(server: HealthServer, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{server.port}{path}", timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_a_lost_dependency_means_not_ready_but_alive(
    server: tuple[HealthServer, Health],
) -> None:
    """DESIGN section 12: liveness never restarts because a dependency is down."""
    running, checks = server
    assert get(running, "/ready")[0] == 200
    checks.add("broker", lambda: "the broker is out of reach")
    status, body = get(running, "/ready")
    assert status == 503
    assert json.loads(body)["unready"] == {"broker": "the broker is out of reach"}
    assert get(running, "/live")[0] == 200
    checks.add("broker", lambda: None)
    assert get(running, "/ready")[0] == 200


def test_a_check_that_fails_says_its_type_alone(server: tuple[HealthServer, Health]) -> None:
    """Readiness is read without a token: an error's text may hold an address or worse."""

    def broken() -> str:
        raise ValueError("KAMARA")

    running, checks = server
    checks.add("store", broken)
    status, body = get(running, "/ready")
    assert status == 503
    assert "ValueError" in body
    assert "KAMARA" not in body


def test_metrics_are_there_for_prometheus(server: tuple[HealthServer, Health]) -> None:
    CALLS.labels("vault", "open", "ok").inc()
    status, body = get(server[0], "/metrics")
    assert status == 200
    assert 'carnet_rpc_calls_total{method="open",outcome="ok",service="vault"}' in body


def test_other_paths_are_not_found(server: tuple[HealthServer, Health]) -> None:
    assert get(server[0], "/debug")[0] == 404
