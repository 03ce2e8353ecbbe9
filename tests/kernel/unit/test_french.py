"""Dates and sentences for people in France."""

from datetime import UTC, date, datetime

import pytest

from shared.kernel.french import (
    counted,
    curled,
    day_in_france,
    french_day,
    french_time,
    latest_day_in_france,
    of_name,
    unbroken,
)


@pytest.mark.parametrize(
    ("moment", "day", "time"),
    [
        # Winter: one hour ahead of UTC; the day may be the next one already.
        (datetime(2026, 11, 30, 23, 5, tzinfo=UTC), "1er décembre 2026", "0 h 05"),
        # Summer: two hours.
        (datetime(2026, 8, 14, 10, 30, tzinfo=UTC), "14 août 2026", "12 h 30"),
    ],
)
def test_civil_time_and_words(moment: datetime, day: str, time: str) -> None:
    """
    The first of a month is "1er", hours are written "9 h 05", in the time of Paris.
    """
    assert (french_day(moment), french_time(moment)) == (day, time)


@pytest.mark.parametrize(
    ("typed", "set_"),
    [
        ("Début : 5 %", "Début\u00a0: 5\u00a0%"),
        ("Vu ; lu !", "Vu\u00a0; lu\u00a0!"),
        ("à 9 h 05, « lu »", "à 9\u00a0h\u00a005, «\u00a0lu\u00a0»"),
        ("vers http://a?b h c", "vers http://a?b h c"),
    ],
)
def test_no_line_ends_where_french_has_a_no_break_space(typed: str, set_: str) -> None:
    """Imprimerie nationale, Lexique des règles typographiques: spaces of punctuation."""
    assert unbroken(typed) == set_


@pytest.mark.parametrize(
    ("typed", "set_"),
    [
        ("jusqu'à l'accord", "jusqu’à l’accord"),
        ("N'DIAYE", "N’DIAYE"),
        ("'cité' 5'30", "'cité' 5'30"),
    ],
)
def test_an_apostrophe_stands_between_letters(typed: str, set_: str) -> None:
    assert curled(typed) == set_


@pytest.mark.parametrize(
    ("name", "of"),
    [
        ("Claire", "de Claire"),
        ("Anne", "d’Anne"),
        ("ÉLODIE", "d’ÉLODIE"),
        ("Œdipe", "d’Œdipe"),
        ("Henri", "de Henri"),
        ("D'ORNANO", "de D'ORNANO"),
    ],
)
def test_a_name_is_elided_before_a_vowel(name: str, of: str) -> None:
    assert of_name(name) == of


def test_the_plural_begins_at_two() -> None:
    """
    Unlike in English, nothing is singular: 0 acte.
    """
    assert [counted(n, "acte") for n in (0, 1, 2)] == ["0 acte", "1 acte", "2 actes"]


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 11, 30, 22, 59, 59, tzinfo=UTC), date(2026, 11, 30)),
        (datetime(2026, 11, 30, 23, tzinfo=UTC), date(2026, 12, 1)),
        (datetime(2026, 8, 14, 22, tzinfo=UTC), date(2026, 8, 15)),
    ],
)
def test_a_day_begins_at_midnight_in_paris(moment: datetime, day: date) -> None:
    """
    One hour before that of UTC, two in summer.
    """
    assert day_in_france(moment) == day


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 11, 30, 11, 59, 59, tzinfo=UTC), date(2026, 11, 30)),
        (datetime(2026, 11, 30, 12, tzinfo=UTC), date(2026, 12, 1)),
        (datetime(2026, 8, 14, 12, tzinfo=UTC), date(2026, 8, 15)),
    ],
)
def test_a_day_begins_first_on_wallis(moment: datetime, day: date) -> None:
    """
    Twelve hours before that of UTC, all year.
    """
    assert latest_day_in_france(moment) == day
