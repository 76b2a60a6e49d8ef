"""What the tests of the project's shape look at: its Python files, read as trees, and its addresses."""

import ast
import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from graphlib import CycleError, TopologicalSorter
from itertools import accumulate
from pathlib import Path

from django.conf import settings
from django.urls import URLResolver, get_resolver

APPS = ["accounts", "referentiel", "documents", "candidates", "evaluations"]


@dataclass(frozen=True)
class Module:
    path: Path  # relative to the project

    def __str__(self):
        return str(self.path)

    @property
    def name(self):
        """«accounts.models.people»; a package goes by its own name."""
        parts = self.path.with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @property
    def is_test(self):
        return "tests" in self.path.parts or self.path.name == "conftest.py"

    @cached_property
    def tree(self):
        return ast.parse((settings.BASE_DIR / self.path).read_text())

    def imports(self):
        """Every import of the file, wherever it stands: (node, full dotted name of what is imported)."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield node, alias.name
            elif isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    yield node, f"{'.' * node.level}{node.module or ''}.{alias.name}"

    @cached_property
    def strings(self):
        """Every string constant of the file."""
        return {
            node.value
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }

    @cached_property
    def composed(self):
        """Every f-string of the file, as a pattern with a group for each place."""
        return [
            "".join(
                re.escape(part.value) if isinstance(part, ast.Constant) else "(.+)" for part in node.values
            )
            for node in ast.walk(self.tree)
            if isinstance(node, ast.JoinedStr)
        ]

    def composes(self, text):
        """Whether an f-string of the file gives the text with other strings of the file: f"x/{page}.html"."""
        matches = (re.fullmatch(pattern, text) for pattern in self.composed)
        return any(set(match.groups()) <= self.strings for match in matches if match)


@lru_cache(1)
def modules():
    """Every Python file of the project, migrations and tests included."""
    folders = [settings.BASE_DIR / folder for folder in [*APPS, "cqpm"]]
    files = [
        settings.BASE_DIR / "conftest.py",
        *(file for folder in folders for file in folder.rglob("*.py")),
    ]
    return [Module(file.relative_to(settings.BASE_DIR)) for file in sorted(files)]


def import_graph():
    """{name of a module: the names of our modules that Python runs before it is whole}, tests left out.

    What a file imports: the module named, and the `__init__` of each package on the way to it, which runs first.
    Not counted: the packages the file itself lies in (they have begun before it), unless it imports from them by
    name; what `AppConfig.ready` and the child process load, once everything is there.
    """
    ours = {module.name: module for module in modules() if not module.is_test}
    graph = {name: set() for name in ours}
    for name, module in ours.items():
        for _, imported in module.imports():
            way = [one for one in accumulate(imported.split("."), "{}.{}".format) if one in ours]
            graph[name] |= {one for one in way[:-1] if not f"{name}.".startswith(f"{one}.")} | set(way[-1:])
    return graph


def circle(graph):
    """The modules of a circle, from one of them back to it; empty when there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return error.args[1]
    return []


# How a text is taken apart, or recognised by the way it begins or ends.
CUTS = {
    "partition",
    "rpartition",
    "split",
    "rsplit",
    "removeprefix",
    "removesuffix",
    "startswith",
    "endswith",
}
MATCHES = {"match", "fullmatch", "search", "findall", "finditer", "split"}


def readings(tree):
    """Every call of a file that reads a text: (line, the function or class it stands in, name of the method)."""
    for top, node in [(part, node) for part in tree.body for node in ast.walk(part)]:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and reads_text(node):
            yield node.lineno, getattr(top, "name", ""), node.func.attr


def reads_text(call):
    """Whether a method's call takes a text apart or recognises it. A pattern is `re` itself, or a name in capitals.

    Left out: words (`split()`), bytes, lines (`partition("\\n")`).
    """
    name, holder = call.func.attr, call.func.value
    first = call.args[0].value if call.args and isinstance(call.args[0], ast.Constant) else None
    is_pattern = isinstance(holder, ast.Name) and (holder.id == "re" or holder.id.isupper())
    cuts = name in CUTS and call.args and not isinstance(first, bytes) and first != "\n"
    unlabels = name == "replace" and isinstance(first, str) and first.endswith(":")
    return bool(cuts or unlabels or (is_pattern and name in MATCHES))


def url_names(resolver=None, prefix=""):
    """The name of every URL of the site, namespaces included; «» for a URL without one."""
    names = set()
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            names |= url_names(entry, f"{prefix}{entry.namespace}:" if entry.namespace else prefix)
        else:
            names.add(f"{prefix}{entry.name}" if entry.name else "")
    return names
