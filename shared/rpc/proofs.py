"""The transparency log, asked over RPC how it continues a tree that was seen."""

from collections.abc import Sequence

from shared.eventing.checkpoints import Prove
from shared.rpc.client import RpcClient


def remote_proofs(client: RpcClient) -> Prove:
    """The service asks for itself; what it is answered proves or does not, whoever answers."""

    def prove(from_size: int, to_size: int) -> Sequence[bytes]:
        sizes = {"from_size": from_size, "to_size": to_size}
        answer = client.call("audit", "prove_consistency", sizes)
        return [bytes.fromhex(hash_) for hash_ in answer["path"]]

    return prove
