"""The changes: operators, comparisons, conditions, constants and returns of a file, read as a tree; no string."""

import ast
from copy import copy
from dataclasses import dataclass

SWAPS = {
    one: other
    for pair in [
        (ast.Lt, ast.LtE), (ast.Gt, ast.GtE), (ast.Eq, ast.NotEq), (ast.Is, ast.IsNot), (ast.In, ast.NotIn),
        (ast.Add, ast.Sub), (ast.Mult, ast.Add), (ast.Mod, ast.FloorDiv), (ast.And, ast.Or),
        (ast.BitAnd, ast.BitOr),
    ]
    for one, other in (pair, pair[::-1])
}  # fmt: skip
SWAPS |= {ast.Add: ast.Sub, ast.Div: ast.Mult}
WORDS = {"any": "all", "min": "max", "filter": "exclude", "lt": "lte", "gt": "gte"}
WORDS |= {other: one for one, other in WORDS.items()}
# Read by nobody while the program runs, or an assurance («strict») that no input of ours calls upon.
UNREAD = {"annotation", "returns", "decorator_list"}
ASSURANCES = {"strict"}


@dataclass(frozen=True)
class Mutant:
    """One place of a file and what stands there instead; `function` is around it, `runs` when it is called."""

    path: str
    function: str
    runs: bool
    lines: range
    text: str
    holder: object
    key: object
    node: ast.AST

    def __str__(self):
        return f"{self.path} {self.function}: {self.text}"

    def make(self):
        """Changes the tree this was read from."""
        self.holder[self.key] = self.node


def changes(path, tree):
    """Every change of a file, in the order of its lines."""
    for holder, key, node, function, runs in places(tree):
        read = [one for one in ast.walk(getattr(node, "test", node)) if hasattr(one, "lineno")]
        if not read:  # an operator alone
            continue
        lines = range(min(one.lineno for one in read), max(one.end_lineno for one in read) + 1)
        for other, before, after in others(node):
            ast.fix_missing_locations(ast.copy_location(other, node))
            yield Mutant(path, function or "–", runs, lines, f"{before} → {after}", holder, key, other)


def places(node, function="", runs=False):
    """Where each node below stands: (what holds it, under which key, the node, the function around, in its body)."""
    if isinstance(node, ast.keyword) and node.arg in ASSURANCES:
        return
    for field, value in ast.iter_fields(node):
        if field in UNREAD:
            continue
        inner, inside = function, runs
        if field == "body" and isinstance(node, ast.FunctionDef | ast.ClassDef):
            inner = f"{function}.{node.name}".lstrip(".")
            inside = runs or isinstance(node, ast.FunctionDef)
        holder, keys = (value, range(len(value))) if isinstance(value, list) else (vars(node), [field])
        for key in keys:
            if isinstance(child := holder[key], ast.AST):
                yield holder, key, child, inner, inside or isinstance(node, ast.Lambda)
                yield from places(child, inner, inside or isinstance(node, ast.Lambda))


def others(node):
    """What may stand in a node's place: (the other node, in words what it was, what it is)."""
    yield from other_operators(node)
    yield from other_conditions(node)
    yield from other_values(node)


def other_operators(node):
    """Comparisons, «and» and «or» and each of their sides, sums, negations."""
    match node:
        case ast.Compare():
            for rank, operator in enumerate(node.ops):
                yield said(node, ops=put(node.ops, rank, SWAPS[type(operator)]()))
        case ast.BoolOp():
            yield said(node, op=SWAPS[type(node.op)]())
            neutral = ast.Constant(isinstance(node.op, ast.And))
            for rank in range(len(node.values)):
                yield said(node, values=put(node.values, rank, neutral))
        case ast.BinOp() | ast.AugAssign() if type(node.op) in SWAPS:
            yield said(node, op=SWAPS[type(node.op)]())
        case ast.UnaryOp(op=ast.Not() | ast.Invert() | ast.USub()):
            yield node.operand, ast.unparse(node), ast.unparse(node.operand)


def other_conditions(node):
    """What decides alone, always or never; every element for those a condition retains; a lookup's bound."""
    match node:
        case ast.If() | ast.IfExp() if plain(node.test):
            for always in (True, False):
                yield changed(node, test=ast.Constant(always)), f"if {ast.unparse(node.test)}", f"if {always}"
        case ast.comprehension():
            for rank, test in enumerate(node.ifs):
                other = changed(node, ifs=put(node.ifs, rank, ast.Constant(True)))
                yield other, f"if {ast.unparse(test)}", "–"
        case ast.keyword(arg=str(name)):
            path, _, word = name.rpartition("__")
            if path and word in WORDS:
                yield said(node, arg=f"{path}__{WORDS[word]}")


def other_values(node):
    """Truth, whole numbers, what is returned; words that have an opposite."""
    match node:
        case ast.Constant(value=bool()):
            yield said(node, value=not node.value)
        case ast.Constant(value=int()):
            yield said(node, value=node.value + 1)
        case ast.Return(value=ast.AST()) if not isinstance(node.value, ast.Constant):
            yield said(node, value=ast.Constant(None))
        case ast.Name(id=("any" | "all" | "min" | "max") as word):
            yield said(node, id=WORDS[word])
        case ast.Attribute(attr=("filter" | "exclude") as word):
            yield changed(node, attr=WORDS[word]), f".{word}", f".{WORDS[word]}"


def plain(test):
    """Whether nothing else of a condition is changed already."""
    negated = isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)
    return not (negated or isinstance(test, ast.Compare | ast.BoolOp))


def put(values, rank, value):
    return [*values[:rank], value, *values[rank + 1 :]]


def changed(node, **fields):
    other = copy(node)
    vars(other).update(fields)
    return other


def said(node, **fields):
    other = changed(node, **fields)
    return other, ast.unparse(node), ast.unparse(other)
