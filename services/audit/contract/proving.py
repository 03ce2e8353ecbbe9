"""The transparency log: its checkpoint, its proofs, the signatures of witnesses."""

from pydantic import Field

from shared.rpc.contract import Answer, Query, Request


class ReadCheckpoint(Query):
    pass


class SignedCheckpoint(Answer):
    """``note``: the signed note, byte for byte; ``vkey``: the public key, as C2SP writes it.
    ``cosigned``: the newest checkpoint that a witness has signed too, which may be an older one."""

    origin: str
    size: int
    root: str
    note: str
    vkey: str
    cosigned: str | None = None


class AddCosignatures(Request):
    """``note``: a checkpoint of this log with the log's signature and those of witnesses
    (c2sp.org/tlog-cosignature)."""

    note: str = Field(max_length=20_000)


class CosignaturesKept(Answer):
    size: int
    witnesses: list[str]


class ProveInclusion(Query):
    service: str = Field(pattern=r"^[a-z][a-z_]{0,30}$")
    position: int = Field(ge=1, le=2**63 - 1)


class InclusionProof(Answer):
    """``digest``: the entry, hex. ``path``: hex, leaf's sibling first. ``proof``: the same as a
    C2SP ``tlog-proof``, to be kept in a file."""

    service: str
    epoch: str
    position: int
    leaf_index: int
    tree_size: int
    digest: str
    path: list[str]
    proof: str


class ProveConsistency(Query):
    """``to_size`` 0: the published checkpoint's."""

    from_size: int = Field(ge=1)
    to_size: int = Field(default=0, ge=0)


class ConsistencyProof(Answer):
    from_size: int
    to_size: int
    from_root: str
    to_root: str
    path: list[str]
