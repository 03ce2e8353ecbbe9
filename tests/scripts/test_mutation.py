"""The wrongs that are put into the code: each is one change, compiles, and is of what decides."""

import ast
from pathlib import Path

import pytest

from scripts.mutation.modules import MODULES, Module
from scripts.mutation.mutants import mutants
from scripts.mutation.trial import passes
from scripts.mutation.warm import noticed

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
        files = [test for test in module.tests if test.startswith("tests/")]
        assert files
        assert all(Path(file).exists() for file in files), module.name


@pytest.mark.long  # it parts the process, which a worker of the tests should not do often
@pytest.mark.filterwarnings("ignore:Using fork:DeprecationWarning")  # eventlet's: see trial.py
def test_a_wrong_is_noticed_by_a_test_of_its_rule_and_by_no_other(tmp_path: Path) -> None:
    """In processes of their own: nothing of it stays. Inside a function and outside of any."""
    test = tmp_path / "test_it.py"
    test.write_text(
        "from shared.crypto.derivation import KEY_BYTES, derive\n\n"
        "def test_a_key_has_32_bytes():\n    assert KEY_BYTES == 32\n\n"
        "def test_a_key_is_derived():\n    assert derive(bytes(32), 'a')\n"
    )
    module = Module("shared.crypto.derivation", (str(test), "--noconftest", "-c", "pyproject.toml"))
    wrongs = list(mutants(Path(module.path).read_text()))
    size, label, none = (
        next(m for m in wrongs if m.change.startswith(change)) for change in ("32", "4", "return")
    )
    log = tmp_path / "log"
    assert not passes(module, size, [], log), log.read_text()
    assert passes(module, label, [], log), log.read_text()
    [(_, warm)] = noticed([(module, [size, label, none])], tmp_path)
    assert warm.failing is None
    assert {at: by.partition("::")[2] for at, by in warm.by.items()} == {2: "test_a_key_is_derived"}


def test_a_wrong_knows_the_function_it_is_in() -> None:
    """What runs at import cannot be put in place of what has run."""
    told = {(m.line, m.function) for m in mutants(SOURCE)}
    assert told == {(5, None), (11, None), *((line, "Door.open") for line in (14, 15, 17, 18))}
