"""Objects in any S3 store, through the minio SDK: written once, streamed back."""

import hashlib
import re
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from minio import Minio
from minio.error import InvalidResponseError, MinioException, S3Error
from urllib3 import PoolManager, Retry, Timeout
from urllib3.exceptions import HTTPError

from shared.kernel.common import CommonSettings
from shared.kernel.errors import TooLarge, Unavailable
from shared.kernel.settings import SettingsError
from shared.telemetry.metrics import OBJECT_ERRORS

CONNECT_TIMEOUT = 3.0
READ_TIMEOUT = 30.0
"""Seconds without a byte from the store before it is ``unavailable``."""
CHUNK = 64 * 1024
"""Bytes handed on at a time."""
LARGEST = 64 * 1024 * 1024
"""Bytes of one object: it is sent in one conditional put, which a multipart upload is not."""
SHA256 = "x-amz-meta-sha256"

KEY = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
"""Some stores take ``a//b`` and ``a/./b`` for ``a/b``: no segment is empty or begins by a dot."""


PAUSES = (0.1, 0.4)
"""Seconds before a bucket that could not be made is looked at again."""


class AlreadyThere(Exception):
    """An object of this key exists; it was left as it is."""


class NotThere(Exception):
    """There is no object of this key."""


@dataclass(frozen=True)
class Stat:
    """``sha256``: in hex, of the bytes as stored; ``None`` if it was not put by ``put_once``."""

    size: int
    sha256: str | None


class Objects:
    """One bucket. Every method raises ``Unavailable`` when the store is out of reach."""

    def __init__(self, client: Minio, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put_once(self, key: str, stream: Iterable[bytes], size: int) -> str:
        """Store exactly ``size`` bytes under a new key; return their SHA-256 in hex.

        Of several that race, one wins and the others raise :class:`AlreadyThere`. A stream of
        another length raises ``ValueError``; nothing is stored then.
        """
        if size > LARGEST:
            raise TooLarge(f"an object has at most {LARGEST} bytes")
        content, sha256 = _gather(stream, size)
        # put_object() takes If-None-Match for mere metadata: only the lower-level put sends it.
        headers: dict[str, str | list[str] | tuple[str]] = {"If-None-Match": "*", SHA256: sha256}
        with self._reachable():
            self._client._put_object(self._bucket, _checked(key), content, headers=headers)
        return sha256

    def put(self, key: str, content: bytes) -> None:
        """Store a small object, in the place of what was there."""
        with self._reachable():
            self._client._put_object(self._bucket, _checked(key), content)

    def get(self, key: str) -> Iterator[bytes]:
        """The content in chunks; :class:`NotThere` at the first."""
        with self._reachable():
            response = self._client.get_object(self._bucket, _checked(key))
            try:
                yield from response.stream(CHUNK)
            finally:
                response.close()
                response.release_conn()

    def read(self, key: str) -> bytes | None:
        """A small object whole; ``None`` if there is none."""
        try:
            return b"".join(self.get(key))
        except NotThere:
            return None

    def stat(self, key: str) -> Stat | None:
        """What is known of an object; ``None`` if there is none."""
        try:
            with self._reachable():
                found = self._client.stat_object(self._bucket, _checked(key))
        except NotThere:
            return None
        return Stat(found.size or 0, (found.metadata or {}).get(SHA256))

    def delete(self, key: str) -> None:
        """Also when there is none."""
        with self._reachable():
            self._client.remove_object(self._bucket, _checked(key))

    def list(self, prefix: str = "") -> Iterator[str]:
        """Keys that begin with ``prefix``, in order."""
        with self._reachable():
            for item in self._client.list_objects(self._bucket, prefix=prefix, recursive=True):
                if item.object_name:
                    yield item.object_name

    def make_bucket(self) -> None:
        """If it is missing. Several processes may do so at once: SeaweedFS then tells one of them,
        for a moment, that there is no such bucket."""
        for pause in PAUSES:
            with suppress(AlreadyThere, Unavailable), self._reachable():
                if not self._client.bucket_exists(self._bucket):
                    self._client.make_bucket(self._bucket)
                return
            time.sleep(pause)
        with self._reachable():
            if not self._client.bucket_exists(self._bucket):
                raise Unavailable("the object store makes no bucket")

    def check(self) -> str | None:
        """For readiness: a sentence if the store does not answer."""
        try:
            with self._reachable():
                self._client.bucket_exists(self._bucket)
        except Unavailable as error:
            return error.message
        return None

    @contextmanager
    def _reachable(self) -> Iterator[None]:
        try:
            yield
        except (S3Error, InvalidResponseError) as error:
            meant = _meaning(error)
            if isinstance(meant, Unavailable):
                OBJECT_ERRORS.labels(self._bucket).inc()
            raise meant from error
        except (MinioException, HTTPError, OSError) as error:
            OBJECT_ERRORS.labels(self._bucket).inc()
            raise Unavailable("the object store is out of reach") from error


def open_objects(settings: CommonSettings, bucket: str) -> Objects:
    """The bucket of that name, behind the operator's prefix, made if it is missing."""
    if not settings.s3_endpoint:
        raise SettingsError("CARNET_S3_ENDPOINT must be set")
    address = urlsplit(settings.s3_endpoint)
    client = Minio(
        address.netloc,
        access_key=settings.s3_access_key,
        secret_key=settings.s3_secret_key,
        secure=address.scheme == "https",
        http_client=PoolManager(
            timeout=Timeout(connect=CONNECT_TIMEOUT, read=READ_TIMEOUT),
            maxsize=settings.rpc_workers,
            retries=Retry(0),  # a put repeated after a lost answer would find itself in the way
        ),
    )
    objects = Objects(client, settings.s3_bucket_prefix + bucket)
    objects.make_bucket()
    return objects


def _gather(stream: Iterable[bytes], size: int) -> tuple[bytes, str]:
    content, digest = bytearray(), hashlib.sha256()
    for chunk in stream:
        content += chunk
        digest.update(chunk)
        if len(content) > size:
            break
    if len(content) != size:
        raise ValueError("the stream has another length than was said")
    return bytes(content), digest.hexdigest()


def _checked(key: str) -> str:
    if not KEY.fullmatch(key):
        raise ValueError(f"{key!r} cannot be the key of an object")
    return key


def _meaning(error: S3Error | InvalidResponseError) -> Exception:
    code = error.code if isinstance(error, S3Error) else ""
    if code in {"PreconditionFailed", "BucketAlreadyOwnedByYou", "BucketAlreadyExists"}:
        return AlreadyThere()
    if code == "NoSuchKey":
        return NotThere()
    return Unavailable(f"the object store refused: {code or 'no S3 answer'}")
