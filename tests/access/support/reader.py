"""A reader who asks again and again, as the vault would for a doctor, over the broker."""

from time import monotonic
from typing import Any

from shared.auth.claims import actor_of
from shared.auth.service_keys import private_key
from shared.auth.service_tokens import ServiceTokens
from shared.kernel.actor import Actor
from shared.rpc.client import RpcClient
from tests.access.support.people import HOSPITAL, HOSPITAL_DOCTOR
from tests.support.running import Running

REFUSED = 3
"""A reader gives up after so many refusals."""
RESOURCE = {"kind": "document", "class": "10", "type": "11502-2", "confidentiality": ["N"]}
CLAIMS = {
    "kind": "professional",
    "SubjectNameID": HOSPITAL_DOCTOR.id,
    "SubjectRole": ["10^1.2.250.1.213.1.1.5.5"],
    "exercice": {"codeProfession": "10"},
    "SubjectOrganizationID": HOSPITAL,
    "Palier_Authentification": "APPPRIP3^1.2.250.1.213.1.5.1.1.1",
}


class Reader:
    """``permits``, ``refusals``: when each was asked for."""

    def __init__(self, carnet: Running, record: str) -> None:
        self.carnet = carnet
        self.request: dict[str, Any] = {
            "record_id": record,
            "action": "read",
            "resource": RESOURCE,
        }
        self.permits: list[float] = []
        self.refusals: list[float] = []

    def read(self) -> None:
        key = private_key(self.carnet.home / "keys", "vault")
        tokens = ServiceTokens("vault", key, self.carnet.clock)
        with RpcClient(self.carnet.amqp_uri, tokens=tokens) as client:
            while len(self.refusals) < REFUSED:
                asked_at = monotonic()
                answer = client.call("access", "decide", self.request, by=self._doctor())
                (self.permits if answer["permit"] else self.refusals).append(asked_at)

    def _doctor(self) -> Actor:
        now = self.carnet.clock.now()
        return actor_of({**CLAIMS, "exp": int(now.timestamp()) + 60}, now)
