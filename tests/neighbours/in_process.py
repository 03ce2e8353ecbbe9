"""Calls to neighbours that run in this process: all of a call but the broker."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from shared.auth import jwt
from shared.auth.claims import actor_of
from shared.auth.development import DevelopmentIssuer
from shared.auth.service_keys import generate_service_keys, private_key
from shared.auth.service_tokens import ServiceTokens
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.clock import SystemClock
from shared.rpc.answer import Answerer, Delivery, Handler, Served
from shared.rpc.client import RpcClient, _Waiting
from shared.rpc.contract import Contract
from shared.rpc.outbox import Outbox
from shared.rpc.publishing import Outgoing
from shared.rpc.settings import RpcSettings
from shared.rpc.use_cases import NONE, use_cases
from tests.support.settings import settings_in
from tests.support.signing import SIGNING_KEY

A_RUN = 2 * 3600
"""Seconds: callers are made when their module is read, and call when their test's turn comes."""


class InProcess(RpcClient):
    """What ``service`` asks: signed and written as ever, answered by the neighbour's own
    :class:`Answerer`, and its reply read as ever."""

    def __init__(
        self, service: str, folder: Path, issuers: Sequence[DevelopmentIssuer] = ()
    ) -> None:
        """``issuers``: whose tokens neighbours take of people who call themselves."""
        generate_service_keys(folder, [service])
        entries = [issuer.entry() for issuer in issuers]
        (folder / "issuers.json").write_text(json.dumps(entries))
        key = private_key(folder, service)
        super().__init__("", tokens=ServiceTokens(service, key, SystemClock()))
        self._folder = folder
        self._neighbours: dict[str, Answerer] = {}

    def knows(
        self,
        contract: Contract,
        *use_case_owners: object,
        others: Mapping[str, Handler] = NONE,
        outbox: Outbox | None = None,
        position_of: Callable[[str], int] | None = None,
    ) -> None:
        """From now on that neighbour answers; of the rest nobody is there. Nothing moves while it
        is asked, so it does not wait for ``at_least``."""
        served = Served(
            settings=settings_in(self._folder),
            handlers=use_cases(contract, *use_case_owners, others=others),
            outbox=outbox,
            position_of=position_of,
        )
        self._neighbours[contract.service] = Answerer(
            contract, served, RpcSettings(stale_seconds=0)
        )

    def _exchange(
        self, routing_key: str, message: Outgoing, until: float, *, confirmed: bool
    ) -> Any:
        service, _, method = routing_key.partition(".")
        delivery = Delivery(method=method, body=message.body, headers=message.headers)
        with self._neighbours[service].answering(delivery) as reply:
            assert reply is not None
        waiting = _Waiting(is_query=not confirmed)
        waiting.settle(reply)
        return waiting.outcome()


def caller(kind: ActorKind, **claims: Any) -> Actor:
    """Someone as their token makes them: whose claims a service can carry on."""
    token = DevelopmentIssuer(SIGNING_KEY).token(kind, life=A_RUN, **claims)
    return actor_of(jwt.read(token).claims, datetime.now(UTC))
