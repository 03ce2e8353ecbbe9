"""A SeaweedFS server of our own: one process, loopback only, durable, closed to anyone else.

Left to its defaults it listens everywhere, reports statistics to its makers, serves its files
without a key on the filer's port and does not fsync; each of that is turned off below.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from minio import Minio
from minio.error import S3Error
from urllib3 import PoolManager, Retry
from urllib3.exceptions import HTTPError

from scripts.machine.files import free_ports, kept_ports, kept_secret, private_folder, write_private
from scripts.machine.kept import Kept

ACCESS_KEY = "carnet"
PARTS = ("s3", "master", "volume", "filer", "admin")
PORTS = tuple(f"{part}{kind}" for part in PARTS for kind in ("", ".grpc"))
JWT_KEYS = ("SIGNING", "SIGNING_READ", "FILER_SIGNING", "FILER_SIGNING_READ")
WORKERS = max(1, (os.cpu_count() or 1) // 2)
"""Threads that work at once, as the broker's: one for each core of a machine that others work on
too takes a tenth more of its processor for a get or a put."""
START = 60.0  # seconds; below 1 on an idle machine
PROBE = "carnet-probe"


@dataclass
class ObjectStore:
    """All its files are in ``home``; started again there, it has its objects and its address."""

    home: Path

    def __post_init__(self) -> None:
        self.home = private_folder(self.home).resolve()
        self._ports = kept_ports(self.home / "ports.json", PORTS)
        self.access_key = ACCESS_KEY
        self.secret_key = kept_secret(self.home / "secret_key")
        self.process = Kept("seaweedfs", self.home)

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self._ports['s3']}"

    @property
    def filer(self) -> str:
        """Where SeaweedFS would serve everything to anyone, were it not for the signing keys."""
        return f"http://127.0.0.1:{self._ports['filer']}"

    def start(self, *, detached: bool = False) -> None:
        self._ports = free_ports(self.home / "ports.json", PORTS)
        self._write_identities()
        for folder in ("data", "log"):
            private_folder(self.home / folder)
        self.process.start(
            [_program(), *self._arguments()], environ=self._environ(), detached=detached
        )
        self.process.wait_until(self.answers, within=START)
        self._make_durable()

    def stop(self) -> None:
        """It forgets some of the sockets that it makes outside its folder, one for each part."""
        self.process.stop()
        for part in PARTS:
            port = self._ports[f"{part}.grpc"]
            Path(f"/tmp/seaweedfs-{part}-grpc-{port}.sock").unlink(missing_ok=True)  # noqa: S108 - it names it

    def client(self) -> Minio:
        return Minio(
            f"127.0.0.1:{self._ports['s3']}",
            access_key=self.access_key,
            secret_key=self.secret_key,
            secure=False,
            region="us-east-1",  # asked for otherwise, at each first use of a bucket
            http_client=PoolManager(timeout=10.0, retries=Retry(0)),
        )

    def answers(self) -> bool:
        """A real put and get: the port opens before there is a volume to write to."""
        client = self.client()
        try:
            if not client.bucket_exists(PROBE):
                client.make_bucket(PROBE)
            client.fput_object(PROBE, "probe", str(self.home / "ports.json"))
            answer = client.get_object(PROBE, "probe")
            try:
                return answer.read() == (self.home / "ports.json").read_bytes()
            finally:
                answer.close()
                answer.release_conn()
        except (HTTPError, S3Error, OSError):
            return False

    def _arguments(self) -> list[str]:
        ports = [
            f"-{name.removesuffix('.grpc')}.port{'.grpc' * name.endswith('.grpc')}={port}"
            for name, port in self._ports.items()
        ]
        return [
            "-logdir=log",
            "mini",
            "-dir=data",
            "-ip=127.0.0.1",
            "-ip.bind=127.0.0.1",
            *ports,
            "-admin.ui=false",
            "-webdav=false",
            "-master.telemetry=false",
            "-master.volumeSizeLimitMB=64",
            "-volume.max=10000",
            "-volume.preStopSeconds=0",
            "-filer.disableDirListing",
            "-filer.exposeDirectoryData=false",
            "-filer.allowedOrigins=http://127.0.0.1",
            "-filer.localSocket=filer.sock",
            "-s3.localSocket=s3.sock",
            "-s3.config=identities.json",
            "-s3.allowedOrigins=http://127.0.0.1",
            "-s3.port.iceberg=0",
            "-s3.port.lance=0",
            "-s3.autoCreateBucket=false",
            "-s3.allowDeleteBucketNotEmpty=false",
        ]

    def _environ(self) -> dict[str, str]:
        keys = {
            f"WEED_JWT_{name}_KEY": kept_secret(self.home / f"jwt_{name.lower()}")
            for name in JWT_KEYS
        }
        return keys | {
            "HOME": str(self.home),
            "GOMAXPROCS": str(WORKERS),
            "GOMEMLIMIT": "384MiB",
            "GOGC": "400",  # with less room it collects all the time: half of a put's CPU
            "WEED_MASTER_VOLUME_GROWTH_COPY_1": "1",  # by default every bucket opens seven files
        }

    def _write_identities(self) -> None:
        identity = {
            "name": ACCESS_KEY,
            "credentials": [{"accessKey": ACCESS_KEY, "secretKey": self.secret_key}],
            "actions": ["Admin", "Read", "Write", "List", "Tagging"],
        }
        write_private(self.home / "identities.json", json.dumps({"identities": [identity]}))

    def _make_durable(self) -> None:
        """An answer to a put means that the bytes are on the disk."""
        subprocess.run(
            [_program(), "-logdir=log", "shell", f"-master=127.0.0.1:{self._address('master')}"],
            input="fs.configure -locationPrefix=/buckets/ -fsync=true -apply\n",
            env=self._environ(),
            cwd=self.home,
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
        )

    def _address(self, part: str) -> str:
        """SeaweedFS's own way to name a server whose gRPC port is not port + 10,000."""
        return f"{self._ports[part]}.{self._ports[part + '.grpc']}"


def _program() -> Path:
    return Path(sys.executable).with_name("weed")


@contextmanager
def running_object_store(home: Path) -> Iterator[ObjectStore]:
    store = ObjectStore(home)
    store.start()
    try:
        yield store
    finally:
        store.stop()
