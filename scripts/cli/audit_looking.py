"""Reading under a mandate: the records in scope and no other, each use journalled."""

import heapq
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

from scripts.cli import callers
from scripts.cli.audit_evidence import Where, open_keys, open_stores, public_keys
from scripts.cli.audit_keys import mandated_keys
from scripts.cli.audit_options import progress
from scripts.cli.audit_told import Advance, Reader
from scripts.cli.place import Place
from scripts.cli.screen import err
from services.audit.adapters.contents import KeysOf
from services.audit.adapters.event_stores import CannotRead, Stores
from services.audit.domain.mandate import WHOLE, Mandate
from services.audit.domain.told import Told
from shared.crypto.event_cipher import read_header
from shared.kernel.actor import ActorKind
from shared.kernel.errors import Refusal
from shared.rpc.client import RpcClient


@dataclass(frozen=True, kw_only=True)
class Looking:
    """``services``: those whose events can be opened; handed keys open all but keyring's own.
    ``advance``: for who reads ``stores`` without ``reader``."""

    services: Sequence[str]
    mandate: Mandate
    reader: Reader
    stores: Stores
    keys_of: KeysOf
    advance: Advance

    def records(self, record: UUID | None = None) -> Sequence[UUID] | None:
        """That one, or those the mandate names; ``None`` for all there are."""
        if record:
            return [record]
        if self.mandate.covers_all:
            return None
        return [UUID(one) for one in sorted(self.mandate.scope)]

    def told(self, record: UUID | None = None) -> Iterator[Told]:
        """Of one record, or of all that the mandate covers, oldest first."""
        records = self.records(record)
        if records is None:
            return self.reader.told(services=self.services)
        each = [self.reader.told(record=one, services=self.services) for one in records]
        return heapq.merge(*each, key=lambda told: told.at)


@dataclass(frozen=True)
class Under:
    """``who``: as ``--as`` takes it; ``home``: where Carnet runs; ``purpose``: the command."""

    home: Path
    who: str
    purpose: str

    @property
    def mandate(self) -> Mandate:
        kind, claims = callers.claims_of(Place(self.home), self.who)
        if kind is not ActorKind.AUDITOR:
            raise CannotRead("only an auditor looks into records: --as auditor,...")
        mandate = Mandate.of_claims(claims["mandate"])
        for one in sorted(mandate.scope - {WHOLE}):
            try:
                UUID(one)
            except ValueError:
                sentence = f"the mandate's scope names {one}, which is no record"
                raise CannotRead(sentence) from None
        return mandate


@contextmanager
def looking(where: Where, under: Under, record: UUID | None = None) -> Iterator[Looking]:
    """Raise ``CannotRead`` if the mandate does not cover what is asked for, or if its use cannot
    be journalled: on a Carnet that is here, it must run. A copy is read with a key file."""
    mandate = under.mandate
    if record and not mandate.covers(record):
        raise CannotRead(f"the mandate {mandate.id} does not cover the record {record}")
    stores = open_stores(where)
    keys_of = _keys(where, under, stores, record)
    handed = record is not None and _is_handed(where)
    services = [name for name in stores.services() if not (handed and name == "keyring")]
    total = sum(stores.heads().values())
    with progress(under.purpose, total) as advance:
        yield Looking(
            services=services,
            mandate=mandate,
            reader=Reader(stores, keys_of, advance),
            stores=stores,
            keys_of=keys_of,
            advance=advance,
        )


def use_over_all(where: Where, under: Under) -> None:
    """Journal that every record is looked at. Raise ``CannotRead`` if the mandate is not over all
    of them, or if that cannot be journalled."""
    mandate = under.mandate
    if not mandate.covers_all:
        raise CannotRead(f"the mandate {mandate.id} does not cover every record")
    _journal(where, under, None)


def record_of(where: Where, id_: UUID) -> tuple[UUID, UUID | None]:
    """The record that an id is, or that a document of that id is in; then the document."""
    stores = open_stores(where)
    for row in stores.stream("vault", id_):
        if record := read_header(row.state).record_id:
            return record, id_
    return id_, None


def _keys(where: Where, under: Under, stores: Stores, record: UUID | None) -> KeysOf:
    """Live: through keyring for one record, with the key file for more; journalled either way."""
    if record and _is_handed(where):
        with _asking(where, under) as (client, token):
            signer = public_keys(where).of("keyring")
            return mandated_keys(client, token, record, under.purpose, signer)
    _journal(where, under, record)
    return open_keys(where, stores)


def _journal(where: Where, under: Under, record: UUID | None) -> None:
    """Before anything is opened with keys that are at hand."""
    if _is_copy(where):
        err.print("A copy is read: this use of the mandate is journalled nowhere.", style="yellow")
        return
    use = {"request_id": str(uuid4()), "purpose": under.purpose}
    if record:
        use["record_id"] = str(record)
    with _asking(where, under) as (client, token):
        client.call("audit", "use_mandate", use, token=token)


@contextmanager
def _asking(where: Where, under: Under) -> Iterator[tuple[RpcClient, str]]:
    """A way to ask audit, and the auditor's token."""
    try:
        with RpcClient(where.settings.get("CARNET_AMQP_URI", "")) as client:
            yield client, callers.token_for(Place(under.home), under.who)
    except (Refusal, OSError, ValueError) as error:
        raise CannotRead(f"the use of the mandate could not be journalled: {error}") from None


def _is_handed(where: Where) -> bool:
    """Whether one record's keys come from keyring, which must then run."""
    return not where.kek and not _is_copy(where)


def _is_copy(where: Where) -> bool:
    return bool(where.data or where.postgres)
