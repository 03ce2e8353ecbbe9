"""Asks ``identity`` over RPC, in the name of the caller."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from services.vault.domain.patient import Person, Traits
from shared.kernel.actor import Actor
from shared.kernel.ins import Ins
from shared.rpc.client import RpcClient


class RpcIdentities:
    def __init__(self, client: RpcClient) -> None:
        self._client = client

    def resolve(self, ins: Ins, *, by: Actor) -> UUID | None:
        answer = self._client.call(
            "identity", "resolve", {"ins": {"value": ins.value, "oid": ins.oid}}, by=by
        )
        return UUID(answer["record_id"]) if answer["record_id"] else None

    def person_of(self, record_id: UUID, *, by: Actor) -> Person:
        asked = {"record_id": str(record_id)}
        answer: dict[str, Any] = self._client.call("identity", "get_identity", asked, by=by)
        ins = answer["ins"]
        return Person(
            traits=_traits(answer), ins=Ins(value=ins["value"], oid=ins["oid"]) if ins else None
        )


def _traits(answer: Mapping[str, Any]) -> Traits:
    traits = answer["traits"]
    return Traits(
        birth_name=traits["birth_name"],
        birth_given_names=traits["birth_given_names"],
        first_given_name=traits["first_given_name"],
        sex=traits["sex"],
        birth_date=traits["birth_date"],
        birth_place=traits["birth_place"],
    )
