"""Proving that what lies in object storage is what was deposited."""

from uuid import UUID

from pydantic import Field

from shared.rpc.contract import Command, Done


class CheckIntegrity(Command):
    """``sample``: how many documents, drawn at random; all of them when absent."""

    sample: int | None = Field(default=None, ge=1, le=100_000)


class IntegrityChecked(Done):
    checked: int
    missing: list[UUID]
    damaged: list[UUID]
