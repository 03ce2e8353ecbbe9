"""What one record's rights forbid more than another's: taken over when two records of one person
are merged."""

from collections.abc import Set
from typing import TYPE_CHECKING, TypedDict

from services.access.domain.grants import Block, Consent, Switches

if TYPE_CHECKING:
    from services.access.domain.rights import Rights


class Both(TypedDict):
    """What the source forbids and the target forbade already, as the source says it.
    ``switches``: names of those that neither allows."""

    blocks: dict[str, Block]
    oppositions: dict[str, str]
    switches: list[str]


class Ended(TypedDict):
    """What blocks that were taken over ended."""

    consents: dict[str, Consent]
    treating_doctor: str | None
    administrators: list[str]


class Stricter(Ended):
    """``blocks`` and ``oppositions``: those the target had not. ``before`` and ``after``: its
    switches. ``both``: ``None`` if it was not said."""

    blocks: dict[str, Block]
    oppositions: dict[str, str]
    before: Switches
    after: Switches
    both: Both | None


def stricter(target: "Rights", source: "Rights") -> Stricter:
    """Blocked by one is blocked; allowed in an emergency is what both allow."""
    blocks = {who: b for who, b in source.blocks.items() if who not in target.blocks}
    ours, theirs = target.switches, source.switches
    return Stricter(
        blocks=blocks,
        oppositions={
            who: why
            for who, why in source.feeding_oppositions.items()
            if who not in target.feeding_oppositions
        },
        before=ours,
        after=both_allow(ours, theirs),
        both=both_forbid(target, source),
        consents={who: c for who, c in target.consents.items() if who in blocks},
        treating_doctor=target.treating_doctor if target.treating_doctor in blocks else None,
        administrators=[who for who in target.administrators if who in blocks],
    )


def both_allow(one: Switches, other: Switches) -> Switches:
    """Allowed in an emergency is what both allow."""
    return {
        "regulation": one["regulation"] and other["regulation"],
        "break_glass": one["break_glass"] and other["break_glass"],
        "masked": one["masked"] and other["masked"],
    }


def both_forbid(target: "Rights", source: "Rights") -> Both:
    oppositions = source.feeding_oppositions
    return Both(
        blocks={who: b for who, b in source.blocks.items() if who in target.blocks},
        oppositions={w: why for w, why in oppositions.items() if w in target.feeding_oppositions},
        switches=sorted(refused(target.switches) & refused(source.switches)),
    )


def refused(switches: Switches) -> set[str]:
    return {name for name, on in switches.items() if not on}


def allowing(switches: Switches, names: Set[str]) -> Switches:
    """These too."""
    return {
        "regulation": switches["regulation"] or "regulation" in names,
        "break_glass": switches["break_glass"] or "break_glass" in names,
        "masked": switches["masked"] or "masked" in names,
    }
