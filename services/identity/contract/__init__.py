"""What identity answers to, and to whom.

The health insurer announces records, keeps contacts, sends activation codes, and its
identity-vigilance staff prove identities: it acts as ``operator``. A person acts on their own
record, a legal representative on the record of the one they represent. A caregiver may not
change contacts nor close a record, so is not listed.
"""

from services.identity.contract import (
    announcing,
    doubles,
    ending,
    legacy,
    living,
    proving,
    reading,
)
from shared.kernel.actor import ActorKind
from shared.rpc.contract import Contract, Done, Listing, Method

INSURER = frozenset({ActorKind.OPERATOR})
PERSON = frozenset({ActorKind.PATIENT, ActorKind.REPRESENTATIVE})
CARERS = frozenset({ActorKind.PROFESSIONAL, ActorKind.FACILITY})
SERVICES = frozenset({ActorKind.SERVICE})
HELPER = frozenset({ActorKind.SUPPORT})
AUDITORS = frozenset({ActorKind.AUDITOR})

_ANNOUNCING = (
    Method(
        name="announce_record",
        request=announcing.AnnounceRecord,
        answer=announcing.Announced,
        callers=INSURER,
    ),
    Method(
        name="announce_records",
        request=announcing.AnnounceRecords,
        answer=announcing.BatchAnnounced,
        callers=INSURER,
    ),
    Method(
        name="oppose",
        request=announcing.Oppose,
        answer=announcing.Opposed,
        callers=INSURER | PERSON,
    ),
    Method(
        name="withdraw_opposition",
        request=announcing.WithdrawOpposition,
        answer=Done,
        callers=INSURER | PERSON,
    ),
    Method(
        name="report_bounced_announcement",
        request=announcing.ReportBounce,
        answer=announcing.DelayRestarted,
        callers=INSURER,
    ),
    Method(name="open_campaign", request=announcing.OpenCampaign, answer=Done, callers=INSURER),
    Method(
        name="oppose_legacy_dmp",
        request=legacy.OpposeLegacyDmp,
        answer=Done,
        callers=INSURER | PERSON,
    ),
    Method(
        name="import_legacy_dmp",
        request=legacy.ImportLegacyDmp,
        answer=Done,
        callers=INSURER,
    ),
)
_LIVING = (
    # Only the insurer, who entrusts its mailer with it: the person proves by the code that they
    # hold the address it was sent to, so they may never be handed one here.
    Method(
        name="new_activation_code",
        request=living.NewActivationCode,
        answer=living.ActivationCodeGiven,
        callers=INSURER,
    ),
    # A helper in a public service desk types the code with the person, and is shown nothing.
    Method(name="activate", request=living.Activate, answer=Done, callers=PERSON | HELPER),
    Method(
        name="update_contact", request=living.UpdateContact, answer=Done, callers=INSURER | PERSON
    ),
    Method(
        name="close",
        request=living.Close,
        answer=Done,
        callers=INSURER | PERSON,
        condition=living.own_motive,
    ),
    Method(name="reopen", request=living.Reopen, answer=Done, callers=INSURER | PERSON),
    Method(name="suspend", request=living.Suspend, answer=Done, callers=INSURER),
    Method(name="lift_suspension", request=living.LiftSuspension, answer=Done, callers=INSURER),
)
_ENDING = (
    Method(name="declare_death", request=ending.DeclareDeath, answer=Done, callers=INSURER),
    Method(name="revoke_death", request=ending.RevokeDeath, answer=Done, callers=INSURER),
    Method(
        name="request_erasure",
        request=ending.RequestErasure,
        answer=ending.ErasureAsked,
        callers=INSURER | PERSON,
    ),
    Method(
        name="cancel_erasure", request=ending.CancelErasure, answer=Done, callers=INSURER | PERSON
    ),
    Method(
        name="erasure_certificate",
        request=ending.ErasureCertificate,
        answer=ending.Certificate,
        callers=INSURER | AUDITORS,
    ),
)
_PROVING = (
    Method(
        name="retrieve_ins",
        request=proving.RetrieveIns,
        answer=proving.InsRetrieved,
        callers=INSURER | CARERS,
    ),
    Method(
        name="retrieve_ins_by_card",
        request=proving.RetrieveInsByCard,
        answer=proving.InsRetrieved,
        callers=INSURER | CARERS,
    ),
    Method(
        name="verify_ins", request=proving.VerifyIns, answer=proving.InsVerified, callers=INSURER
    ),
    Method(
        name="verify_ins_batch",
        request=proving.VerifyInsBatch,
        answer=proving.BatchAsked,
        callers=INSURER,
    ),
    Method(
        name="verification_status",
        request=proving.VerificationStatus,
        answer=proving.VerificationResults,
        callers=INSURER,
    ),
    Method(
        name="validate_identity",
        request=proving.ValidateIdentity,
        answer=proving.ProvenSoFar,
        callers=INSURER,
    ),
    Method(
        name="set_attribute",
        request=proving.SetAttribute,
        answer=proving.ProvenSoFar,
        callers=INSURER,
    ),
    Method(
        name="correct_traits",
        request=proving.CorrectTraits,
        answer=proving.ProvenSoFar,
        callers=INSURER,
    ),
    Method(
        name="change_ins", request=proving.ChangeIns, answer=proving.ProvenSoFar, callers=INSURER
    ),
)
_DOUBLES = (
    Method(
        name="find_candidates",
        request=doubles.FindCandidates,
        answer=doubles.Candidates,
        callers=INSURER,
    ),
    Method(
        name="propose_merge",
        request=doubles.ProposeMerge,
        answer=doubles.MergeProposed,
        callers=INSURER,
    ),
    Method(
        name="confirm_merge",
        request=doubles.ConfirmMerge,
        answer=doubles.RecordsMerged,
        callers=INSURER,
    ),
    Method(name="reject_merge", request=doubles.RejectMerge, answer=Done, callers=INSURER),
    Method(name="split", request=doubles.Split, answer=Done, callers=INSURER),
    Method(
        name="merges",
        request=doubles.ListMerges,
        answer=Listing[doubles.MergeSeen],
        callers=INSURER,
    ),
)
_READING = (
    Method(
        name="resolve",
        request=reading.Resolve,
        answer=reading.Existence,
        callers=CARERS | SERVICES,
    ),
    Method(
        name="get_identity",
        request=reading.GetIdentity,
        answer=reading.Identity,
        callers=INSURER | PERSON | SERVICES,
    ),
)

CONTRACT = Contract("identity", _ANNOUNCING + _LIVING + _ENDING + _PROVING + _DOUBLES + _READING)
