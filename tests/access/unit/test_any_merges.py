"""Property: whatever is merged, split, shut and opened in whatever order, nobody is let in whom a
record that is still merged shuts out, or its target itself; nor is anybody else shut out."""

from contextlib import suppress
from typing import Any, cast
from uuid import UUID, uuid4

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.access.domain import errors
from services.access.domain.grants import Switches
from services.access.domain.rights import Rights
from tests.access.support.merged import IDENTITY, ON, block_of, consent, record
from tests.access.support.people import PATIENT

PEOPLE = ("doctor", "nurse")
WHAT = (*(f"{right} {who}" for right in ("block", "oppose") for who in PEOPLE), *ON)
WHO = st.sampled_from(PEOPLE)
OWN = -1
"""Among those who forbid: the target itself."""


class AnyMerges(RuleBasedStateMachine):
    """``forbid``: by what is forbidden on the target, who does since the person last decided on
    it there. All records say it in the same words, and block at the same instant."""

    @initialize(sources=st.lists(st.sets(st.sampled_from(WHAT)), min_size=3, max_size=3))
    def open(self, sources: list[set[str]]) -> None:
        self.target = record()
        self.block = block_of(self.target)
        self.sources = [self.of(what) for what in sources]
        self.merges: dict[int, UUID] = {}
        self.forbid: dict[str, set[int]] = {what: set() for what in WHAT}
        self.consented: set[str] = set()
        self.decide_switches(set(ON))

    def of(self, what: set[str]) -> Rights:
        rights = record()
        rights.set_switches(cast("Switches", {name: name not in what for name in ON}), by=PATIENT)
        for who in PEOPLE:
            self.shut(rights, who, block=f"block {who}" in what, oppose=f"oppose {who}" in what)
        return rights

    @rule(source=st.integers(0, 2))
    def merge_or_split(self, source: int) -> None:
        if source in self.merges:
            self.target.give_stricter_back(self.merges.pop(source), by=IDENTITY)
            for who in self.forbid.values():
                who.discard(source)
            return
        self.merges[source] = uuid4()
        self.target.take_stricter(self.merges[source], self.sources[source], by=IDENTITY)
        for what in forbidden(self.sources[source]):
            self.forbid[what].add(source)

    @rule(who=WHO, on=st.booleans())
    def decide_on(self, who: str, on: bool) -> None:
        """Blocked or let in, nothing is left of the consent that there was."""
        if on or who in self.target.blocks:
            self.consented.discard(who)
        for right in ("block", "oppose"):
            self.forbid[f"{right} {who}"] = {OWN} if on else set()
        self.shut(self.target, who, block=on, oppose=on)

    @rule(on=st.sets(st.sampled_from(sorted(ON))))
    def decide_switches(self, on: set[str]) -> None:
        self.target.set_switches(cast("Switches", {name: name in on for name in ON}), by=PATIENT)
        for name in ON:
            self.forbid[name] = set() if name in on else {OWN}

    @rule(who=WHO)
    def consent_to(self, who: str) -> None:
        if who not in self.target.blocks:
            self.target.declare_consent({**consent(), "grantee": who}, by=PATIENT)
            self.consented.add(who)

    def shut(self, rights: Rights, who: str, *, block: bool, oppose: bool) -> None:
        with suppress(errors.AlreadyBlocked, errors.NotBlocked):
            if block:
                rights.block(who, self.block, by=PATIENT)
            else:
                rights.unblock(who, by=PATIENT)
        rights.oppose_feeding(who, "why", on=oppose, waits=False, by=PATIENT)

    @invariant()
    def forbidden_is_what_is_still_said(self) -> None:
        if hasattr(self, "target"):
            expected = {what for what, who in self.forbid.items() if who}
            assert forbidden(self.target) == expected
            shut_out = {who for who in self.consented if f"block {who}" in expected}
            assert self.target.consents.keys() == self.consented - shut_out

    def teardown(self) -> None:
        """Whoever reads the log finds the same."""
        if hasattr(self, "target"):
            read: Any = None
            for event in self.target.collect_events():
                read = event.mutate(read)
            assert vars(read) == vars(self.target)


def forbidden(rights: Rights) -> set[str]:
    return {
        *(f"block {who}" for who in rights.blocks),
        *(f"oppose {who}" for who in rights.feeding_oppositions),
        *(name for name, on in rights.switches.items() if not on),
    }


TestAnyMerges = AnyMerges.TestCase
TestAnyMerges.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
