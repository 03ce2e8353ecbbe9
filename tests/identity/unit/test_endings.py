"""How records end, with the clock moved: closed, erased, dead, of age."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.identity.contract.announcing import Oppose
from services.identity.contract.ending import (
    CancelErasure,
    DeclareDeath,
    ErasureCertificate,
    RequestErasure,
    RevokeDeath,
)
from services.identity.contract.living import Reopen, UpdateContact
from services.identity.contract.proving import CorrectTraits
from services.identity.domain.errors import UnknownRecord
from services.identity.domain.retention import retention_end
from services.identity.domain.states import Status
from shared.kernel.errors import Conflict, InvalidRequest, Unavailable
from tests.identity.lives import (
    CHILD,
    DAY,
    SIX_WEEKS,
    TEN_YEARS,
    about,
    activate,
    announce,
    close,
    exists,
    opened,
    seen,
)
from tests.identity.merging import merge
from tests.identity.people import INSURER, NOW, TRAITS, patient
from tests.identity.world import World


def test_closed_is_kept_ten_years_and_then_destroyed(world: World) -> None:
    """
    CSP R1111-36: the archive, then nothing; what is left is a signed certificate.
    """
    record_id = opened(world)
    close(world, record_id)
    world.pass_time(TEN_YEARS - 3 * DAY)
    assert seen(world, record_id).status is Status.CLOSED

    world.pass_time(3 * DAY)

    assert_erased(world, record_id)
    certificate = world.identity.erasure_certificate(
        ErasureCertificate(record_id=record_id), INSURER
    )
    assert (certificate.record_id, certificate.reason) == (record_id, "retention_ended")


def assert_erased(world: World, record_id: UUID) -> None:
    with pytest.raises(UnknownRecord):
        seen(world, record_id)
    assert exists(world).status == "none"
    assert world.topics()[-3:-1] == ["record_erased", "ins_released"]
    assert (world.due.count(), world.candidates.count()) == (0, 0)


def test_reopened_in_time_is_kept(world: World) -> None:
    """
    The archive comes back with it, and the ten years are forgotten.
    """
    record_id = opened(world)
    close(world, record_id)
    world.pass_time(TEN_YEARS / 2)
    world.identity.reopen(Reopen(**about(record_id)), patient(record_id))

    world.pass_time(TEN_YEARS)

    assert seen(world, record_id).status is Status.OPEN
    assert world.due.count() == 0


def test_an_erasure_asked_for_is_done_within_three_months(world: World) -> None:
    """
    CSP R1111-36: on express request, at the day that was answered.
    """
    record_id = opened(world)
    close(world, record_id)
    asked = world.identity.request_erasure(RequestErasure(**about(record_id)), patient(record_id))
    assert world.clock.now() < asked.due <= world.clock.now() + 89 * DAY

    world.pass_time(60 * DAY - timedelta(milliseconds=1))
    assert seen(world, record_id).status is Status.CLOSED
    world.pass_time(timedelta(milliseconds=1))

    assert_erased(world, record_id)


def test_an_erasure_cancelled_is_not_done(world: World) -> None:
    """
    Until the day itself one may think again; then the ten years count as before.
    """
    record_id = opened(world)
    close(world, record_id)
    world.identity.request_erasure(RequestErasure(**about(record_id)), patient(record_id))
    with pytest.raises(Conflict):
        world.identity.reopen(Reopen(**about(record_id)), patient(record_id))

    world.identity.cancel_erasure(CancelErasure(**about(record_id)), patient(record_id))
    world.pass_time(100 * DAY)
    assert seen(world, record_id).status is Status.CLOSED

    world.pass_time(TEN_YEARS - 100 * DAY)
    assert_erased(world, record_id)


def test_an_erased_person_may_be_announced_anew(world: World) -> None:
    """
    A new space can be created at any time: the number is free again.
    """
    first = opened(world)
    close(world, first)
    world.identity.request_erasure(RequestErasure(**about(first)), patient(first))
    world.pass_time(60 * DAY)

    second = opened(world, notice_sent_at=world.clock.now())

    assert exists(world).record_id == second != first


def test_an_erasure_that_breaks_off_is_carried_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Keyring out of reach: nothing is told, nobody can stop it any more, the next sweep goes on.
    """
    record_id = opened(world)
    close(world, record_id)
    keyring = world.identity.outside.keyring

    def out_of_reach(*_: object) -> dict[str, Any]:
        raise Unavailable

    with monkeypatch.context() as broken:
        broken.setattr(keyring, "destroy", out_of_reach)
        with pytest.raises(Unavailable):
            world.pass_time(TEN_YEARS)
    assert "record_erased" not in world.topics()
    with pytest.raises(UnknownRecord):
        world.identity.reopen(Reopen(**about(record_id)), patient(record_id))

    world.pass_time()

    assert_erased(world, record_id)
    assert world.topics().count("record_erased") == 1


def test_the_dead_are_kept_ten_years_from_the_day_it_was_declared(world: World) -> None:
    """
    Neither read nor fed meanwhile; then destroyed.
    """
    record_id = opened(world)
    world.identity.declare_death(DeclareDeath(**about(record_id), date=date(2026, 11, 2)), INSURER)
    assert (exists(world).status, exists(world).motive) == ("closed", "death")

    world.pass_time(TEN_YEARS - 3 * DAY)
    assert seen(world, record_id).status is Status.DECEASED
    world.pass_time(3 * DAY)

    assert_erased(world, record_id)


@pytest.mark.parametrize(
    "died_on", [date(1979, 3, 27), date(2027, 1, 3)], ids=["before birth", "tomorrow"]
)
def test_nobody_dies_before_birth_nor_tomorrow(world: World, died_on: date) -> None:
    """
    A date that cannot be is another person's.
    """
    record_id = opened(world)
    with pytest.raises(InvalidRequest) as refusal:
        world.identity.declare_death(DeclareDeath(**about(record_id), date=died_on), INSURER)
    assert set(refusal.value.fields) == {"date"}


@pytest.mark.parametrize(
    ("born", "died_on"),
    [("2026-12-00", "2026-12-24"), ("2026-00-00", "2026-12-24"), ("2026-33-00", "2026-12-24")],
)
def test_who_was_born_on_a_day_unknown_may_have_died_in_the_same_year(
    world: World, born: str, died_on: str
) -> None:
    """
    RNIV counts an unknown day as the last one of its month or year: to compute an age, not to
    refuse a death before it.
    """
    world.clock.move(datetime(2026, 12, 26, tzinfo=UTC) - world.clock.now())
    record_id = announce(world, traits=TRAITS | {"birth_date": born})

    died = DeclareDeath.model_validate({**about(record_id), "date": died_on})
    world.identity.declare_death(died, INSURER)

    assert seen(world, record_id).status is Status.DECEASED


def test_a_death_declared_in_error_gives_back_what_was(world: World) -> None:
    """
    From each state: announced waits on, opposed stays opposed, open is open, closed is kept on.
    """
    dead = DeclareDeath
    waiting, opposing, open_ = (announce(world, ins=None) for _ in range(3))
    world.identity.oppose(Oppose(**about(opposing), channel="online"), INSURER)
    world.identity.declare_death(dead(**about(waiting), date=NOW.date()), INSURER)
    world.pass_time(SIX_WEEKS)
    close(world, open_)
    for record_id in (opposing, open_):
        world.identity.declare_death(dead(**about(record_id), date=NOW.date()), INSURER)
    assert seen(world, waiting).status is Status.DECEASED

    for record_id in (waiting, opposing, open_):
        world.identity.revoke_death(RevokeDeath(**about(record_id)), INSURER)
    world.pass_time()

    states = [seen(world, record_id).status for record_id in (waiting, opposing, open_)]
    assert states == [Status.OPEN, Status.OPPOSED, Status.CLOSED]
    world.pass_time(TEN_YEARS)
    with pytest.raises(UnknownRecord):
        seen(world, open_)


def test_a_newborn_is_attached_and_the_parent_is_told(world: World) -> None:
    """
    Without a contact of its own, the notice goes to the parent it is attached to.
    """
    parent = opened(world, contact={"email": "parent@example.org"})

    child = announce(
        world, traits=CHILD, ins=None, representatives=[parent], notice_sent_at=world.clock.now()
    )

    contact = seen(world, child).contact
    assert contact
    assert contact.email == "parent@example.org"


def test_a_representative_is_a_living_person_of_age(world: World) -> None:
    """
    A child represents nobody, nor do the dead, nor someone who has no record.
    """
    child = announce(world, traits=CHILD, ins=None)
    dead = announce(world, ins=None)
    world.identity.declare_death(DeclareDeath(**about(dead), date=NOW.date()), INSURER)

    for representative in (child, dead, uuid4()):
        with pytest.raises(InvalidRequest) as refusal:
            announce(world, traits=CHILD, ins=None, representatives=[representative])
        assert set(refusal.value.fields) == {"representatives.0"}


def test_a_parent_named_by_a_merged_record_is_who_lives_under_the_other(
    world: World, pair: tuple[UUID, UUID]
) -> None:
    """
    They are told where they are reached now, and are one of two who may represent the child; a
    parent who died represents nobody, by whichever of their records they are named.
    """
    source, target = pair
    merge(world, source, target)
    world.identity.update_contact(
        UpdateContact(**about(target), contact={"email": "now@example.org"}), patient(target)
    )
    newborn: dict[str, Any] = {"traits": CHILD, "ins": None, "representatives": [source]}

    contact = seen(world, announce(world, **newborn, notice_sent_at=world.clock.now())).contact
    assert contact
    assert contact.email == "now@example.org"
    for twice in ([source, source], [source, target]):
        with pytest.raises(InvalidRequest) as refusal:
            announce(world, **newborn | {"representatives": twice})
        assert set(refusal.value.fields) == {"representatives.1"}
    died_on = world.clock.now().date()
    world.identity.declare_death(DeclareDeath(**about(target), date=died_on), INSURER)
    with pytest.raises(InvalidRequest) as refusal:
        announce(world, **newborn, notice_sent_at=world.clock.now())
    assert set(refusal.value.fields) == {"representatives.0"}


@pytest.mark.parametrize(
    ("since", "until"),
    [("2027-06-30", "2037-06-30"), ("2028-02-29", "2038-03-01"), ("2028-02-28", "2038-02-28")],
)
def test_ten_years_end_on_the_same_day(since: str, until: str) -> None:
    """
    Not a day early for a 29 February: ten years later there is none.
    """
    hour = "T23:30:00+00:00"
    end = retention_end(datetime.fromisoformat(since + hour))
    assert end == datetime.fromisoformat(until + hour)


def test_at_eighteen_the_record_is_the_young_adults_own(world: World) -> None:
    """
    From the first hour of that day in France: representatives, their contact and their
    activation are gone, and a new code makes it theirs.
    """
    parent = announce(world, contact={"email": "parent@example.org"})
    child = announce(world, traits=CHILD, ins=None, representatives=[parent])
    world.pass_time(SIX_WEEKS)
    activate(world, child)
    birthday = datetime(2034, 3, 27, 22, tzinfo=UTC)

    world.pass_time(birthday - world.clock.now() - timedelta(milliseconds=1))
    assert "majority_reached" not in world.topics()
    world.pass_time(timedelta(milliseconds=1))

    assert world.topics().count("majority_reached") == 1
    assert (seen(world, child).activated, seen(world, parent).status) == (False, Status.OPEN)
    contact = seen(world, child).contact
    assert contact
    assert contact.model_dump() == {"email": None, "phone": None}
    activate(world, child)


def test_who_came_of_age_may_represent_a_child(world: World) -> None:
    """
    A minor may not; and nobody comes of age twice.
    """
    young = announce(world, traits=CHILD, ins=None)
    asked = {"traits": CHILD | {"birth_date": "2026-03-28"}, "ins": None}
    with pytest.raises(InvalidRequest):
        announce(world, **asked, representatives=[young])

    world.pass_time(datetime(2034, 3, 27, 22, tzinfo=UTC) - world.clock.now())
    announce(world, **asked, representatives=[young])

    world.pass_time(DAY)
    assert world.topics().count("majority_reached") == 1


def test_a_birth_date_corrected_to_and_fro_is_reached_again(world: World) -> None:
    """
    Whoever came of age on the first date does so on it a second time, or they would never
    represent a child.
    """
    record_id = announce(world, traits=TRAITS | {"birth_date": "2009-01-10"}, ins=None)
    world.pass_time(datetime(2027, 1, 10, tzinfo=UTC) - world.clock.now())
    for born in ("2011-01-10", "2009-01-10"):
        corrected = {**about(record_id), "traits": TRAITS | {"birth_date": born}}
        world.identity.correct_traits(CorrectTraits.model_validate(corrected), INSURER)
        world.pass_time()

    assert world.topics()[-1] == "majority_reached"
    announce(world, traits=CHILD, ins=None, representatives=[record_id])


def test_a_birth_date_corrected_moves_the_majority(world: World) -> None:
    """
    A child taken for younger comes of age on the right day; one taken for a child, at once.
    """
    younger, adult = (announce(world, traits=CHILD, ins=None) for _ in range(2))
    for record_id, born in ((younger, "2010-03-28"), (adult, "1990-03-28")):
        corrected = {**about(record_id), "traits": TRAITS | {"birth_date": born}}
        world.identity.correct_traits(CorrectTraits.model_validate(corrected), INSURER)

    def came_of_age() -> list[UUID | None]:
        rows = world.identity.read(0, 500)
        return [r.record_id for r in rows if r.topic == "identity.majority_reached"]

    world.pass_time()
    assert came_of_age() == [adult]
    world.pass_time(datetime(2028, 3, 28, tzinfo=UTC) - world.clock.now())
    assert came_of_age() == [adult, younger]
