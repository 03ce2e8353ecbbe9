"""How far the time of answers tells what they do not say: figures, of a machine that does nothing
else; nothing is asserted about time.

Each pair of requests is answered in the same words. Both are asked in turns over AMQP, by one who
does nothing else and has their token in hand.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from scripts.demo.cast import Caller
from shared.kernel.actor import ActorKind
from tests.trust.attackers.asking import (
    PERSONAL,
    UNKNOWN,
    fitting,
    methods,
    with_id,
)
from tests.trust.attackers.building import (
    FROM_REPRESENTATIVES,
    PARENT_BORN,
    announced,
    letter,
    person,
)
from tests.trust.attackers.clocked import clocked, interleaved
from tests.trust.attackers.conftest import Besieged
from tests.trust.attackers.records import SPECIALIST, STRANGER, People, Record
from tests.trust.attackers.strangers import UNKNOWN_INS, ins

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]
TIMES = 200
"""Each of both is asked."""
FEW = 40
"""Where a limit, or what there is to ask about, lets no more be asked."""
METHODS = dict(methods())
Make = Callable[[People, Record], Caller]
Ask = Callable[[], float]


def asking(caller: Caller, key: str, given: Mapping[str, Any]) -> Ask:
    """Each with a ``request_id`` of its own, where there is one."""
    ask = clocked(caller, key)
    if "request_id" not in given:
        return partial(ask, given)
    return lambda: ask({**given, "request_id": str(uuid4())})


def of(key: str, record: Record) -> dict[str, Any]:
    return fitting(key, METHODS[key], record, person=True)


def listed(besieged: Besieged, name: str, make: Make, key: str) -> tuple[Ask, Ask]:
    """Of a record that holds something hidden from them, and of its twin."""
    pair = besieged.pairs[name]
    one, twin = (
        asking(make(besieged.people, record), key, of(key, record))
        for record in (pair.one, pair.twin)
    )
    return one, twin


def named(besieged: Besieged, name: str, make: Make, key: str, path: str) -> tuple[Ask, Ask]:
    """By the id of something hidden, and one of nothing."""
    record = besieged.pairs[name].one
    return by_id(make(besieged.people, record), key, path, record, record)


def anothers(besieged: Besieged, make: Make, key: str, path: str) -> tuple[Ask, Ask]:
    """By the id of something in another's record, and one of nothing."""
    own, theirs = besieged.pairs["UNTOLD"].twin, besieged.pairs["SECRET"].one
    return by_id(make(besieged.people, own), key, path, own, theirs)


def by_id(caller: Caller, key: str, path: str, own: Record, theirs: Record) -> tuple[Ask, Ask]:
    kind = path.strip(".").removesuffix("_id")
    there = theirs.record_id if kind == "record" else {**theirs.plain, **theirs.hidden}[kind]
    one, other = (
        asking(caller, key, with_id(of(key, own), path, value)) for value in (there, UNKNOWN)
    )
    return one, other


def doctor(people: People, _: Record) -> Caller:
    return people.doctor(STRANGER)


def specialist(people: People, _: Record) -> Caller:
    return people.doctor(SPECIALIST)


def imported(besieged: Besieged) -> tuple[Ask, Ask]:
    """By an application, to somebody's INS and to nobody's."""
    own, theirs = besieged.pairs["UNTOLD"].twin, besieged.pairs["SECRET"].one
    key = "agenda.import_appointments"
    given = {n: v for n, v in of(key, own).items() if n != "record_id"}
    caller = besieged.people.application(own)
    one, other = (
        asking(caller, key, given | {"ins": number, "ins_oid": ins(number)["oid"]})
        for number in (theirs.ins, UNKNOWN_INS)
    )
    return one, other


def resolved(besieged: Besieged) -> tuple[Ask, Ask]:
    """By a doctor, of somebody whose record waits for its six weeks, and of nobody."""
    number = "279035121399989"
    announced(besieged.people.staff(ActorKind.OPERATOR), [person(number, PARENT_BORN)])
    caller = besieged.people.doctor(STRANGER)
    one, other = (
        asking(caller, "identity.resolve", {"ins": ins(value)}) for value in (number, UNKNOWN_INS)
    )
    return one, other


def doubled(besieged: Besieged) -> tuple[Ask, Ask]:
    """A parent puts in the very bytes that a minor's secret document has, and the same in the
    record of the twin, where nobody has them; each once."""
    pair, hospital = besieged.pairs["SECRET"], besieged.people.hospital()
    texts = [letter(f"Ordonnance {n}", type=PERSONAL) for n in range(FEW + 10)]
    for text in texts:
        hospital.do("vault.deposit", record_id=pair.one.record_id,
                    confidentiality=[FROM_REPRESENTATIVES], **text)  # fmt: skip

    def depositing(record: Record) -> Ask:
        ask, left = clocked(besieged.people.parent(record), "vault.deposit"), iter(texts)
        return lambda: ask(
            {"record_id": record.record_id, "request_id": str(uuid4()), **next(left)}
        )

    return depositing(pair.one), depositing(pair.twin)


def nothing(besieged: Besieged) -> tuple[Ask, Ask]:
    """What two that do not differ at all look like."""
    caller = besieged.people.doctor(STRANGER)
    one, other = (asking(caller, "vault.open", {"document_id": UNKNOWN}) for _ in range(2))
    return one, other


LISTS = (
    "vault.search", "vault.changes_since", "vault.summary", "vault.prior_results",
    "audit.journal", "profile.get_profile", "profile.measures", "agenda.appointments",
    "messaging.conversations", "prescription.prescriptions", "catalogue.authorisations",
)  # fmt: skip
Scenes = dict[str, Callable[[Besieged], tuple[Ask, Ask]]]
SCENES: Scenes = {
    "nothing": nothing,
    **{f"parent {key}": partial(listed, name="SECRET", make=People.parent, key=key)
       for key in LISTS},
    **{f"parent {key}, of nothing else": partial(listed, name="ALONE", make=People.parent, key=key)
       for key in LISTS},
    **{f"patient {key}": partial(listed, name="UNTOLD", make=People.patient, key=key)
       for key in ("vault.search", "vault.summary", "audit.journal")},
    **{f"specialist {key}": partial(listed, name="MASKED", make=specialist, key=key)
       for key in ("vault.search", "profile.get_profile")},
    **{f"parent {key}": partial(named, name="SECRET", make=People.parent, key=key, path=path)
       for key, path in (
           ("vault.open", ".document_id"), ("vault.describe", ".document_id"),
           ("messaging.messages", ".conversation_id"), ("profile.entry_history", ".entry_id"),
           ("agenda.cancel_appointment", ".appointment_id"), ("vault.replace", ".document_id"),
       )},
    **{f"stranger {key}": partial(anothers, make=make, key=key, path=path)
       for make, key, path in (
           (doctor, "vault.open", ".document_id"), (doctor, "vault.search", ".record_id"),
           (doctor, "messaging.messages", ".conversation_id"),
           (doctor, "prescription.prescriptions", ".record_id"),
           (People.patient, "vault.describe", ".document_id"),
           (People.patient, "agenda.cancel_appointment", ".appointment_id"),
       )},
    "application agenda.import_appointments": imported,
}  # fmt: skip
FEWER: Scenes = {"doctor identity.resolve": resolved, "parent vault.deposit of a double": doubled}


@pytest.mark.parametrize("scene", [*SCENES, *FEWER])
def test_time_of_answers(
    besieged_as_deployed: Besieged, figures: dict[str, Any], scene: str
) -> None:
    one, other = {**SCENES, **FEWER}[scene](besieged_as_deployed)
    apart = interleaved(one, other, FEW if scene in FEWER else TIMES)
    figures.update(apart.figures())
