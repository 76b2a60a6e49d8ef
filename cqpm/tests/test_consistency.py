"""Templates, labels and constraints: nothing unused, nothing missing, nothing the security policy would block."""

import re

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template import engines
from django.template.base import Variable
from django.template.defaulttags import URLNode
from django.template.loader import get_template
from django.template.loader_tags import ExtendsNode, IncludeNode
from django.templatetags.static import StaticNode
from django.urls import get_resolver

from cqpm.tests.code import APPS, modules, url_names

TEMPLATES = settings.BASE_DIR / "templates"
NAMES = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*") if path.is_file())
PAGES = [name for name in NAMES if name.endswith((".html", ".svg"))]
# Found when something goes wrong: by Django, and by allauth when it throttles.
ERROR_PAGES = {"400.html", "403.html", "404.html", "500.html", "429.html"}
COMMENTS = re.compile(
    r"{#.*?#}|{% comment .*?%}.*?{% endcomment %}|{% comment %}.*?{% endcomment %}", re.DOTALL
)


def source(name):
    """The template's text without its comments."""
    return COMMENTS.sub("", (TEMPLATES / name).read_text())


def nodes(name, kind):
    """Every node of a kind in a compiled template, whatever holds it."""
    return get_template(name).template.nodelist.get_nodes_by_type(kind)


def literal(expression):
    """The text of a filter expression that is a plain string, or None when it is computed."""
    value = expression.var
    return None if isinstance(value, Variable) else str(value)


def models():
    return [model for label in [*APPS, "cqpm"] for model in apps.get_app_config(label).get_models()]


def snake_case(name):
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


# --- Templates --------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("fonts")  # the pages' own face is among the files they load
@pytest.mark.parametrize("name", NAMES)
def test_template_compiles_and_loads_nothing_missing(name):
    get_template(name)
    loaded = [node.parent_name for node in nodes(name, ExtendsNode)] + [
        node.template for node in nodes(name, IncludeNode)
    ]
    for expression in loaded:
        if target := literal(expression):
            get_template(target)
    missing = [
        target
        for node in nodes(name, StaticNode)
        if (target := literal(node.path)) and not finders.find(target)
    ]
    assert missing == []
    unknown = [
        target
        for node in nodes(name, URLNode)
        if (target := literal(node.view_name)) and target not in url_names()
    ]
    assert unknown == []


def test_every_template_is_used():
    """Named by a module of the program or by another template, or found by Django or a package on its own."""
    program = [module for module in modules() if not module.is_test]
    named = set().union(*(module.strings for module in program), ERROR_PAGES)
    for name in NAMES:
        named |= set(re.findall(r"[\w./-]+\.(?:html|txt|svg)\b", source(name))) - {name}
    unused = [
        name
        for name in NAMES
        if not (
            name in named
            # A mail goes by its bare name: outbox.post(template="opinion_requested").
            or (name.startswith("emails/") and re.sub(r"^emails/|\.(txt|html)$", "", name) in named)
            or any(module.composes(name) for module in program)
            or is_of_a_package(name)
        )
    ]
    assert unused == []


def is_of_a_package(name):
    """A template of ours that takes the place of one of a package, which names it."""
    directories = {
        directory for loader in engines["django"].engine.template_loaders for directory in loader.get_dirs()
    }
    packages = [directory for directory in directories if TEMPLATES not in [directory, *directory.parents]]
    return any((directory / name).exists() for directory in packages)


def test_a_part_of_a_page_is_named_as_a_page_is():
    """Most parts bear no mark before their name: none does."""
    assert [name for name in NAMES if name.rpartition("/")[2].startswith("_")] == []


@pytest.mark.parametrize("name", PAGES)
def test_template_obeys_the_security_policy(name):
    """No inline style or script, no handler attribute, nothing fetched from another site."""
    text = source(name)
    forbidden = {
        "inline style": r"<style\b|\sstyle\s*=",
        "inline script": r"<script\b(?![^>]*\bsrc\s*=)|javascript:",
        "handler attribute": r"\son[a-z]+\s*=\s*[\"']|\bhx-on\b",
        "another site": r"<(?:script|link|img|iframe|source)\b[^>]*(?:src|href)\s*=\s*[\"']?(?:https?:)?//",
    }
    found = {
        what: match.group() for what, pattern in forbidden.items() if (match := re.search(pattern, text))
    }
    assert found == {}


@pytest.mark.parametrize(
    "path", sorted((settings.BASE_DIR / "static").rglob("*.css")), ids=lambda path: path.name
)
def test_stylesheet_fetches_nothing_from_another_site(path):
    assert re.findall(r"(?:url\(|@import)\s*[\"']?(?:https?:)?//[^)\"']*", path.read_text()) == []


# --- Labels and constraints -------------------------------------------------------------------------------


def test_labels_start_in_lower_case():
    """Django capitalises them where a sentence starts; an acronym (SIREN) stays as it is."""
    labels = {}
    for model in models():
        labels[model._meta.label] = str(model._meta.verbose_name)
        labels[f"{model._meta.label} (plural)"] = str(model._meta.verbose_name_plural)
        for field in model._meta.local_fields + model._meta.local_many_to_many:
            if not field.auto_created:
                labels[f"{model._meta.label}.{field.name}"] = str(field.verbose_name)
    wrong = {
        where: label
        for where, label in labels.items()
        if not label[:1].islower() and not re.match(r"[«n]?\W*[A-Z]{2,}\b", label)
    }
    assert wrong == {}


def test_constraints_are_named_after_their_model():
    wrong = [
        f"{model._meta.label}: {constraint.name}"
        for model in models()
        for constraint in model._meta.constraints
        if not constraint.name.startswith(f"{snake_case(model.__name__)}_")
    ]
    assert wrong == []


def test_each_constraint_is_provoked_by_a_test():
    """The test that breaks a constraint names it, so that the database refuses for that reason and no other."""
    named = set().union(*(module.strings for module in modules() if module.is_test))
    text = "\n".join(named)
    wrong = [
        f"{model._meta.label}: {constraint.name}"
        for model in models()
        for constraint in model._meta.constraints
        if constraint.name not in text
    ]
    assert wrong == []


def test_every_url_has_a_name():
    assert [name for name in url_names() if not name] == []
    assert get_resolver().url_patterns != []
