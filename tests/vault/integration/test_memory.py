"""Memory stays flat however much goes through: measured in a process of its own."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
PROGRAM = """
import base64, os, sys
from pathlib import Path
from uuid import UUID, uuid4

from services.vault.contract.reading import Open
from tests.vault.world import DOCTOR, METADATA, RECORD, World


class Files:
    def __init__(self, home):
        self.home = home

    def path(self, key):
        return self.home / key.replace("/", "-")

    def put_once(self, key, stream, size):
        from hashlib import sha256
        digest = sha256()
        with self.path(key).open("xb") as file:
            for chunk in stream:
                digest.update(chunk)
                file.write(chunk)
        return digest.hexdigest()

    def get(self, key):
        with self.path(key).open("rb") as file:
            while chunk := file.read(65536):
                yield chunk


def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


home = Path(sys.argv[1])
(home / "objects").mkdir()
world = World(home, objects=Files(home / "objects"))
seen, through = [], 0
for number in range(12):
    data = b"%PDF-1.4 " + str(number).encode() + os.urandom(4_400_000) + b"\\n%%EOF\\n"
    done = world.deposit(data, record_id=str(RECORD), metadata=METADATA)
    opened = world.vault.open(Open(document_id=done.document_id), DOCTOR)
    assert base64.b64decode(opened.content) == data
    through += len(data)
    del data, done, opened
    seen.append(resident())
world.vault.close()
print(through, max(seen[2:4]), max(seen[4:]))
"""


def test_fifty_megabytes_leave_no_trace_in_memory(tmp_path: Path) -> None:
    """Twelve documents of 4.4 MB in and out; the later ones find as much room as the first."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    through, early, late = map(int, done.stdout.split())

    assert through > 50_000_000
    assert late - early < 8_000_000
