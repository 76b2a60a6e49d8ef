"""Imports and relations run one way only, and each file stays what its name says.

cqpm
evaluations
candidates
documents · referentiel
accounts
cqpm.utils
"""

import ast

import pytest
from django.apps import apps
from django.conf import settings

from cqpm.tests.code import APPS, circle, import_graph, modules

FLOORS = {
    "cqpm.utils": 0,
    "accounts": 1,
    "referentiel": 2,
    "documents": 2,
    "candidates": 3,
    "evaluations": 4,
    "cqpm": 5,
}
VIEW_LINES = 30
# Inside `evaluations` a folder is a nature, a file in it a subject. Each nature imports only those before it.
NATURES = ["rules", "models", "reads", "papers", "actions", "screens", "forms", "views", "urls"]
# Beside them, what Django or the house looks for by name; only views ask `perms`.
ROOT = {"__init__", "apps", "declarations", "perms", "tasks", "personal_data", "reminders"}


def home(name):
    """The floor's name for a dotted module name, or None for a package that is not ours."""
    if name == "cqpm.utils" or name.startswith("cqpm.utils."):
        return "cqpm.utils"
    top = name.partition(".")[0]
    return top if top in FLOORS else None


def may_import(importer, imported):
    """Whether a module of the floor `importer` may know one of `imported`; neighbours never know each other."""
    return importer == imported or FLOORS[imported] < FLOORS[importer]


def functions(tree):
    """Every function and method of a file, with its length in lines, decorators left out."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node, node.end_lineno - node.lineno + 1


def test_the_plan_is_read_as_drawn():
    assert may_import("evaluations", "candidates")
    assert may_import("candidates", "referentiel")
    assert may_import("accounts", "cqpm.utils")
    assert not may_import("accounts", "referentiel")
    assert not may_import("documents", "referentiel")
    assert not may_import("referentiel", "documents")
    assert not may_import("evaluations", "cqpm")
    assert not may_import("cqpm.utils", "accounts")
    assert home("cqpm.utils.french.day") == "cqpm.utils"
    assert home("cqpm.urls") == "cqpm"
    assert home("django.db") is None


def test_every_application_has_a_floor():
    ours = {config.name for config in apps.get_app_configs() if (settings.BASE_DIR / config.name).is_dir()}
    assert ours == {*APPS, "cqpm"}


def test_imports_run_downwards():
    wrong = []
    for module in modules():
        importer = home(module.name)
        for node, imported in module.imports():
            target = home(imported)
            if importer and target and not may_import(importer, target):
                wrong.append(f"{module}:{node.lineno} imports {imported}")
    assert wrong == []


def test_no_circle_of_files():
    """Any file can be imported first: none needs itself, by whatever way round (`import_graph` says what counts)."""
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"a"}}) != []
    assert circle(import_graph()) == []


def test_imports_are_absolute():
    wrong = [
        f"{module}:{node.lineno}" for module in modules() for node, name in module.imports() if name[0] == "."
    ]
    assert wrong == []


def test_the_program_never_imports_a_test():
    """And a test borrows nothing of another application's tests but its factories."""
    wrong = []
    for module in modules():
        for node, imported in module.imports():
            parts = imported.split(".")
            if home(imported) is None or "tests" not in parts:
                continue
            borrowed = parts[parts.index("tests") + 1 :]
            own = home(imported) == home(module.name)
            if not module.is_test or not (own or borrowed[:1] == ["factories"] or module.name == "conftest"):
                wrong.append(f"{module}:{node.lineno} imports {imported}")
    assert wrong == []


def nature(name):
    """The nature of a dotted module name inside `evaluations`: «reads» of «evaluations.reads.jury»; None outside."""
    app, _, inside = name.partition(".")
    first = inside.partition(".")[0]
    return first if app == "evaluations" and first in NATURES else None


def test_natures_of_evaluations_import_those_before_them():
    wrong = []
    for module in modules():
        own = nature(module.name)
        for node, imported in module.imports():
            other, root = nature(imported), imported.split(".")[1:2] in [[name] for name in ROOT]
            above = own and other and NATURES.index(other) > NATURES.index(own)
            lifted = own and imported.startswith("evaluations.") and root and own != "views"
            if not module.is_test and (above or lifted):
                wrong.append(f"{module}:{node.lineno} imports {imported}")
    assert wrong == []


def test_evaluations_keeps_its_root_clear():
    root = settings.BASE_DIR / "evaluations"
    assert {file.stem for file in root.glob("*.py")} == ROOT
    folders = {folder.name for folder in root.iterdir() if any(folder.rglob("*.py"))}
    assert folders == {*NATURES, "migrations", "tests"}


def test_relations_run_downwards():
    """A foreign key is an import, written as a string or not."""
    wrong = []
    for model in apps.get_models(include_auto_created=True):
        if model._meta.app_label not in FLOORS:
            continue
        for field in model._meta.get_fields():
            target = getattr(field, "remote_field", None) and not field.auto_created and field.related_model
            label = target._meta.app_label if target else None
            if label in FLOORS and not may_import(model._meta.app_label, label):
                wrong.append(f"{model._meta.label}.{field.name} points to {target._meta.label}")
    assert wrong == []


def test_no_generic_relation():
    wrong = [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        if model._meta.app_label in FLOORS
        for field in model._meta.private_fields
    ]
    assert wrong == []


def test_cqpm_holds_no_model():
    assert list(apps.get_app_config("cqpm").get_models(include_auto_created=True)) == []


def test_no_import_inside_a_function():
    """Only `AppConfig.ready`, where Django asks for it, to register kinds, purposes and settings.

    And the child process that reads foreign files, which is told by name what to run.
    """
    wrong = []
    for module in modules():
        for function, _ in functions(module.tree):
            if module.path.name == "apps.py" and function.name == "ready":
                continue
            wrong += [
                f"{module}:{node.lineno} in {function.name}()"
                for node in ast.walk(function)
                if isinstance(node, ast.Import | ast.ImportFrom)
            ]
        if module.path.name != "apps.py" and module.name != "cqpm.utils.child":
            wrong += [
                f"{module}:{node.lineno} imports {name}"
                for node, name in module.imports()
                if "import_module" in name
            ]
    assert wrong == []


def test_neither_admin_nor_signals():
    """No `django.contrib.admin`; no signal in the domain (cqpm.apps makes triggers again after a migration)."""
    wrong = []
    for module in modules():
        for node, imported in module.imports():
            signal = "signals" in imported.split(".") or imported.startswith("django.dispatch")
            if imported.startswith("django.contrib.admin") or (signal and module.name != "cqpm.apps"):
                wrong.append(f"{module}:{node.lineno} imports {imported}")
    assert wrong == []
    assert not apps.is_installed("django.contrib.admin")


def test_no_file_is_called_anything_goes():
    vague = {"helper", "helpers", "misc", "service", "services"}
    assert [str(module) for module in modules() if vague & set(module.path.with_suffix("").parts)] == []


@pytest.mark.parametrize("name", APPS)
def test_each_application_says_what_it_knows(name):
    (module,) = [module for module in modules() if module.name == name and module.path.name == "__init__.py"]
    lines = [line for line in (ast.get_docstring(module.tree) or "").splitlines() if line]
    assert [len(lines), lines[1].split()[0], lines[2].split()[0]] == [3, "Knows", "Ignores"]


def test_views_fit_on_a_screen():
    wrong = [
        f"{module}:{function.lineno} {function.name}() has {length} lines"
        for module in modules()
        if "views" in module.name.split(".") and not module.is_test
        for function, length in functions(module.tree)
        if length > VIEW_LINES
    ]
    assert wrong == []
