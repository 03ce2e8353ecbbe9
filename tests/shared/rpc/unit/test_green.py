"""Names are looked up beside the green threads of a process, not in their way."""

import subprocess
import sys

from tests.shared.rpc.place import ROOT

SLOW_NAME_SERVER = """
import shared.rpc.green as green
import socket, eventlet
from eventlet.patcher import original

answered, turns = original("threading").Event(), []

def asked_of_system(host, *rest):
    if host == "carnet.example" and not rest[-1] & socket.AI_NUMERICHOST:
        assert answered.wait(10)  # of real threads: whoever waits for it here stops them all
        return [(2, 1, 6, "", ("192.0.2.1", 5672))]
    return really(host, *rest)

really, green.asked_of_system = green.asked_of_system, asked_of_system

def others():
    for turn in range(3):
        turns.append(turn)
        eventlet.sleep(0)
    answered.set()

eventlet.spawn(others)
assert socket.getaddrinfo("carnet.example", 5672)[0][4] == ("192.0.2.1", 5672)
assert turns == [0, 1, 2]
assert socket.getaddrinfo("127.0.0.1", 5672, type=socket.SOCK_STREAM)[0][4] == ("127.0.0.1", 5672)
assert socket.getaddrinfo("localhost", 80)
try:
    socket.getaddrinfo("no-such-name.invalid", 80)
except socket.gaierror:
    print("ok")
"""


def test_a_slow_name_server_holds_up_nobody_else() -> None:
    command = [sys.executable, "-W", "ignore", "-c", SLOW_NAME_SERVER]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False
    )
    assert (done.stdout.strip(), done.stderr) == ("ok", "")
