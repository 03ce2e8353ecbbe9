"""Which INS this installation takes."""

from dataclasses import dataclass

from shared.kernel.errors import InvalidRequest
from shared.kernel.ins import INS_NIR, INS_NIR_TEST, Ins, InvalidIns

MAILBOX_DOMAIN = "patient.mssante.fr"


@dataclass(frozen=True, kw_only=True)
class InsRules:
    """``accepted``: OIDs that fit the environment. ``strict_keys``: those whose key must match
    the matricule (several official sample ids have a false one)."""

    accepted: frozenset[str]
    strict_keys: frozenset[str]

    def parse(self, value: str, oid: str | None = None) -> Ins:
        """Refuse naming the field; an OID of another environment is never taken.

        A value that comes alone is a NIR of this environment.
        """
        oid = oid or (INS_NIR if INS_NIR in self.accepted else INS_NIR_TEST)
        if oid not in self.accepted:
            raise InvalidRequest(fields={"ins.oid": "is not accepted in this environment"})
        try:
            return Ins.parse(value, oid, strict_key=oid in self.strict_keys)
        except InvalidIns as wrong:
            raise InvalidRequest(fields={"ins.value": str(wrong)}) from None

    def of_mailbox(self, mailbox: str) -> list[Ins]:
        """An address names no OID: the INS it may be, one for each OID taken here."""
        local, _, domain = mailbox.partition("@")
        found = []
        if domain.lower() == MAILBOX_DOMAIN:
            for oid in sorted(self.accepted):
                try:
                    found.append(Ins.parse(local, oid, strict_key=oid in self.strict_keys))
                except InvalidIns:
                    continue
        if not found:
            raise InvalidRequest(fields={"mailbox": f"is not <INS>@{MAILBOX_DOMAIN}"})
        return found
