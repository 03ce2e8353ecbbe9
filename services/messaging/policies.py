"""What messaging does when other services speak: copies of documents for correspondents,
pharmacies told of prescriptions, records merged, split and erased."""

from collections.abc import Callable, Mapping
from typing import Any

from services.messaging.application import Messaging
from services.messaging.domain.consistency import FROM_PATIENT, require_consistent
from services.messaging.domain.correspondent import Correspondent
from services.messaging.domain.errors import VisibilityRefused
from services.messaging.domain.mailing import MailKind
from services.messaging.domain.message import DOMAIN
from shared.eventing.kin import MERGES, served_under
from shared.eventing.received import Received
from shared.kernel.actor import through
from shared.kernel.clock import instant
from shared.rpc.contract import Done
from shared.stores.event_log import Outcome

FOLLOWS = ("access", "identity", "vault", "prescription")
Decided = Outcome[Any] | None


def on_copies_asked(app: Messaging, received: Received) -> Decided:
    """One act, everyone served: each correspondent that the deposit named gets it by mail.

    The vault refused what may not go there; what came all the same goes nowhere."""
    named = list(dict.fromkeys(received.data["to"]))
    if received.record is None or not named:
        return None
    secret = bool(received.data.get("secret"))
    if not _may_be_copied(received.data["confidentiality"], secret=secret):
        return None
    depositor = _correspondent(app, _depositor(received.data["by"]))
    facts = {
        "copies_id": received.data["copies_id"],
        "served_under": str(served_under(app, received.record)),
        "reply_to": depositor.address if depositor else None,
    }
    queued = []
    for name in named:
        address = _mailbox(app, name)
        if address:
            queued.append(
                app.mail_out(
                    MailKind.COPY, received.record, address, facts, received.data["copies_id"]
                )
            )
    fresh = [(mailing, step) for mailing, step in queued if not app.version_of(mailing.id)]
    return Outcome(answer=Done(), save=[m for m, _ in fresh], also=[s for _, s in fresh])


def on_prescription_sent(app: Messaging, received: Received) -> Decided:
    """The pharmacy is told that one waits for it: nothing of whose, nor of what."""
    address = app.around.directory.of_facility(received.data["facility"]).address
    if address is None or received.record is None:
        return None
    label = (received.data["prescription_id"], received.data["facility"], received.key)
    mailing, step = app.mail_out(MailKind.PRESCRIPTION, received.record, address, {}, *label)
    return Outcome(answer=Done(), save=[mailing], also=[step])


def on_glass_broken(app: Messaging, received: Received) -> Decided:
    """CSP R1111-48: the treating doctor is told too, by secure mail, at once."""
    doctor = _correspondent(app, received.data.get("treating_doctor"))
    if received.record is None or doctor is None or doctor.address is None:
        return None
    facts = {
        "served_under": str(served_under(app, received.record)),
        "happened_at": instant(received.occurred_at),
    }
    mailing, step = app.mail_out(
        MailKind.EMERGENCY, received.record, doctor.address, facts, received.data["session"]
    )
    return Outcome(answer=Done(), save=[mailing], also=[step])


def on_record_erased(app: Messaging, received: Received) -> Decided:
    """Its keys are gone: what they sealed goes too, and no mail of it leaves any more."""
    if received.record is None:
        return None
    app.around.contents.remove_record(received.record)
    return Outcome(answer=Done(), also=[app.outbox.drop_record(received.record)])


POLICIES: Mapping[str, Callable[[Messaging, Received], Decided]] = {
    **MERGES,
    "identity.record_erased": on_record_erased,
    "vault.copies_asked": on_copies_asked,
    "access.glass_broken": on_glass_broken,
    "prescription.prescription_sent": on_prescription_sent,
}


def _may_be_copied(codes: list[str], *, secret: bool) -> bool:
    try:
        require_consistent(
            codes,
            to_patient=FROM_PATIENT not in codes,
            to_professionals=True,
            secret=secret,
            in_dmp=True,
        )
    except VisibilityRefused:
        return False
    return True


def _mailbox(app: Messaging, name: str) -> str | None:
    """Of a mailbox address as it is, but a patient's: they have their notice."""
    if "@" in name:
        return None if name.lower().endswith(f"@{DOMAIN}") else name.lower()
    found = _correspondent(app, name)
    return found.address if found else None


def _correspondent(app: Messaging, name: str | None) -> Correspondent | None:
    """A facility first: a structure has a FINESS, a professional has not."""
    if not name:
        return None
    directory = app.around.directory
    if name.startswith("1") and len(name) == 10:
        return directory.of_facility(name)
    return directory.of_professional(name, None)


def _depositor(by: Mapping[str, Any]) -> str | None:
    """The professional or facility behind the deposit."""
    found = [one for one in through(by) if one["kind"] in {"professional", "facility"}]
    return found[-1]["id"] if found else None
