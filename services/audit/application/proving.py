"""Proving what the log holds, to anybody; keeping what witnesses sign."""

from services.audit.application.log import AuditLog
from services.audit.contract.proving import (
    AddCosignatures,
    ConsistencyProof,
    CosignaturesKept,
    InclusionProof,
    ProveConsistency,
    ProveInclusion,
    ReadCheckpoint,
    SignedCheckpoint,
)
from services.audit.domain.anomaly import AnomalyKind
from services.audit.domain.witness import cosignatures
from shared.crypto.base64_text import to_base64
from shared.kernel.actor import Actor
from shared.kernel.checkpoint import Checkpoint
from shared.kernel.errors import InvalidRequest
from shared.kernel.note import InvalidNote, open_note


class Proving(AuditLog):
    def checkpoint(self, _request: ReadCheckpoint, _by: Actor) -> SignedCheckpoint:
        signed = self.outside.log.checkpoint()
        return SignedCheckpoint(
            origin=signed.checkpoint.origin,
            size=signed.checkpoint.size,
            root=to_base64(signed.checkpoint.root),
            note=signed.note,
            vkey=str(self.outside.log.verifier),
            cosigned=self.outside.cosigned.last(),
        )

    def prove_inclusion(self, request: ProveInclusion, _by: Actor) -> InclusionProof:
        """``NotFound`` if there is no such event; ``StaleRead`` until a checkpoint covers it."""
        proof = self.outside.log.prove_inclusion(request.service, request.position)
        return InclusionProof(
            service=request.service,
            epoch=proof.epoch,
            position=request.position,
            leaf_index=proof.index,
            tree_size=proof.size,
            digest=proof.entry.hex(),
            path=[hash_.hex() for hash_ in proof.path],
            proof=proof.text,
        )

    def prove_consistency(self, request: ProveConsistency, _by: Actor) -> ConsistencyProof:
        """``InvalidRequest`` unless both sizes are within the published checkpoint."""
        proof = self.outside.log.prove_consistency(request.from_size, request.to_size)
        return ConsistencyProof(
            from_size=proof.old,
            to_size=proof.new,
            from_root=to_base64(proof.old_root),
            to_root=to_base64(proof.new_root),
            path=[hash_.hex() for hash_ in proof.path],
        )

    def add_cosignatures(self, request: AddCosignatures, _by: Actor) -> CosignaturesKept:
        """Of a checkpoint that the log signed, at any size it has had. ``InvalidRequest`` unless
        it is the log's own, and a known witness has signed it. One that the log signed and does not
        hold is the proof of a fork, whoever brings it."""
        out = self.outside
        try:
            text = open_note(request.note, out.log.verifier, out.check)
            found = cosignatures(request.note, out.witnesses, out.check)
            checkpoint = Checkpoint.parse(text)
        except InvalidNote as error:
            raise InvalidRequest(fields={"note": str(error)}) from None
        if not found:
            raise InvalidRequest(fields={"note": "no witness known here has signed it"})
        if not out.log.holds(checkpoint):
            self.raise_anomaly(
                AnomalyKind.FORK,
                service=self.name,
                epoch=self.head().epoch,
                position=checkpoint.size,
            )
            raise InvalidRequest(fields={"note": "the log never had this tree"})
        out.cosigned.keep(checkpoint.size, request.note, [c.witness for c in found])
        return CosignaturesKept(size=checkpoint.size, witnesses=[c.witness for c in found])
