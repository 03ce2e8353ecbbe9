"""What identity's own log says, beside what access says it heard from it."""

import sqlite3
from functools import lru_cache

import psycopg

from scripts.cli.audit_told import Reader
from services.access.domain.grants import Source
from services.access.domain.redecision import Heard
from services.audit.adapters.contents import KeysOf
from services.audit.adapters.event_stores import Stores
from shared.kernel.errors import Unavailable

PUBLISHER = "identity"
KEPT = 10_000
"""Places remembered: a record's decisions rest on the same message until its state changes."""


def heard_from(stores: Stores, keys_of: KeysOf) -> Heard | None:
    """``None`` where identity's log is not at hand: what it said is not compared then. What it
    gives raises :class:`Unavailable` where that log cannot be read: no finding about a decision.
    """
    if PUBLISHER not in stores.services():
        return None
    reader = Reader(stores, keys_of)

    @lru_cache(maxsize=KEPT)
    def said(position: int) -> str | None:
        try:
            told = reader.message_at(PUBLISHER, position)
        except (sqlite3.Error, psycopg.Error, OSError) as error:
            raise Unavailable("the log of identity cannot be read") from error
        return told.type if told else None

    def heard(source: Source) -> str | None:
        return said(source["position"]) if source["service"] == PUBLISHER else None

    return heard
