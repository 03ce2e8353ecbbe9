"""The proof of an opposition: what it says, and that anyone can verify it."""

import base64
from datetime import timedelta
from io import BytesIO
from uuid import UUID, uuid4

import pytest
from cryptography.exceptions import InvalidSignature
from pypdf import PdfReader

from services.identity.application import Identity
from services.identity.contract.announcing import Oppose, OppositionProof, WithdrawOpposition
from shared.kernel.clock import FixedClock
from shared.kernel.errors import Conflict
from tests.identity.people import INSURER, announcement, patient
from tests.support.signing import SIGNING_KEY


def announced(identity: Identity) -> UUID:
    return identity.announce_record(announcement(), INSURER).record_id


def text_of(proof: OppositionProof) -> str:
    pages = PdfReader(BytesIO(base64.b64decode(proof.pdf))).pages
    return "\n".join(page.extract_text() for page in pages)


def oppose(identity: Identity, record_id: UUID, channel: str = "post") -> Oppose:
    return Oppose(request_id=uuid4(), record_id=record_id, channel=channel)


def test_the_proof_says_who_when_and_how(identity: Identity, clock: FixedClock) -> None:
    """
    What a person needs to show that they said no: in French, in the time of France.
    """
    record_id = announced(identity)
    clock.move(timedelta(days=10, hours=15))

    proof = identity.oppose(oppose(identity, record_id), INSURER).proof

    assert proof.statement.splitlines() == [
        "Bénéficiaire : DOMINIQUE PAT-TROIS",
        "Née le : 28/03/1979",
        "Opposition reçue le : 2 décembre 2026 à 0 h 30",
        "Reçue : par courrier",
        f"Référence du dossier : {record_id}",
    ]
    assert "279035121518989" not in text_of(proof)


def test_the_paper_alone_can_be_verified(identity: Identity) -> None:
    """
    Whoever holds the PDF and the public key needs nothing else from us.
    """
    proof = identity.oppose(oppose(identity, announced(identity)), INSURER).proof
    text = text_of(proof)
    start = text.index("Bénéficiaire")
    statement = text[start : text.index("Vous pouvez revenir")].strip()
    printed = text[text.index("Signature : ") :].removeprefix("Signature : ")
    signature = base64.b64decode("".join(printed[: printed.index("Clé")].split()))
    public_key = SIGNING_KEY.public_key()

    public_key.verify(signature, b"carnet opposition proof v1\n" + statement.encode())
    forged = statement.replace("PAT-TROIS", "PAT-QUATRE")
    with pytest.raises(InvalidSignature):
        public_key.verify(signature, b"carnet opposition proof v1\n" + forged.encode())


def test_a_repeated_request_gets_the_same_paper(identity: Identity) -> None:
    """
    Byte for byte, also when asked again much later.
    """
    request = oppose(identity, announced(identity))

    assert identity.oppose(request, INSURER) == identity.oppose(request, INSURER)


def test_the_person_may_oppose_and_come_back(identity: Identity) -> None:
    """
    Opposing twice is refused; withdrawn, one may oppose again while it is not open.
    """
    record_id = announced(identity)
    identity.oppose(oppose(identity, record_id, "online"), patient(record_id))
    with pytest.raises(Conflict):
        identity.oppose(oppose(identity, record_id), patient(record_id))

    identity.withdraw_opposition(
        WithdrawOpposition(request_id=uuid4(), record_id=record_id), patient(record_id)
    )

    assert identity.oppose(oppose(identity, record_id, "phone"), INSURER).proof
