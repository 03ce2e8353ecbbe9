"""From a delivery to its reply: everything a call goes through, in order."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from time import time
from typing import Any
from uuid import uuid4

from pydantic import BaseModel, ValidationError

from shared.auth.authenticator import Authenticator
from shared.crypto.keys import KeyErased
from shared.kernel.actor import Actor
from shared.kernel.common import CommonSettings
from shared.kernel.errors import (
    DeadlineExceeded,
    Forbidden,
    InvalidRequest,
    NotFound,
    Refusal,
    TooLarge,
    Unavailable,
)
from shared.kernel.settings import SettingsError
from shared.rpc import wire
from shared.rpc.authorise import check_caller, check_condition
from shared.rpc.contract import Contract, Method, Query
from shared.rpc.deadline import until
from shared.rpc.faults import error_reply, invalid, result_reply
from shared.rpc.fresh import wait_for
from shared.rpc.observe import Line, observed
from shared.rpc.outbox import OUTBOX_METHODS, Outbox
from shared.rpc.rates import Rates
from shared.rpc.settings import RpcSettings

STRANGERS_MEMBERS = 150_000
"""Names, values and entries that are read of who may not call: some 15 MB."""
READ_ONLY_FR = (
    "Le service est en lecture seule pour le moment : rien ne peut être modifié. "
    "La consultation et l’accès en urgence restent possibles."
)
Handler = Callable[[Any, Actor], BaseModel]
"""Takes the validated request and who asks; returns the answer or raises a refusal."""


@dataclass(frozen=True, kw_only=True)
class Served:
    """What a service's bootstrap builds for its RPC."""

    settings: CommonSettings
    handlers: Mapping[str, Handler]
    """By method name; exactly those of the contract."""
    outbox: Outbox | None = None
    """Of a service with a log: answers ``events``, ``head`` and ``leaves``."""
    position_of: Callable[[str], int] | None = None
    """How far all read models have applied a service's log; serves ``at_least``."""
    close: Callable[[], None] = lambda: None


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One request as it came, with somewhere to reply to; nothing in it is trusted."""

    method: str
    body: bytes
    headers: Mapping[str, Any]
    redelivered: bool = False


class Answerer:
    def __init__(self, contract: Contract, served: Served, limits: RpcSettings) -> None:
        self._service = contract.service
        self._methods = dict(contract.by_name)
        self._handlers = dict(served.handlers)
        if served.outbox:
            self._add_outbox(served.outbox)
        _check_complete(contract.service, self._methods, self._handlers)
        self._position_of = served.position_of
        self._limits = limits
        self._read_only = served.settings.read_only
        self._rates = Rates(limits.rate, limits.burst)
        self._authenticator = Authenticator.of(
            contract.service, served.settings, served.settings.clock()
        )

    @contextmanager
    def answering(self, delivery: Delivery) -> Iterator[bytes | None]:
        """The reply, whatever happens; ``None`` for a body that is no request at all. What is kept
        of the call is written when the block has ended: whoever asked does not wait for it.

        Nothing is raised from here: nameko would log the exception with all it holds.
        """
        line = Line(
            call_id=uuid4().hex,
            service=self._service,
            method=delivery.method if delivery.method in self._methods else "unknown",
        )
        with observed(line, delivery.headers.get(wire.TRACEPARENT)):
            yield self._reply(delivery, line)

    def _reply(self, delivery: Delivery, line: Line) -> bytes | None:
        try:
            return result_reply(self._answer(delivery, line))
        except wire.Undecodable:
            line.drop("body")
            return None
        except Refusal as refusal:
            line.refuse(refusal)
            return error_reply(refusal)
        except KeyErased:  # an erased record and one that never was get the same answer
            line.outcome = Forbidden.code
            return error_reply(Forbidden())
        except Exception as error:  # noqa: BLE001 - a caller gets an answer, we get the place
            line.fail(error)
            return error_reply(Unavailable("this service could not handle the request"))

    def _answer(self, delivery: Delivery, line: Line) -> BaseModel:
        if len(delivery.body) > self._limits.max_body:
            raise TooLarge(f"a request is at most {self._limits.max_body} bytes")
        with until(self._deadline(delivery.headers.get(wire.DEADLINE))):
            return self._handled(delivery, line)

    def _handled(self, delivery: Delivery, line: Line) -> BaseModel:
        try:
            method, actor = self._admitted(delivery, line)
        except Refusal:
            _drop_what_is_no_request(delivery.body)
            raise
        request = _request(method, self._decoded(delivery.body))
        line.record_id = getattr(request, "record_id", None)
        check_condition(method, request, actor)
        self._wait_until_fresh(request)
        return _answer_of(method, self._handlers[method.name](request, actor))

    def _admitted(self, delivery: Delivery, line: Line) -> tuple[Method, Actor]:
        """Who calls, and that they may: known before what they send is read (ADR 24)."""
        digest = wire.digest(self._service, delivery.method, delivery.body)
        actor = self._authenticator.actor(
            delivery.headers.get(wire.AUTHORIZATION), digest, redelivered=delivery.redelivered
        )
        line.actor = actor
        self._rates.take(actor)
        method = self._methods.get(delivery.method)
        if method is None:
            raise NotFound("this service has no such method")
        check_caller(method, actor)
        if self._read_only and method.is_command and not method.emergency:
            raise Unavailable("read-only mode: nothing is changed now", message_fr=READ_ONLY_FR)
        return method, actor

    def _decoded(self, body: bytes) -> dict[str, Any]:
        """Of a caller who may ask: what is read here can take many times the body's size."""
        most = self._limits.max_members
        if len(body) > most and wire.members(body) > most:
            raise TooLarge(f"a request has at most {most} members")
        return wire.decode(body)

    def _deadline(self, header: Any) -> float:
        now = time()
        if header is None:
            return now + self._limits.timeout
        if type(header) is not int:
            raise InvalidRequest(fields={wire.DEADLINE: "milliseconds since 1970"})
        if now * 1000 >= header:
            raise DeadlineExceeded("the deadline had passed: nothing was done")
        return min(header / 1000, now + self._limits.longest)

    def _wait_until_fresh(self, request: BaseModel) -> None:
        if isinstance(request, Query) and request.at_least:
            if self._position_of is None:
                raise InvalidRequest(fields={"at_least": "this service has no read models"})
            wait_for(request.at_least, self._position_of, within=self._limits.stale_seconds)

    def _add_outbox(self, outbox: Outbox) -> None:
        self._methods |= {method.name: method for method in OUTBOX_METHODS}
        self._handlers |= {
            "events": lambda request, _by: outbox.events(request.after, request.limit),
            "head": lambda _request, _by: outbox.head(),
            "leaves": lambda request, _by: outbox.leaves(request.after, request.limit),
        }


def _check_complete(
    service: str, methods: Mapping[str, Method], handlers: Mapping[str, Handler]
) -> None:
    if missing := sorted(methods.keys() - handlers.keys()):
        raise SettingsError(f"{service}: no handler for {', '.join(missing)}")
    if unknown := sorted(handlers.keys() - methods.keys()):
        raise SettingsError(f"{service}: not in the contract: {', '.join(unknown)}")


def _drop_what_is_no_request(body: bytes) -> None:
    """Raise ``Undecodable`` as for any caller, unless that alone would take much memory."""
    if wire.members(body) <= STRANGERS_MEMBERS:
        wire.decode(body)


def _request(method: Method, decoded: Mapping[str, Any]) -> BaseModel:
    args, kwargs = decoded.get("args"), decoded.get("kwargs")
    if args != [] or not isinstance(kwargs, dict):
        raise InvalidRequest(
            "all arguments go by keyword", fields={"args": "empty", "kwargs": "an object"}
        )
    try:
        return method.request.model_validate(kwargs)
    except ValidationError as error:
        raise invalid(error) from None


def _answer_of(method: Method, answer: Any) -> BaseModel:
    """The answer as the contract has it. An instance was checked when it was made; anything
    else is checked here, and what does not fit is our own fault, never the caller's."""
    if isinstance(answer, method.answer):
        return answer
    return method.answer.model_validate(answer)
