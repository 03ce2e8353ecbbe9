"""Another matrix: what it changes is shown before it takes effect."""

from time import perf_counter
from typing import Any
from uuid import uuid4

import pytest

from services.access import contract as c
from services.access.adapters.reference import read_reference
from services.access.domain import errors
from tests.access.support.logs import World, of
from tests.access.support.people import DENTIST, OPERATOR, PATIENT


def cells() -> list[dict[str, Any]]:
    return [dict(cell) for cell in read_reference().cells]


def compared(world: World, given: list[dict[str, Any]]) -> c.MatrixCompared:
    request = c.CompareMatrix.model_validate({"cells": given})
    return world.app.compare_matrix(request, OPERATOR)


def load(world: World, given: list[dict[str, Any]], replaces: str | None = None) -> c.MatrixLoaded:
    request = c.LoadMatrix.model_validate(
        {"request_id": uuid4(), "version": str(uuid4()), "cells": given, "replaces": replaces}
    )
    return world.app.load_matrix(request, OPERATOR)


def opened_to_dentists() -> list[dict[str, Any]]:
    """Class 11 read by dentists; all else as it was."""
    return [
        {**cell, "read": "yes"}
        if (cell["profession"], cell["document_class"]) == ("40", "11")
        else cell
        for cell in cells()
    ]


def test_the_difference_names_each_right_that_changes(world: World) -> None:
    """
    And changes nothing: it is only shown.
    """
    same = compared(world, cells())
    assert (same.changes, same.cells_added, same.cells_removed) == ([], 0, 0)
    assert same.digest == same.replaces

    answer = compared(world, opened_to_dentists())

    (change,) = answer.changes
    assert (change.profession, change.document_class, change.right) == ("40", "11", "read")
    assert change.before != "yes"
    assert change.after == "yes"
    assert (answer.cells_added, answer.cells_removed) == (1, 1)
    assert compared(world, cells()).changes == []


def test_a_matrix_of_every_type_is_compared_in_no_time(world: World) -> None:
    """
    Five thousand cells of one profession took half a minute, in which the process decided nothing.
    """
    given = [
        {**cells()[0], "qualifier": f"SM{n % 50}", "document_type": f"{n}-0", "read": "no"}
        for n in range(5_000)
    ]
    load(world, given)
    begun = perf_counter()

    answer = compared(world, [{**cell, "read": "yes"} for cell in given])

    assert perf_counter() - begun < 5
    assert (answer.cells_added, answer.cells_removed, len(answer.changes)) == (5_000,) * 3


def test_what_was_shown_takes_effect_and_nothing_else_does(world: World) -> None:
    """
    If another matrix came into force meanwhile, what was shown is no longer the difference.
    """
    world.app.name_administrator(of(DENTIST), PATIENT)
    synthesis = {"class": "11", "type": "SYNTH"}
    assert not world.decide(DENTIST, resource=synthesis).permit
    shown = compared(world, opened_to_dentists())

    load(world, opened_to_dentists(), shown.replaces)

    assert world.decide(DENTIST, resource=synthesis).permit
    with pytest.raises(errors.MatrixMoved):
        load(world, cells(), shown.replaces)


def test_a_cell_that_says_the_same_in_other_words_is_no_change(world: World) -> None:
    """
    A source that is better known is another matrix, and gives nobody another right.
    """
    reworded = [{**cell, "source": "the annex itself"} for cell in cells()]

    answer = compared(world, reworded)

    assert answer.changes == []
    assert answer.digest != answer.replaces
