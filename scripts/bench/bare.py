"""What we build on, alone: the library's saves, an object store, Cedar, a Merkle tree."""

import io
import os
import tempfile
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import ClassVar
from uuid import UUID, uuid4

import cedarpy
from eventsourcing.application import Application
from minio import Minio
from pymerkle import InmemoryTree

from scripts.bench.measures import Note
from scripts.bench.yardsticks import rate_of
from scripts.machine.seaweedfs import ObjectStore
from services.access.adapters.cedar import SCHEMA, read_policies

SIZE = 50_000
LEAVES = 20_000
BUCKET = "bench"


class Bare(Application[UUID]):
    """Nothing sealed, nothing guarded."""

    name = "bare"
    env: ClassVar[dict[str, str]] = {"PERSISTENCE_MODULE": "eventsourcing.sqlite"}


def saves() -> float:
    """Events a second, one a transaction, on SQLite."""
    with tempfile.TemporaryDirectory() as folder:
        plain = Bare(env={"SQLITE_DBNAME": str(Path(folder) / "bare.db")})
        record_id = uuid4()
        try:
            return rate_of(lambda: plain.save(Note(record_id, "text")))
        finally:
            plain.close()


def objects(store: ObjectStore) -> dict[str, float]:
    """PUT and GET of 50 KB a second, one after another."""
    address = store.endpoint.removeprefix("http://")
    client = Minio(address, access_key=store.access_key, secret_key=store.secret_key, secure=False)
    if not client.bucket_exists(BUCKET):
        client.make_bucket(BUCKET)
    content = os.urandom(SIZE)

    def put() -> None:
        client.put_object(BUCKET, uuid4().hex, io.BytesIO(content), SIZE)

    def get() -> None:
        with client.get_object(BUCKET, "same") as answer:
            answer.read()
            answer.release_conn()

    client.put_object(BUCKET, "same", io.BytesIO(content), SIZE)
    return {"s3_put_50kb": rate_of(put), "s3_get_50kb": rate_of(get)}


def cedar() -> dict[str, float]:
    """Microseconds of one evaluation: of one rule that permits all, and of all our rules."""
    request = {
        "principal": {"type": "Patient", "id": "caller"},
        "action": {"type": "Action", "id": "read"},
        "resource": {"type": "Item", "id": "0"},
        "context": {},
    }
    texts = read_policies()
    ours = "\n".join(text for name, text in texts.items() if name != SCHEMA)
    found = {}
    for name, text in (("one", "permit(principal, action, resource);"), ("all", ours)):
        policies = cedarpy.PolicySet.from_str(text)
        evaluate = partial(cedarpy.is_authorized, request, policies, [])
        found[f"cedarpy_{name}_us"] = 1e6 / rate_of(evaluate)
    return found


def merkle() -> float:
    """Leaves a second that pymerkle appends to a tree in memory, and its root."""
    tree = InmemoryTree(algorithm="sha256")
    began = perf_counter()
    for number in range(LEAVES):
        tree.append_entry(number.to_bytes(32, "big"))
    tree.get_state()
    return LEAVES / (perf_counter() - began)
