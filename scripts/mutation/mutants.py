"""Small wrongs: one comparison, constant, branch, answer or call of a module changed."""

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

_OTHER: dict[type[ast.AST], type[ast.AST]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE,
    ast.GtE: ast.Gt, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
    ast.And: ast.Or, ast.Or: ast.And, ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add,
    ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr, ast.FloorDiv: ast.Mult, ast.Div: ast.Mult,
}  # fmt: skip
_CONSTANTS: dict[type, Callable[[Any], Any]] = {
    bool: lambda value: not value, int: lambda value: value + 1, bytes: lambda value: value + b"!"
}  # fmt: skip
_WORDS_ONLY = {"__repr__", "__str__"}
"""Functions whose result no rule rests on."""
_TELLS = {"log", "logger"}
"""Calls that tell the operator something; what they say is looked at by people."""


@dataclass(frozen=True)
class Mutant:
    """``change``: what was, and what is now, on one line. ``function``: the qualified name of the
    one it is in; none for what runs when the module is imported."""

    line: int
    change: str
    code: ast.Module
    function: str | None = None

    @property
    def told(self) -> str:
        return f"{self.line}: {self.change}"


def mutants(source: str) -> Iterator[Mutant]:
    """All of a module, in the order of its lines."""
    tree = ast.parse(source)
    places = [node for node in _of_rules(tree) if any(True for _ in _wrongs(node))]
    for node in sorted(places, key=lambda node: (node.lineno, node.col_offset)):
        for wrong in _wrongs(node):
            yield _mutant(tree, node, wrong)


Changeable = ast.expr | ast.stmt


def _of_rules(tree: ast.AST) -> Iterator[Changeable]:
    """What runs and decides: no annotation, no docstring, no sentence of a refusal or a log."""
    for field, value in ast.iter_fields(tree):
        if field in {"annotation", "returns"}:
            continue
        for node in value if isinstance(value, list) else [value]:
            if not isinstance(node, ast.AST) or _is_words(node):
                continue
            if isinstance(node, ast.expr | ast.stmt):
                yield node
            yield from _of_rules(node)


def _is_words(node: ast.AST) -> bool:
    match node:
        case ast.FunctionDef(name=name):
            return name in _WORDS_ONLY
        case (
            ast.Expr(value=ast.Constant())
            | ast.Import()
            | ast.ImportFrom()
            | ast.AnnAssign(value=None)
        ):
            return True
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name)))):
            return name in _TELLS
        case ast.JoinedStr():
            return True
        case ast.Call(func=ast.Name(id="dataclass")) | ast.keyword(arg="frozen" | "strict"):
            return True  # that nobody changes a value, that what is made together is as long
    return False


def _wrongs(node: Changeable) -> Iterator[ast.AST]:
    """What may stand in the node's place."""
    yield from _wrong_operators(node)
    match node:
        case ast.Constant(value=value) if type(value) in _CONSTANTS:
            yield ast.Constant(_CONSTANTS[type(value)](value))
        case ast.If(test=test) | ast.IfExp(test=test) if not isinstance(test, ast.Compare):
            yield _with(node, test=ast.UnaryOp(ast.Not(), test))
        case ast.Return(value=ast.expr() as value) if not _is_none(value):
            yield _with(node, value=ast.Constant(None))
        case ast.Expr(value=ast.Call()) | ast.Raise() | ast.AugAssign():
            yield ast.Pass()


def _wrong_operators(node: Changeable) -> Iterator[ast.AST]:
    match node:
        case ast.Compare(ops=[op]) if type(op) in _OTHER:
            yield _with(node, ops=[_OTHER[type(op)]()])
        case ast.BoolOp(op=op) | ast.BinOp(op=op) if type(op) in _OTHER:
            yield _with(node, op=_OTHER[type(op)]())
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield operand


def _is_none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


def _with(node: ast.AST, **fields: object) -> ast.AST:
    changed = copy.copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed


class _Replace(ast.NodeTransformer):
    def __init__(self, at: tuple[type, int, int, int | None], by: ast.AST) -> None:
        self._at = at
        self._by = by

    def visit(self, node: ast.AST) -> ast.AST:
        if isinstance(node, ast.expr | ast.stmt) and _place(node) == self._at:
            return ast.copy_location(self._by, node)
        visited: ast.AST = super().generic_visit(node)
        return visited


def _place(node: Changeable) -> tuple[type, int, int, int | None]:
    return type(node), node.lineno, node.col_offset, node.end_col_offset


def _mutant(tree: ast.Module, node: Changeable, wrong: ast.AST) -> Mutant:
    changed = copy.deepcopy(tree)
    _Replace(_place(node), wrong).visit(changed)
    ast.fix_missing_locations(changed)
    was, now = (" ".join(ast.unparse(n).split())[:90] for n in (node, wrong))
    return Mutant(node.lineno, f"{was}  ->  {now}", changed, _function(tree, node))


def _function(tree: ast.Module | ast.ClassDef, node: Changeable, inside: str = "") -> str | None:
    for one in tree.body:
        if not one.lineno <= node.lineno <= (one.end_lineno or one.lineno):
            continue
        if isinstance(one, ast.ClassDef):
            return _function(one, node, f"{inside}{one.name}.")
        if isinstance(one, ast.FunctionDef) and one.body[0].lineno <= node.lineno:
            return inside + one.name  # above its body are its defaults, which importing makes
    return None
