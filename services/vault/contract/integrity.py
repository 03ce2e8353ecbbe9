"""Proving that what lies in object storage is what was deposited."""

from uuid import UUID

from pydantic import Field

from shared.rpc.contract import Command, Done, Position


class CheckIntegrity(Command):
    """``sample``: how many documents, drawn at random; otherwise those deposited after the log
    position ``after``, a bounded number at a time, and at 0 the objects that no event names."""

    sample: int | None = Field(default=None, ge=1, le=100_000)
    after: Position = 0


class IntegrityChecked(Done):
    """Nothing is repaired. ``unclaimed``: keys of objects. ``reached``: ask again with it as
    ``after`` until ``complete``."""

    checked: int
    missing: list[UUID]
    damaged: list[UUID]
    unclaimed: list[str]
    reached: int
    complete: bool
