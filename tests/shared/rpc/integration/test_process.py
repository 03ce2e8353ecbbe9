"""``python -m services``: how a process starts, stops and explains itself."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from shared.rpc.client import RpcClient
from tests.shared.rpc.place import ROOT, Place, deployment, serving, started
from tests.support.deadline import eventually


def services(
    *arguments: str, environ: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "services", *arguments],
        cwd=ROOT,
        env=environ or {"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_help_teaches() -> None:
    told = services("--help")
    assert told.returncode == 0
    for word in ("SERVICE.ENTRYPOINT", "CARNET_HTTP_PORT", "example:", "rpc", "follow"):
        assert word in told.stdout
    assert "deprecated" not in told.stderr


def test_an_unknown_name_lists_the_known_ones() -> None:
    told = services("vault.dance")
    assert told.returncode == 2
    assert "vault.dance is not one of" in told.stderr


def test_a_contract_without_its_handlers_refuses_to_boot(tmp_path: Path) -> None:
    """A method that nobody answers must be met by who deploys, not by who calls."""
    unreachable = "pyamqp://guest:guest@127.0.0.1:1//"
    environ, _ = deployment(unreachable, tmp_path, GREETER_FORGETS="greet")
    with started(environ, tmp_path / "log") as process:
        assert process.wait(timeout=20) == 1
    assert "greeter: no handler for greet" in (tmp_path / "log").read_text()


def test_it_waits_for_a_broker_and_is_not_ready_meanwhile(tmp_path: Path) -> None:
    """Started before the broker, a process waits: it does not crash in a loop."""
    environ, _ = deployment("pyamqp://guest:guest@127.0.0.1:1//", tmp_path)
    with started(environ, tmp_path / "log") as process:
        eventually(lambda: "broker_lost" in (tmp_path / "log").read_text(), within=20)
        assert process.poll() is None
        process.terminate()
        assert process.wait(timeout=20) == 0


def test_it_finishes_what_is_under_way(amqp_uri: str, tmp_path: Path) -> None:
    """SIGTERM and Ctrl-C let calls finish and be answered; new ones go to another replica."""
    for number in (signal.SIGTERM, signal.SIGINT):
        folder = tmp_path / number.name
        folder.mkdir()
        with serving(amqp_uri, folder) as place, place.client() as client:
            _nap_while_stopping(place, client, number)


def test_what_a_killed_process_had_taken_is_done_by_another(amqp_uri: str, tmp_path: Path) -> None:
    """A request is acknowledged after its reply: the broker keeps it for whoever is left."""
    with ThreadPoolExecutor(1) as pool, RpcClient(amqp_uri) as client:
        with serving(amqp_uri, tmp_path) as place:
            nap = pool.submit(
                client.call, "greeter", "nap", {"seconds": 1}, token=place.patient(), timeout=60
            )
            eventually(lambda: place.metric("carnet_rpc_calls_in_progress", service="greeter") == 1)
            place.process.kill()
            place.process.wait()
        with serving(amqp_uri, tmp_path) as place:
            assert nap.result(timeout=60) == {"position": 1}
            assert place.ran() == ["nap"]


def _nap_while_stopping(place: Place, client: RpcClient, number: signal.Signals) -> None:
    with ThreadPoolExecutor(1) as pool:
        nap = pool.submit(client.call, "greeter", "nap", {"seconds": 1}, token=place.patient())
        eventually(lambda: place.metric("carnet_rpc_calls_in_progress", service="greeter") == 1)
        place.process.send_signal(number)
        assert nap.result(timeout=10) == {"position": 1}
    assert place.process.wait(timeout=20) == 0
    assert place.lines()[-1]["event"] == "stopped"


def test_a_queue_with_other_limits_is_said_and_not_ready(place: Place, tmp_path: Path) -> None:
    """RabbitMQ keeps the arguments a queue was declared with: a changed setting must be seen."""
    environ, _ = deployment(place.amqp_uri, tmp_path, CARNET_RPC_QUEUE_LENGTH="7")
    with started(environ, tmp_path / "log") as process:
        eventually(lambda: "queue_differs" in (tmp_path / "log").read_text(), within=20)
        assert process.poll() is None
        process.terminate()
        assert process.wait(timeout=20) == 0
