"""What one reads at a time stays small: files, functions, lines of templates; and what is long says what it does."""

import ast
import re

import pytest
from django.conf import settings

from cqpm.tests.code import modules

SOURCE_LINES, TEST_LINES = 400, 700
COMPLEXITY = 15
SILENT_LINES = 8  # a public function longer than that has a docstring
TEMPLATE_COLUMNS = 160
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
# One Django tag or variable, or one HTML tag whatever its attributes hold.
DJANGO_TAG = re.compile(r"{%(?:(?!%}).)*%}|{{(?:(?!}}).)*}}")
HTML_TAG = re.compile(r"<[^<>]*>")


def complexity(function):
    """McCabe's number as radon counts it: ways through, each condition of an «and» or «or» apart.

    Asserts are left out: a test may have as many as it likes. A function inside another has its own number.
    Ruff's C901 would gate nothing: it counts neither those conditions nor what conditional expressions and
    comprehensions decide. Where it said 11, the highest of the house when this was written, radon said 27.
    """
    count, waiting = 1, list(function.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, (*FUNCTIONS, ast.Assert)):
            continue
        count += decisions(node)
        waiting += ast.iter_child_nodes(node)
    return count


def decisions(node):
    """What one node adds to the number."""
    match node:
        case ast.BoolOp():
            return len(node.values) - 1
        case ast.comprehension():
            return 1 + len(node.ifs)
        case ast.If() | ast.IfExp():
            return 1
        case ast.For() | ast.AsyncFor() | ast.While():
            return 1 + bool(node.orelse)
        case ast.Try():
            return len(node.handlers) + bool(node.orelse)
        case ast.Match():
            return sum(
                not (isinstance(case.pattern, ast.MatchAs) and not case.pattern.pattern)
                for case in node.cases
            )
        case _:
            return 0


def functions(parent, name=""):
    """(dotted name, node) of every function and method outside functions."""
    for node in ast.iter_child_nodes(parent):
        if isinstance(node, FUNCTIONS):
            yield f"{name}{node.name}", node
        elif isinstance(node, ast.ClassDef):
            yield from functions(node, f"{name}{node.name}.")
        elif isinstance(node, ast.If | ast.Try):
            yield from functions(node, name)


def lines(node):
    return node.end_lineno - node.lineno + 1


def is_one_tag(line):
    """Whether the line holds a single tag, which nothing lets break."""
    line = line.strip()
    return bool(DJANGO_TAG.fullmatch(line) or HTML_TAG.fullmatch(DJANGO_TAG.sub("", line)))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def f(): return 1", 1),
        ("def f(a, b): return a and b or a", 3),
        ("def f(a): return [x for x in a if x if not x]", 4),
        ("def f(a):\n for x in a: pass\n else: return 1 if a else 2", 4),
        ("def f():\n try: pass\n except A: pass\n except B: pass\n else: pass", 4),
        ("def f(a):\n def g(): return a or 1\n assert a and g\n with a: return lambda: a", 1),
        ("def f(a):\n match a:\n  case 1: pass\n  case [b, *_]: pass\n  case _: pass", 3),
    ],
)
def test_complexity_is_counted_as_radon_does(source, expected):
    (function,) = ast.parse(source).body
    assert complexity(function) == expected


def test_files_are_short():
    """Migrations are written by Django."""
    wrong = []
    for module in modules():
        count = len((settings.BASE_DIR / module.path).read_text().splitlines())
        limit = TEST_LINES if module.is_test else SOURCE_LINES
        if "migrations" not in module.path.parts and count > limit:
            wrong.append(f"{module} has {count} lines")
    assert wrong == []


def test_functions_are_simple():
    wrong = [
        f"{module}:{node.lineno} {node.name}() is worth {complexity(node)}"
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, FUNCTIONS) and complexity(node) > COMPLEXITY
    ]
    assert wrong == []


def test_long_public_functions_say_what_they_do():
    wrong = [
        f"{module}:{node.lineno} {name}() has {lines(node)} lines"
        for module in modules()
        if not module.is_test and "migrations" not in module.path.parts
        for name, node in functions(module.tree)
        if lines(node) > SILENT_LINES and not ast.get_docstring(node)
        if not any(part.startswith("_") for part in name.split("."))
    ]
    assert wrong == []


def test_a_single_tag_is_known():
    assert is_one_tag('  {% include "a.html" with text="b" %}')
    assert is_one_tag('<input name="a"{% if b %} value="{{ b }}"{% endif %}>')
    assert not is_one_tag("<td>{{ a }}</td>")
    assert not is_one_tag("{% if a %}{{ b }}{% endif %}")


def test_lines_of_templates_are_short():
    """Mails are plain text: a line of theirs is a paragraph, and a break in it would be read."""
    templates = settings.BASE_DIR / "templates"
    wrong = [
        f"{path.relative_to(templates)}:{number} has {len(line)} columns"
        for path in sorted(templates.rglob("*.html"))
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if len(line) > TEMPLATE_COLUMNS and not is_one_tag(line)
    ]
    assert wrong == []
