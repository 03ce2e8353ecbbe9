"""Reads the settings of access once, and builds its objects."""

import os
from functools import wraps

from pydantic import BaseModel

from services.access.adapters.opening import open_log
from services.access.adapters.outside import over_rpc
from services.access.contract import CONTRACT, Decide, Decided
from services.access.domain.reference import AccessSettings
from services.access.messages import message_for
from services.access.policies import FOLLOWS, POLICIES
from services.access.projections.waiting import Kind, WaitingList, WhatWaits
from shared.eventing.audit_lag import AuditLag
from shared.eventing.entrypoints import Following, Projecting, Timers, View
from shared.eventing.outbox import OutboxReader
from shared.eventing.positions import position_shown
from shared.kernel.actor import Actor
from shared.kernel.common import CommonSettings
from shared.kernel.settings import read_settings
from shared.rpc.answer import Handler
from shared.rpc.asking import client_of, pull_by
from shared.rpc.keys import remote_keys
from shared.rpc.proofs import remote_proofs
from shared.rpc.serve import Served
from shared.rpc.use_cases import use_cases
from shared.stores.settings import EventStoreSettings
from shared.stores.views import open_documents
from shared.telemetry.logs import log
from shared.telemetry.metrics import DECISIONS


class Built:
    """The objects of one process of access."""

    def __init__(self) -> None:
        self.common = CommonSettings.read(os.environ)
        clock = self.common.clock()
        self.client = client_of(self.common, "access")
        self.keys = remote_keys(self.client, self.common, "access")
        self.own = read_settings(AccessSettings, os.environ, section="access")
        self.waiting = open_documents(self.common, "access", WaitingList)
        self.clock = clock
        self.waits = WhatWaits(self.waiting)
        self.app = open_log(
            EventStoreSettings.of(self.common),
            self.keys,
            clock,
            self.own,
            over_rpc(self.client, self.waits),
        )

    def close(self) -> None:
        self.app.close()
        self.client.close()


def guarded(made: dict[str, Handler], lag: AuditLag) -> dict[str, Handler]:
    decide = lag.unless_late(made["decide"], when=is_normal_reading)
    return made | {"decide": counted(decide)}


def counted(decide: Handler) -> Handler:
    """What a dashboard shows of decisions: how many, of which mode, with which outcome."""

    @wraps(decide)
    def counting(request: Decide, by: Actor) -> BaseModel:
        decided = decide(request, by)
        if isinstance(decided, Decided):
            outcome = "permit" if decided.permit else "deny"
            DECISIONS.labels(request.mode, request.action, outcome).inc()
        return decided

    return counting


def is_normal_reading(request: Decide) -> bool:
    return (
        request.mode == "normal"
        and request.action == "read"
        and request.resource.kind == "document"
    )


def served() -> Served:
    built = Built()
    log.info("decides", rules=built.app.rules.digest)  # wrong ones end us now, not the first caller
    return Served(
        settings=built.common,
        handlers=guarded(
            use_cases(CONTRACT, built.app), AuditLag(built.app, built.own.audit_lag_max)
        ),
        outbox=OutboxReader(built.app, message_for, built.keys),
        position_of=position_shown(built.app, built.waiting),
        close=built.close,
    )


def projecting() -> Projecting:
    built = Built()
    return Projecting(
        log=built.app,
        message_for=message_for,
        transport_keys=built.keys,
        amqp_uri=built.common.amqp_uri,
        prove=remote_proofs(built.client),
        views=(View(WaitingList(built.app.keyed), built.waiting),),
        close=built.close,
    )


def following() -> Following:
    built = Built()
    return Following(
        log=built.app,
        sources=FOLLOWS,
        policies=POLICIES,
        transport_keys=built.keys,
        pull=pull_by(built.client),
        amqp_uri=built.common.amqp_uri,
        close=built.close,
    )


def timing() -> Timers:
    built = Built()
    app, waits, clock = built.app, built.waits, built.clock
    return Timers(
        log=app,
        every=built.own.sweep_seconds,
        sweeps={
            "consents": lambda: app.expire_due_consents(waits.due(Kind.CONSENT, clock.now())),
            "reviews": lambda: app.escalate_due_reviews(waits.due(Kind.REVIEW, clock.now())),
            "delegations": lambda: app.end_due_delegations(waits.due(Kind.DELEGATION, clock.now())),
            "answers": app.forget_requests,
        },
        close=built.close,
    )
