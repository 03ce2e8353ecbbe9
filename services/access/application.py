"""Use cases of access: one public method each, named like its RPC."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate
from eventsourcing.persistence import IntegrityError

from services.access import contract as c
from services.access.domain import errors, sentences, views
from services.access.domain.decision import Decision, Grounds, Item, Made, judge
from services.access.domain.facts import (
    Asked,
    may_act,
    principal_for,
    principal_of,
    represented_by,
    roles_of,
)
from services.access.domain.grants import Block, CareTeam, Consent, Session
from services.access.domain.matrix import Cell, Matrix, MatrixRegister
from services.access.domain.redecision import Redecision, redecide, undecidable
from services.access.domain.rights import Rights
from services.access.domain.rules import ReviveRules, Rules, RulesKept
from shared.crypto.event_cipher import NotAuthentic
from shared.crypto.keys import KeyErased, Keys
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.clock import Clock
from shared.kernel.errors import StaleRead, Unavailable
from shared.kernel.ids import derived_id
from shared.rpc.contract import Done, Listing
from shared.stores.event_log import EventLog, Outcome, command, unreplayed
from shared.stores.settings import EventStoreSettings
