"""A second S3 server, of other hands than SeaweedFS: moto's (Apache-2.0), in its own process.

It keeps everything in memory and knows no keys; what counts here is what it answers.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from minio import Minio
from minio.error import MinioException
from urllib3 import PoolManager, Retry
from urllib3.exceptions import HTTPError

from scripts.machine.files import free_ports
from scripts.machine.kept import Kept


@dataclass
class SecondStore:
    """Looks like :class:`scripts.machine.seaweedfs.ObjectStore` to a test."""

    endpoint: str
    access_key: str = "carnet"
    secret_key: str = "not-asked-for"

    def client(self) -> Minio:
        return Minio(
            self.endpoint.removeprefix("http://"),
            access_key=self.access_key,
            secret_key=self.secret_key,
            secure=False,
            region="us-east-1",
            http_client=PoolManager(timeout=10.0, retries=Retry(0)),
        )

    def answers(self) -> bool:
        try:
            return not self.client().bucket_exists("no-such-bucket")
        except (MinioException, HTTPError, OSError):
            return False


@contextmanager
def running_second_store(home: Path) -> Iterator[SecondStore]:
    port = free_ports(home / "ports.json", ("s3",))["s3"]
    server = Kept("moto", home)
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    server.start(command, environ={**os.environ, "HOME": str(home)})
    store = SecondStore(f"http://127.0.0.1:{port}")
    server.wait_until(store.answers, within=60)
    try:
        yield store
    finally:
        server.stop()
