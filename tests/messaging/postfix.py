"""Debian's postfix as the mail server of a practice: private folders and ports, loopback only."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.deadline import eventually

DOMAIN = "hopital.mssante.fr"
PROGRAM = shutil.which("postfix", path=f"/usr/sbin:{os.environ['PATH']}")
DAEMONS = (
    "cleanup unix n - n - 0 cleanup",
    "qmgr unix n - n 300 1 qmgr",
    "rewrite unix - - n - - trivial-rewrite",
    "bounce unix - - n - 0 bounce",
    "defer unix - - n - 0 bounce",
    "trace unix - - n - 0 bounce",
    "verify unix - - n - 1 verify",
    "proxymap unix - - n - - proxymap",
    "smtp unix - - n - - smtp",
    "relay unix - - n - - smtp",
    "error unix - - n - - error",
    "retry unix - - n - - error",
    "discard unix - - n - - discard",
    "local unix - n n - - local",
    "virtual unix - n n - - virtual",
    "anvil unix - - n - 1 anvil",
    "scache unix - - n - 1 scache",
    "tlsmgr unix - - n 1000? 1 tlsmgr",
    "postlog unix-dgram n - n - 1 postlogd",
)


def why_not() -> str | None:
    """What is missing to run one; ``None`` when it can be."""
    if PROGRAM is None:
        return "postfix is not installed: apt-get install postfix"
    if os.geteuid() != 0:
        return "postfix runs as root alone"
    return None


@dataclass
class Postfix:
    """``home/mail/<user>/new`` holds what came for its people."""

    home: Path
    port: int

    def received(self, user: str) -> list[bytes]:
        """Oldest first; within a second the names alone do not say."""
        files = (self.home / "mail" / user / "new").glob("*")
        return [file.read_bytes() for file in sorted(files, key=lambda f: f.stat().st_mtime_ns)]

    def log(self) -> str:
        return (self.home / "maillog").read_text()


@contextmanager
def running(edge_port: int, **more: str) -> Iterator[Postfix]:
    """Mail for patients goes to ``edge_port``; that for ``DOMAIN`` stays, for who it knows.
    ``more``: settings of main.cf."""
    home = Path(tempfile.mkdtemp(prefix="carnet-postfix-"))
    home.chmod(0o755)
    with socket.create_server(("127.0.0.1", 0)) as free:
        server = Postfix(home, free.getsockname()[1])
    _configure(server, edge_port, more)
    command = [str(PROGRAM), "-c", str(home / "etc")]
    try:
        subprocess.run([*command, "start"], check=True, capture_output=True, timeout=60)
        eventually(lambda: _answers(server.port), within=30)
        yield server
    finally:
        subprocess.run([*command, "stop"], check=False, capture_output=True, timeout=60)
        shutil.rmtree(home, ignore_errors=True)


def _configure(server: Postfix, edge_port: int, more: Mapping[str, str]) -> None:
    home, owner = server.home, pwd.getpwnam("postfix")
    for folder in ("etc", "queue", "data", "mail"):
        (home / folder).mkdir(mode=0o755)
    for folder in ("data", "mail"):
        os.chown(home / folder, owner.pw_uid, owner.pw_gid)
    settings = {
        "compatibility_level": "3.6",
        "queue_directory": home / "queue",
        "data_directory": home / "data",
        "maillog_file": home / "maillog",
        "maillog_file_prefixes": home,
        "inet_interfaces": "127.0.0.1",
        "inet_protocols": "ipv4",
        "myhostname": f"mx.{DOMAIN}",
        "mydestination": "",
        "mynetworks": "127.0.0.0/8",
        "smtpd_relay_restrictions": "permit_mynetworks, reject",
        "smtpd_tls_security_level": "none",
        "smtp_tls_security_level": "none",
        "smtp_dns_support_level": "disabled",
        "virtual_mailbox_domains": DOMAIN,
        "virtual_mailbox_base": home / "mail",
        "virtual_mailbox_maps": f"inline:{{jean.dupont@{DOMAIN}=jean.dupont/}}",
        "virtual_uid_maps": f"static:{owner.pw_uid}",
        "virtual_gid_maps": f"static:{owner.pw_gid}",
        "transport_maps": f"inline:{{patient.mssante.fr=smtp:[127.0.0.1]:{edge_port}}}",
        "minimal_backoff_time": "1s",
        "maximal_backoff_time": "1s",
        "queue_run_delay": "1s",
        **more,
    }
    lines = [f"{name} = {value}\n" for name, value in settings.items()]
    (home / "etc" / "main.cf").write_text("".join(lines))
    listening = f"127.0.0.1:{server.port} inet n - n - - smtpd"
    (home / "etc" / "master.cf").write_text("\n".join([listening, *DAEMONS, ""]))


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as client:
            return client.recv(3) == b"220"
    except OSError:
        return False
