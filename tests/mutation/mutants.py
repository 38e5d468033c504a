"""Small faults in a module's source, one at a time, over its syntax tree. What the tests should notice, each of them.

Left alone: annotations and types, decorators, docstrings, imports, the words of an error, what only says that something
holds (an assert, and whether a zip is strict), and the codes of an enumeration: the catalogues and the documents know
them by name, and have tests of their own for that.
"""

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

_COMPARED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_COMPUTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
_CALLED = {"min": "max", "max": "min", "any": "all", "all": "any"}
_TYPES = {"Literal", "Mapping", "Sequence", "Callable", "Iterable", "NDArray", "dict", "list", "tuple", "set"}


@dataclass(frozen=True)
class Mutant:
    """`place`: the function it is in, or what the module assigns. `was`, `becomes`: source, for reading.

    `at_import`: it is no part of any function's body, such as a constant or a default, and counts from the import on.
    `changed`: makes the module's tree; hundreds of them at once would make each fork slow.
    """

    line: int
    place: str
    was: str
    becomes: str
    at_import: bool
    changed: Callable[[], ast.Module]

    @property
    def tree(self) -> ast.Module:
        return self.changed()

    def __str__(self) -> str:
        return f"{self.place}: {self.was} → {self.becomes}"


def mutants(source: str) -> Iterator[Mutant]:
    tree = ast.parse(source)
    for found in _nodes(tree, "", at_import=True):
        for becomes in _instead_of(found.node):
            yield Mutant(
                line=getattr(found.node, "lineno", 0),
                place=found.place or "module",
                was=_read(found.node),
                becomes=_read(becomes),
                at_import=found.at_import,
                changed=partial(_with, tree, found, becomes),
            )


@dataclass(frozen=True)
class _Found:
    """A node that may be mutated. `field`, `index`: where its parent has it."""

    node: ast.AST
    parent: ast.AST
    field: str
    index: int | None
    place: str
    at_import: bool


def _nodes(parent: ast.AST, place: str, *, at_import: bool) -> Iterator[_Found]:
    for field, value in ast.iter_fields(parent):
        if field in {"annotation", "returns", "decorator_list", "bases", "exc", "type_params"}:
            continue
        later = not at_import or (isinstance(parent, ast.FunctionDef) and field == "body")
        for index, node in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(node, ast.AST) and not _is_left_alone(parent, node):
                inside = _place(node, place)
                yield _Found(node, parent, field, index, inside, not later)
                yield from _nodes(node, inside, at_import=not later)


def _place(node: ast.AST, place: str) -> str:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return f"{place}.{node.name}".lstrip(".")
    if not place and isinstance(node, ast.Assign | ast.AnnAssign):
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        return ast.unparse(target)
    return place


def _is_left_alone(parent: ast.AST, node: ast.AST) -> bool:
    is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    is_type = isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id in _TYPES
    is_words = isinstance(parent, ast.JoinedStr) and isinstance(node, ast.Constant)
    says_what_holds = isinstance(node, ast.Assert) or (isinstance(node, ast.keyword) and node.arg == "strict")
    is_format = isinstance(parent, ast.FormattedValue) and isinstance(node, ast.JoinedStr)
    is_enumerated = isinstance(parent, ast.ClassDef) and [ast.unparse(base) for base in parent.bases] == ["StrEnum"]
    return (
        is_docstring
        or is_type
        or is_words
        or is_format
        or says_what_holds
        or (is_enumerated and isinstance(node, ast.Assign))
        or isinstance(node, ast.Import | ast.ImportFrom)
        or (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING")
    )


def _instead_of(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Compare):
        for place, operator in enumerate(node.ops):
            for other in _COMPARED[type(operator)]:
                ops = [*node.ops[:place], other(), *node.ops[place + 1 :]]
                yield ast.Compare(node.left, ops, node.comparators)
    elif isinstance(node, ast.BinOp) and type(node.op) in _COMPUTED and not _is_union(node):
        yield ast.BinOp(node.left, _COMPUTED[type(node.op)](), node.right)
    elif isinstance(node, ast.AugAssign):
        if type(node.op) in _COMPUTED:
            yield ast.AugAssign(node.target, _COMPUTED[type(node.op)](), node.value)
        yield ast.Pass()
    elif isinstance(node, ast.BoolOp):
        yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
        for place in range(len(node.values)):
            rest = [*node.values[:place], *node.values[place + 1 :]]
            yield rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)
    elif isinstance(node, ast.UnaryOp):
        yield node.operand
    elif isinstance(node, ast.Constant):
        yield from (ast.Constant(value) for value in _other_values(node.value))
    elif isinstance(node, ast.Call):
        yield from _other_calls(node)
    else:
        yield from _other_ways(node)


def _is_union(node: ast.BinOp) -> bool:
    """`int | None`, the type."""
    sides = [ast.unparse(side) for side in (node.left, node.right)]
    return isinstance(node.op, ast.BitOr) and any(side in {"None", "int", "float", "str"} for side in sides)


def _other_values(value: object) -> tuple[bool | int | float | str, ...]:
    if isinstance(value, bool):
        return (not value,)
    if isinstance(value, int | float):
        return (value + 1, value - 1)
    return (f"{value}~",) if isinstance(value, str) else ()


def _other_calls(node: ast.Call) -> Iterator[ast.AST]:
    """Another of its kind, and one argument fewer: the default may do as well, and then nothing shows it."""
    if isinstance(node.func, ast.Name) and node.func.id in _CALLED:
        yield ast.Call(ast.Name(_CALLED[node.func.id], ast.Load()), node.args, node.keywords)
    if len(node.args) > 1:
        yield ast.Call(node.func, node.args[:-1], node.keywords)
    for place, keyword in enumerate(node.keywords):
        if keyword.arg != "strict":
            yield ast.Call(node.func, node.args, [*node.keywords[:place], *node.keywords[place + 1 :]])


def _other_ways(node: ast.AST) -> Iterator[ast.AST]:
    yes, no = ast.Constant(True), ast.Constant(False)
    if isinstance(node, ast.IfExp):
        yield node.body
        yield node.orelse
    elif isinstance(node, ast.If):
        yield ast.If(yes, node.body, node.orelse)
        yield ast.If(no, node.body, node.orelse)
    elif isinstance(node, ast.comprehension):
        for place in range(len(node.ifs)):
            yield ast.comprehension(node.target, node.iter, [*node.ifs[:place], *node.ifs[place + 1 :]], node.is_async)
    elif isinstance(node, ast.Break | ast.Continue | ast.Raise) or (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    ):
        yield ast.Pass()
    elif isinstance(node, ast.Return) and node.value is not None and ast.unparse(node.value) != "None":
        yield ast.Return(ast.Constant(None))


def _with(tree: ast.Module, found: _Found, becomes: ast.AST) -> ast.Module:
    """A copy of the tree with this one node exchanged; the tree itself stays as it is."""
    _put(found, becomes)
    changed = copy.deepcopy(tree)
    _put(found, found.node)
    return ast.fix_missing_locations(changed)


def _put(found: _Found, node: ast.AST) -> None:
    if found.index is None:
        setattr(found.parent, found.field, node)
    else:
        getattr(found.parent, found.field)[found.index] = node


def _read(node: ast.AST) -> str:
    """One line; of a statement with a body, its head."""
    if isinstance(node, ast.comprehension):
        return " ".join(ast.unparse(node).split())
    return " ".join(ast.unparse(ast.fix_missing_locations(copy.deepcopy(node))).splitlines()[0].split())
