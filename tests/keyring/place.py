"""A keyring on a store of its own, and ways to ask it as a service would."""

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import BaseModel

from services.keyring.adapters.wrapped_keys import WrappedKeys
from services.keyring.application import Keyring, Seals
from services.keyring.contract import CONTRACT, Destroyed
from shared.crypto.handover import hand_over
from shared.crypto.key_wrapper import FileKeyWrapper
from shared.crypto.remote_keys import RemoteKeys
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.clock import Clock
from shared.kernel.errors import Forbidden
from shared.rpc.authorise import check_caller, check_condition
from shared.stores.settings import EventStoreSettings

OPERATOR = Actor(kind=ActorKind.OPERATOR, id="operator-1")


def service(name: str) -> Actor:
    return Actor(kind=ActorKind.SERVICE, id=name)


@dataclass
class Place:
    store: EventStoreSettings
    folder: Path
    clock: Clock
    signer: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    def __post_init__(self) -> None:
        self.kek_file = self.folder / "kek"
        self.kek_file.touch(0o600)
        self.add_kek()
        self.app = self.open()

    def add_kek(self) -> None:
        """A new key-encryption key; it wraps what is new once keyring is opened again."""
        with self.kek_file.open("a") as file:
            file.write(secrets.token_hex(32) + "\n")

    def open(self) -> Keyring:
        """As another process would."""
        wrapper = FileKeyWrapper(self.kek_file)
        return Keyring(
            self.store,
            self.clock,
            table=lambda recorder: WrappedKeys(recorder, wrapper),
            seals=Seals(
                hand_over=lambda secret, to, about: hand_over(secret, to, about, self.signer),
                sign=lambda tombstone: tombstone.signed(self.signer),
            ),
            backups_kept=timedelta(days=35),
        )

    def reopen(self) -> None:
        self.app.close()
        self.app = self.open()

    def call(self, method: str, by: Actor, **arguments: Any) -> BaseModel:
        """Through the contract, as JSON, as it comes over the wire."""
        declared = CONTRACT.by_name[method]
        request = declared.request.model_validate_json(json.dumps(arguments, default=str))
        check_caller(declared, by)
        check_condition(declared, request, by)
        answer: BaseModel = getattr(self.app, method)(request, by)
        return answer

    def ask(self, by: Actor) -> Callable[[str, Mapping[str, Any]], Any]:
        def ask(method: str, arguments: Mapping[str, Any]) -> Any:
            return self.call(method, by, **arguments).model_dump(mode="json")

        return ask

    def keys(self, name: str, *, create: bool = False) -> RemoteKeys:
        """Keys of a service, with nothing in memory yet."""
        return RemoteKeys(
            self.ask(service(name)),
            service=name,
            keyring_key=self.signer.public_key(),
            create=create,
        )

    def new_record(self) -> UUID:
        record_id = uuid4()
        self.keys("identity", create=True).current(record_id)
        return record_id

    def destroy(self, record_id: UUID, request_id: UUID | None = None) -> Destroyed:
        answer = self.call(
            "destroy",
            service("identity"),
            request_id=request_id or uuid4(),
            record_id=record_id,
            certificate_of=UUID(int=7),
        )
        assert isinstance(answer, Destroyed)
        return answer

    def topics(self) -> list[str]:
        return [recorded.topic for recorded in self.app.read(0, 1000)]

    def refuses(self, method: str, by: Actor, **arguments: Any) -> bool:
        try:
            self.call(method, by, **arguments)
        except Forbidden:
            return True
        return False
