"""Access, asked over RPC: may this reader see the journal, and lines about these documents?"""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from services.audit.domain.audience import Scope
from services.audit.domain.ports import Decided
from shared.kernel.actor import Actor
from shared.rpc.client import RpcClient

_BATCH = 500
"""Sets of attributes that one ``decide_many`` takes."""
_NO_DOCUMENT = json.dumps({"kind": "document"})


class RemoteAccess:
    def __init__(self, client: RpcClient) -> None:
        self._client = client

    def decide_journal(self, record_id: UUID, scope: Scope, by: Actor) -> Decided:
        answer = self._client.call(
            "access",
            "decide",
            {
                "record_id": str(record_id),
                "action": "read",
                "resource": {"kind": "journal", "scope": scope.value},
                "mode": "normal",
            },
            by=by,
        )
        return Decided(
            permit=answer["permit"],
            decision_id=UUID(answer["decision_id"]),
            reasons=answer["reasons"],
            refusal_fr=answer.get("refusal_fr"),
        )

    def may_see(
        self, record_id: UUID, documents: Sequence[Mapping[str, Any]], by: Actor
    ) -> list[bool]:
        """Documents that are alike to the rules are asked about once; where there is none, one
        that is not there is: the time must not tell a journal without any from one of hidden
        ones."""
        keys = [json.dumps(document, sort_keys=True) for document in documents]
        distinct = list(dict.fromkeys(keys)) or [_NO_DOCUMENT]
        permits: dict[str, bool] = {}
        for start in range(0, len(distinct), _BATCH):
            some = distinct[start : start + _BATCH]
            permits.update(zip(some, self._decide_many(record_id, some, by), strict=True))
        return [permits[key] for key in keys]

    def _decide_many(self, record_id: UUID, distinct: Sequence[str], by: Actor) -> list[bool]:
        answer = self._client.call(
            "access",
            "decide_many",
            {
                "record_id": str(record_id),
                "action": "read",
                "attribute_tuples": [json.loads(key) for key in distinct],
                "mode": "normal",
            },
            by=by,
        )
        permits: list[bool] = answer["permits"]
        return permits
