"""The wrongs that are put into the code: each is one change, compiles, and is of what decides."""

import ast
from pathlib import Path

import pytest

from scripts.mutation.modules import MODULES
from scripts.mutation.mutants import mutants
from scripts.mutation.trial import passes

SOURCE = '''
"""Words."""
from dataclasses import dataclass

LIMIT: int = 3

@dataclass
class Door:
    """More words."""

    locked: bool = False

    def open(self, key: int) -> bool:
        if self.locked and not key:
            raise PermissionError("locked")
        log.info("opened", key=key)
        self.note(key)
        return key < LIMIT

    def __repr__(self) -> str:
        return "Door(...)"
'''
CHANGES = {
    (5, "3 -> 4"),
    (11, "False -> True"),
    (14, "self.locked and (not key) -> self.locked or not key"),
    (14, "not key -> key"),
    (15, "raise PermissionError('locked') -> pass"),
    (17, "self.note(key) -> pass"),
    (18, "key < LIMIT -> key <= LIMIT"),
    (18, "return key < LIMIT -> return None"),
}


def test_each_wrong_is_of_what_decides() -> None:
    """Nothing of words, annotations, logs and what a person reads."""
    made = list(mutants(SOURCE))
    told = {(m.line, " ".join(m.change.split())) for m in made}
    assert told >= CHANGES
    assert {line for line, _ in told} == {line for line, _ in CHANGES}


def test_each_wrong_is_one_change_that_compiles() -> None:
    sources = {ast.unparse(m.code) for m in mutants(SOURCE)}
    assert len(sources) == len(list(mutants(SOURCE)))
    assert ast.unparse(ast.parse(SOURCE)) not in sources
    for source in sources:
        compile(source, "door", "exec")


def test_every_module_of_the_list_is_there_with_its_tests() -> None:
    for module in MODULES:
        assert Path(module.path).is_file(), module.name
        files = [test for test in module.tests if test.endswith(".py")]
        assert files
        assert all(Path(file).is_file() for file in files), module.name


@pytest.mark.long  # it parts the process, which a worker of the tests should not do often
def test_a_wrong_is_noticed_by_a_test_of_its_rule_and_by_no_other(tmp_path: Path) -> None:
    """In a process of its own: nothing of it stays."""
    test = tmp_path / "test_it.py"
    test.write_text("import colorsys\n\ndef test_it():\n    assert colorsys.ONE_THIRD < 0.5\n")
    arguments = (str(test), "--noconftest")
    whole = "ONE_THIRD = 1.0 / 3.0\n"
    for source, passing in ((whole, True), ("ONE_THIRD = 1.0 * 3.0\n", False)):
        told = passes("colorsys", ast.parse(source), arguments, tmp_path / "log")
        assert told is passing, (tmp_path / "log").read_text()
