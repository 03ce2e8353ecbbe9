"""What a target takes over from the record merged into it, right by right."""

from typing import Any

from services.access.domain.merged import consents_back, decide_on, give_back, nothing, take
from services.access.domain.rights import Rights
from services.access.domain.stricter import both_allow, stricter

MERGE = "m1"
OPEN = {"regulation": True, "break_glass": True, "masked": True}
SHUT_OUT, KEPT = "doctor", "nurse"


class Held:
    """The rights that are read and written here, and nothing else of a record."""

    def __init__(self, **said: Any) -> None:
        self.blocks: dict[str, Any] = {}
        self.feeding_oppositions: dict[str, str] = {}
        self.switches: Any = OPEN
        self.consents: dict[str, Any] = {}
        self.treating_doctor: str | None = None
        self.administrators: list[str] = []
        self.merged: dict[str, Any] = {}
        self.of_merges = nothing()
        for name, value in said.items():
            setattr(self, name, value)


def target() -> Any:
    return Held(
        consents={SHUT_OUT: "c1", KEPT: "c2"},
        administrators=[KEPT, SHUT_OUT],
        treating_doctor=SHUT_OUT,
        feeding_oppositions={KEPT: "ours"},
    )


def source() -> Any:
    return Held(
        blocks={SHUT_OUT: "b"},
        feeding_oppositions={KEPT: "theirs", "dentist": "why"},
        switches=OPEN | {"masked": False},
    )


def test_all_that_a_block_ends_is_ended_and_told_and_nothing_else() -> None:
    told: Any = stricter(target(), source())
    assert told["blocks"] == {SHUT_OUT: "b"}
    assert told["consents"] == {SHUT_OUT: "c1"}
    assert told["administrators"] == [SHUT_OUT]
    assert told["treating_doctor"] == SHUT_OUT
    assert told["oppositions"] == {"dentist": "why"}, "those the target had are its own"
    assert told["after"] == OPEN | {"masked": False}
    assert told["both"] == {"blocks": {}, "oppositions": {KEPT: "theirs"}, "switches": []}


def test_what_both_forbid_is_told_as_the_other_says_it() -> None:
    one: Any = Held(blocks={SHUT_OUT: "b1", KEPT: "b2"}, switches=OPEN | {"masked": False})
    other: Any = Held(blocks={SHUT_OUT: "b3"}, switches=OPEN | {"masked": False})
    told: Any = stricter(one, other)
    assert told["blocks"] == {}
    assert told["both"] == {"blocks": {SHUT_OUT: "b3"}, "oppositions": {}, "switches": ["masked"]}


def test_what_was_taken_and_given_back_is_as_it_was() -> None:
    rights, before = target(), target()
    told: Any = stricter(rights, source())
    take(rights, MERGE, told)
    left = (rights.consents, rights.administrators, rights.treating_doctor)
    assert left == ({KEPT: "c2"}, [KEPT], None)
    assert rights.feeding_oppositions == {KEPT: "ours", "dentist": "why"}
    give_back(rights, MERGE, others_kept=True)
    assert rights.blocks == before.blocks
    assert rights.consents == before.consents
    assert rights.feeding_oppositions == before.feeding_oppositions
    assert sorted(rights.administrators) == sorted(before.administrators)
    assert rights.treating_doctor == SHUT_OUT
    assert rights.switches == OPEN


def test_what_was_changed_since_stays_as_it_was_changed() -> None:
    rights = target()
    told = stricter(rights, source())
    take(rights, MERGE, told)
    rights.blocks[SHUT_OUT] = "blocked anew"
    decide_on(rights, SHUT_OUT)
    rights.switches = OPEN | {"regulation": False}
    rights.of_merges["switches"].clear()
    rights.feeding_oppositions["dentist"] = "another reason"
    rights.of_merges["oppositions"].clear()
    give_back(rights, MERGE, others_kept=True)
    assert rights.blocks == {SHUT_OUT: "blocked anew"}
    left = (rights.consents, rights.administrators, rights.treating_doctor)
    assert left == ({KEPT: "c2"}, [KEPT], None)
    assert rights.feeding_oppositions["dentist"] == "another reason"
    assert rights.switches == OPEN | {"regulation": False}


def test_a_consent_given_since_stays_in_place_of_the_one_of_before() -> None:
    """A representative, who knows of no secret block, may have declared it."""
    rights = target()
    told: Any = stricter(rights, source())
    take(rights, MERGE, told)
    assert consents_back(rights, MERGE).keys() == {SHUT_OUT}
    rights.consents[SHUT_OUT] = "c3"
    assert consents_back(rights, MERGE) == {}
    give_back(rights, MERGE, others_kept=True)
    assert rights.consents == {SHUT_OUT: "c3", KEPT: "c2"}


def test_allowed_in_an_emergency_is_what_both_allow() -> None:
    for name in OPEN:
        one: Any = OPEN | {name: False}
        other: Any = OPEN
        assert both_allow(one, other) == both_allow(other, one) == one


def test_the_fields_are_those_of_a_record() -> None:
    """The double above must not drift from what it stands for."""
    assert set(vars(Held())) <= set(Rights.__annotations__) | set(Rights.__init__.__code__.co_names)
