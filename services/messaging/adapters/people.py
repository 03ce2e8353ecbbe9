"""Whose a mailbox is, and their name: ``identity`` over RPC."""

from uuid import UUID

from services.messaging.domain.ports import Mailbox, Person
from shared.rpc.client import RpcClient


class RpcPeople:
    def __init__(self, client: RpcClient) -> None:
        self._client = client

    def resolve(self, mailbox: str) -> Mailbox:
        found = self._client.call("identity", "resolve", {"mailbox": mailbox})
        record_id = found["record_id"]
        return Mailbox(
            status=found["status"],
            record_id=UUID(record_id) if record_id else None,
            activated=found["activated"],
        )

    def person(self, record_id: UUID) -> Person:
        found = self._client.call("identity", "get_identity", {"record_id": str(record_id)})
        traits, ins = found["traits"], found["ins"]
        return Person(
            family=traits["used_name"] or traits["birth_name"],
            given=traits["used_given_name"] or traits["first_given_name"],
            born=traits["birth_date"],
            ins=ins["value"] if ins else None,
        )
