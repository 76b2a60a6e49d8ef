"""One meaning a name: what is imported bare is defined once, classes are distinct, sets of states live on their enum."""

import ast
from collections import defaultdict

from cqpm.tests.code import modules

# Several may have one: what Django or Celery finds by its place, and gestures called through their module.
EXEMPT = {"views", "forms", "commands", "templatetags", "migrations", "settings"}
SEVERAL = {"urlpatterns", "register", "logger", "TABLE", "__all__"}


def ours():
    """The modules of the program: neither tests nor what is exempt."""
    return [
        module
        for module in modules()
        if not module.is_test and not EXEMPT & set(module.path.with_suffix("").parts)
    ]


def defined(module):
    """The names a module defines at its top level: functions, classes, constants."""
    for node in module.tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (target.id for target in targets if isinstance(target, ast.Name))


def places():
    """{name: the modules that define it}."""
    found = defaultdict(list)
    for module in ours():
        for name in defined(module):
            found[name].append(str(module))
    return found


def test_classes_have_distinct_names():
    homes = defaultdict(list)
    for module in ours():
        for node in module.tree.body:
            if isinstance(node, ast.ClassDef):
                homes[node.name].append(str(module))
    assert {name: files for name, files in homes.items() if len(files) > 1} == {}


def test_what_is_imported_bare_is_defined_once():
    """`close_jury`, not `closed`: away from its module, a name still says what it does to what.

    A package that gathers verbs may gather what another has too: they are called through it.
    """
    files, homes = {module.name for module in modules()}, places()
    wrong = {
        name: homes[name]
        for module in ours()
        if module.path.name != "__init__.py"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ImportFrom) and node.module in files
        for name in (alias.name for alias in node.names)
        if f"{node.module}.{name}" not in files and name not in SEVERAL and len(homes[name]) > 1
    }
    assert wrong == {}


def is_state(node):
    """`Jury.State.OPEN`, `State.OPEN`."""
    return isinstance(node, ast.Attribute) and (
        (isinstance(node.value, ast.Attribute) and node.value.attr == "State")
        or (isinstance(node.value, ast.Name) and node.value.id == "State")
    )


def written(tree):
    """Every node, but what declares the transitions of a state: each says its own sources."""
    for node in ast.iter_child_nodes(tree):
        if not (isinstance(node, ast.Call) and getattr(node.func, "id", "") == "transition"):
            yield node
            yield from written(node)


def test_sets_of_states_live_on_their_enum():
    """`Jury.State.DONE`, not a list written wherever somebody asks."""
    wrong = [
        f"{module}:{node.lineno}"
        for module in modules()
        if not module.is_test and "migrations" not in module.path.parts
        for node in written(module.tree)
        if isinstance(node, ast.Tuple | ast.List | ast.Set)
        and len(node.elts) > 1
        and all(map(is_state, node.elts))
    ]
    assert wrong == []
