"""What prescription answers to, and to whom."""

from services.prescription.contract.listing import (
    History,
    Prescriptions,
    Received,
    Show,
    Shown,
    Unfinished,
    UnfinishedIssue,
    UnfinishedIssues,
    UnfinishedReceipt,
)
from services.prescription.contract.parts import Product
from services.prescription.contract.pharmacy import (
    Agreement,
    Changed,
    Dispense,
    DispensedNow,
    Outcome,
    Present,
    ReverseDispensation,
    SendToPharmacy,
)
from services.prescription.contract.views import (
    DispensationView,
    GivenView,
    LineView,
    PrescriptionView,
    Presented,
    Told,
)
from services.prescription.contract.writing import Cancel, Issue, Issued, NewLine, Replace, Written
from shared.kernel.actor import ActorKind
from shared.rpc.contract import Contract, Listing, Method

__all__ = [
    "CONTRACT", "Agreement", "Cancel", "Changed", "DispensationView", "Dispense", "DispensedNow",
    "GivenView", "History", "Issue", "Issued", "LineView", "NewLine", "Outcome",
    "PrescriptionView", "Prescriptions", "Present", "Presented", "Product", "Received", "Replace",
    "ReverseDispensation", "SendToPharmacy", "Show", "Shown", "Told", "Unfinished",
    "UnfinishedIssue", "UnfinishedIssues", "UnfinishedReceipt", "Written",
]  # fmt: skip

PERSON = frozenset({ActorKind.PATIENT, ActorKind.REPRESENTATIVE})
CARE = frozenset({ActorKind.PROFESSIONAL, ActorKind.FACILITY})
OPERATORS = frozenset({ActorKind.OPERATOR})

CONTRACT = Contract(
    "prescription",
    (
        Method(name="issue", request=Issue, answer=Issued, callers=CARE),
        Method(name="replace", request=Replace, answer=Issued, callers=CARE),
        Method(name="cancel", request=Cancel, answer=Changed, callers=CARE),
        Method(name="send_to_pharmacy", request=SendToPharmacy, answer=Changed, callers=PERSON),
        Method(name="present", request=Present, answer=Presented, callers=CARE),
        Method(name="dispense", request=Dispense, answer=DispensedNow, callers=CARE),
        Method(
            name="reverse_dispensation",
            request=ReverseDispensation,
            answer=Changed,
            callers=CARE,
        ),
        Method(name="show", request=Show, answer=Shown, callers=PERSON),
        Method(name="history", request=History, answer=Told, callers=PERSON | CARE),
        Method(
            name="prescriptions",
            request=Prescriptions,
            answer=Listing[PrescriptionView],
            callers=PERSON | CARE,
        ),
        Method(
            name="received",
            request=Received,
            answer=Listing[PrescriptionView],
            callers=CARE,
        ),
        Method(name="unfinished", request=Unfinished, answer=UnfinishedIssues, callers=OPERATORS),
    ),
)
