"""What prescription does when the vault says something of one of its documents, and identity of
its records."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from services.prescription.application import Prescriptions
from services.prescription.application.issuing import Completing
from services.prescription.application.log import SELF
from services.prescription.domain import deciding
from services.prescription.domain.prescription import DOCUMENT_TYPE, Prescription
from shared.eventing.kin import MERGES
from shared.eventing.received import Received
from shared.rpc.contract import Done
from shared.stores.event_log import Outcome

FOLLOWS = ("identity", "vault")
Decided = Outcome[Any] | None


def on_document_deposited(app: Prescriptions, received: Received) -> Decided:
    """Our own deposit came through, whether or not its caller lived to hear it. One issuer has
    one issue under way in a record, so an unknown prescription in their name is its; a hospital's
    software puts in what its pharmacy dispensed in that same name."""
    by = received.data["by"]
    if received.record is None or by["kind"] != SELF.kind.value or by["id"] != SELF.id:
        return None
    if received.data["type"] != DOCUMENT_TYPE:
        return None
    document_id = UUID(received.data["document_id"])
    if app.pending.of_document(document_id) or "on_behalf_of" not in by:
        return None
    under_way = app.pending.in_slot(app.pending.slot(received.record, by["on_behalf_of"]))
    if under_way is None:
        return None
    done = Completing(
        prescription_id=under_way,
        document_id=document_id,
        confidentiality=received.data["confidentiality"],
    )
    return app.completed(done, SELF)


def on_visibility_changed(app: Prescriptions, received: Received) -> Decided:
    """A prescription is hidden from whom its document is."""
    prescription = _of_document(app, received.data["document_id"])
    if prescription is None:
        return None
    deciding.change_visibility(prescription, sorted(received.data["confidentiality"]), SELF)
    return Outcome(answer=Done(), save=[prescription])


def on_document_replaced(app: Prescriptions, received: Received) -> Decided:
    """A CDA prescription may say that it replaces another (``relatedDocument``, RPLC), of which the
    vault knows: nothing is to leave on both. A new document that nobody issued has no number, and
    the former keeps its own."""
    former, other = (
        _of_document(app, received.data[name]) for name in ("document_id", "replaced_by")
    )
    if former is None or other is None:
        return None
    deciding.supersede(former, other.fed_on_decision, SELF)
    return Outcome(answer=Done(), save=[former] if former.pending_events else [])


def _of_document(app: Prescriptions, document_id: str) -> Prescription | None:
    prescription_id = app.pending.of_document(UUID(document_id))
    return app.prescription(prescription_id) if prescription_id else None


def on_record_erased(app: Prescriptions, received: Received) -> Decided:
    return app.forget_record(received.record) if received.record else None


POLICIES: Mapping[str, Callable[[Prescriptions, Received], Decided]] = {
    **MERGES,
    "identity.record_erased": on_record_erased,
    "vault.document_deposited": on_document_deposited,
    "vault.document_replaced": on_document_replaced,
    "vault.document_masked": on_visibility_changed,
    "vault.document_unmasked": on_visibility_changed,
    "vault.document_revealed_to_patient": on_visibility_changed,
    "vault.document_revealed_to_representatives": on_visibility_changed,
}
