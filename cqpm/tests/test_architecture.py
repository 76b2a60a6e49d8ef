"""Imports and relations run one way only, and each file stays what its name says.

cqpm
evaluations
candidates
documents · referentiel
accounts
cqpm.utils
"""

import ast
from configparser import ConfigParser
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

from cqpm.tests.code import APPS, circle, import_graph, modules, readings

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
PLUGIN = "cqpm.tests.situations"  # the root’s conftest.py hands it to the tests of every floor

# Where a text is taken apart, because nobody of ours wrote it: a folder, a file or a function of it, and whose text.
FOREIGN = {
    "accounts/keys.py": "the one place where keys are written, hence read",
    "cqpm/mutants/": "our own code, its changes",
    "documents/rules.py:reissue_number": "a number as printed, which alone says how many papers came before",
    # What people type, or their browser sends
    "accounts/models/people.py:User": "an address",
    "accounts/reminders.py:days": "the days of a ladder, typed",
    "candidates/likeness.py": "names",
    "candidates/models/people.py:Company": "a postcode",
    "candidates/postal.py": "an address",
    "candidates/rules.py": "names, codes and addresses",
    "candidates/search.py": "what is looked for",
    "cqpm/templatetags/components.py:navigation": "the address asked for",
    "cqpm/templatetags/french.py:plural": "the argument of a filter in a template",
    "cqpm/utils/french.py:in_town": "the name of a town",
    "evaluations/forms/": "typed",
    "evaluations/papers/minutes.py:full_stop": "a reason, which ends with or without its full stop",
    "evaluations/rules/conflict.py:_words": "names and numbers of companies",
    "evaluations/rules/letter.py": "a text a centre typed, its fields",
    "referentiel/forms/": "typed",
    # Files and documents of others
    "candidates/imports/": "a class as its training body keeps it",
    "candidates/management/": "the tables of the INSEE",
    "candidates/papers.py:birth_place": "a code of the INSEE",
    "candidates/places.py": "codes and names of the INSEE",
    "cqpm/utils/uploads.py": "a file received",
    "referentiel/comparing.py": "the text of a référentiel",
    "referentiel/drafting.py": "the text of a référentiel, typed",
    "referentiel/reading/": "a référentiel in its document",
    "referentiel/rules.py": "the text of a référentiel",
    "referentiel/schema.py": "a référentiel in its file",
    # Machines
    "cqpm/bench/": "the address of a database",
    "cqpm/demo/": "people as somebody would write them",
    "cqpm/same/": "pages and papers, as anybody reads them",
    "cqpm/settings.py": "the name of an engine",
    "cqpm/utils/logs.py": "a line of a log",
    "cqpm/utils/s3.py": "the address of a store",
    # The norm
    "evaluations/rules/bases.py:_numbers": "the number of a criterion, sorted as a number",
}
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
            handed = module.is_test and imported.startswith(PLUGIN)
            if importer and target and not (may_import(importer, target) or handed):
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
            own = home(imported) == home(module.name) or imported.startswith(PLUGIN)
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


def verbs():
    """The dotted names of every verb of `actions`, from its module and from the package that gathers them.

    A verb is a function whose parameters are all given by name.
    """
    rooms = [module for module in modules() if "actions" in module.name.split(".") and not module.is_test]
    found = {
        f"{module.name}.{node.name}"
        for module in rooms
        for node in module.tree.body
        if isinstance(node, ast.FunctionDef) and node.args.kwonlyargs and not node.args.args
    }
    return found | {
        f"{module.name}.{name.rpartition('.')[2]}"
        for module in rooms
        for _, name in module.imports()
        if name in found and module.path.name == "__init__.py"
    }


def test_verbs_are_imported_one_way():
    """A view calls them through their module, `actions.close_jury(…)`: one sees what it changes.

    A verb that another is made of, a task or a command needs is imported by its name, from the package of its app
    where that gathers it; inside the package, from its module.
    """
    known, wrong = verbs(), []
    for module in modules():
        for node, imported in module.imports():
            package = f"{home(imported)}.actions"
            inside = module.name == package or module.name.startswith(f"{package}.")
            if imported not in known or module.is_test or inside:
                continue
            gathered = f"{package}.{imported.rpartition('.')[2]}"
            if "views" in module.name.split(".") or (gathered in known and imported != gathered):
                wrong.append(f"{module}:{node.lineno} imports {imported}")
    assert wrong == []


def test_readings_are_seen():
    """Faults as they were made, and what is none."""
    faults = """
sentence.startswith("Avis")
reason.partition(" : ")[2]
link.subject.removeprefix("user:")
key.replace("opinion:", "companyopinion:")
ABOUT_ONE.fullmatch(sentence)
re.split(":", event)
sentence.endswith(HEADING)
"""
    others = """
" ".join(name.split())
body.partition("\\n")
head.startswith(b"PK")
text.replace("'", "’")
queryset.search(words)
re.sub(" +", " ", text)
"""
    assert sorted(line for line, *_ in readings(ast.parse(faults))) == [2, 3, 4, 5, 6, 7, 8]
    assert list(readings(ast.parse(others))) == []


def test_nobody_reads_back_a_text_we_wrote():
    """A sentence or a key is composed of values: who needs them is handed them, and cuts no text to find them again.

    Texts of others are read, where `FOREIGN` says; each of its places still does.
    """
    read = {
        f"{module}:{top}": f"{module}:{line} {method}()"
        for module in modules()
        if not module.is_test and "migrations" not in module.path.parts
        for line, top, method in readings(module.tree)
    }
    assert [call for place, call in read.items() if not place.startswith(tuple(FOREIGN))] == []
    assert [place for place in FOREIGN if not any(one.startswith(place) for one in read)] == []


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


def test_every_rule_reading_and_verb_is_typed():
    """mypy checks what its configuration lists, and no module of these natures stands beside the list."""
    config = ConfigParser()
    config.read(settings.BASE_DIR / "mypy.ini")
    listed = [Path(name.strip()) for name in config["mypy"]["files"].split(",")]
    natures = {"actions", "reads", "rules"}
    promised = [
        module for module in modules() if natures & set(module.name.split(".")) and not module.is_test
    ]
    assert [str(one) for one in promised if not {one.path, *one.path.parents} & set(listed)] == []
    assert [str(path) for path in listed if not (settings.BASE_DIR / path).exists()] == []
