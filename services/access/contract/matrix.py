"""The statutory matrix, loaded by an operator who saw what it changes."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.access.contract.parts import OPERATOR, Code, always
from shared.rpc.contract import Answer, Command, Done, Method, Query


class MatrixCell(BaseModel):
    """See :class:`services.access.domain.matrix.Cell`; ``*`` stands for any."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    profession: Code
    qualifier: Code = "*"
    document_class: Code = "*"
    document_type: Code = "*"
    read: Literal["yes", "partial", "no"] | None = None
    write: Literal["yes", "no"] | None = None
    sourced: bool
    source: Annotated[str, Field(max_length=200)]


class LoadMatrix(Command):
    """``version``: the operator's name for it, given to one matrix only."""

    version: Annotated[str, Field(min_length=1, max_length=64)]
    cells: Annotated[list[MatrixCell], Field(min_length=1, max_length=20_000)]
    replaces: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    """Digest of the matrix that the difference was shown against: another is a conflict."""


class MatrixLoaded(Done):
    digest: str


class CompareMatrix(Query):
    """Asks what loading these cells would change; changes nothing."""

    cells: Annotated[list[MatrixCell], Field(min_length=1, max_length=20_000)]


class RightChange(Answer):
    """One profession and class or type whose right changes. ``before``, ``after``: yes, partial,
    no, or none where no cell speaks."""

    profession: str
    qualifier: str
    document_class: str
    document_type: str
    right: Literal["read", "write"]
    before: str
    after: str


class MatrixCompared(Answer):
    """``replaces``, ``digest``: the matrix in force, and the one these cells make."""

    replaces: str
    digest: str
    cells_added: int
    cells_removed: int
    changes: list[RightChange]


METHODS = (
    Method(
        name="load_matrix",
        request=LoadMatrix,
        answer=MatrixLoaded,
        callers=OPERATOR,
        condition=always,
    ),
    Method(
        name="compare_matrix",
        request=CompareMatrix,
        answer=MatrixCompared,
        callers=OPERATOR,
        condition=always,
    ),
)
