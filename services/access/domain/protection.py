"""What is shut: blocks, emergency switches, oppositions to feeding."""

from services.access.domain import errors
from services.access.domain import protection_events as e
from services.access.domain.admission_events import AdministratorRemoved
from services.access.domain.grants import Block, Consent, Switches
from services.access.domain.merged import OfMerges
from services.access.domain.rights_event import RightsPart
from services.access.domain.secrecy import as_secret_as, is_open, known_to
from shared.kernel.actor import Actor
from shared.kernel.secrecy import require_unseen

EVERYBODY = "*"
"""Feeder of an opposition that names none."""


class Protection(RightsPart):
    """The part of the rights that says who and what is shut out."""

    consents: dict[str, Consent]
    treating_doctor: str | None
    roles: dict[str, str]
    administrators: list[str]
    blocks: dict[str, Block]
    covered_blocks: dict[str, Block]
    """Of a minor's secret session, where a representative has blocked the same one since."""
    switches: Switches
    feeding_oppositions: dict[str, str]
    """Feeder to the reason that was found legitimate."""
    claimed_oppositions: dict[str, str]
    """Feeder to the reason that waits to be judged."""
    of_merges: OfMerges

    def block(self, professional: str, block: Block, *, by: Actor) -> None:
        """Shut a professional out from now on; an administrator loses that role first."""
        if known_to(by, self.blocks.get(professional)) and not self.adds(professional, block):
            raise errors.AlreadyBlocked
        require_unseen(by, is_open(self.consents.get(professional)), self._has_role(professional))
        if professional in self.administrators:
            self._trigger(AdministratorRemoved, by, professional=professional)
        who = as_secret_as(block, by)
        self._trigger(e.ProfessionalBlocked, who, professional=professional, block=block)

    def adds(self, professional: str, block: Block) -> bool:
        """That of a record merged in goes with its split: one as strong, seen by the same, takes
        its place."""
        there = self.blocks.get(professional)
        if there is None:
            return True
        alike = block["secret"] == there["secret"] and block["by_person"] >= there["by_person"]
        return alike and professional in self.of_merges["blocks"]

    def _has_role(self, professional: str) -> bool:
        held = (self.treating_doctor, *self.administrators, *self.roles.values())
        return professional in held

    def unblock(self, professional: str, *, by: Actor) -> None:
        """Only the person undoes their own block, be it that of a record merged in."""
        block = known_to(by, self.blocks.get(professional))
        if block is None:
            raise errors.NotBlocked
        require_unseen(by, is_open(block))
        held = (block, *self.of_merges["blocks"].get(professional, {}).values())
        if any(one["by_person"] for one in held) and not by.acts_for_person:
            raise errors.NotYours
        covered = self.covered_blocks.get(professional)
        back = None if known_to(by, covered) else covered
        who = as_secret_as(block, by)
        self._trigger(e.ProfessionalUnblocked, who, professional=professional, back=back)

    def set_switches(self, switches: Switches, *, by: Actor) -> None:
        require_unseen(by, switches)
        self._trigger(e.EmergencySwitchesSet, by, switches=switches)

    def oppose_feeding(
        self, feeder: str | None, legitimate_reason: str, *, on: bool, waits: bool, by: Actor
    ) -> None:
        """CSP R1111-47: only for a legitimate reason, which is kept, and judged if it ``waits``."""
        require_unseen(by, legitimate_reason)
        self._trigger(
            e.FeedingOpposed,
            by,
            feeder=feeder or EVERYBODY,
            legitimate_reason=legitimate_reason,
            on=on,
            waits=on and waits,
        )

    def judge_opposition(self, feeder: str | None, *, accepted: bool, note: str, by: Actor) -> str:
        """The reason that was claimed. Never by whom it is directed against."""
        named = feeder or EVERYBODY
        if named not in self.claimed_oppositions:
            raise errors.NothingToJudge
        if by.id == named:
            raise errors.NotYours
        reason = self.claimed_oppositions[named]
        self._trigger(e.FeedingOppositionJudged, by, feeder=named, accepted=accepted, note=note)
        return reason
