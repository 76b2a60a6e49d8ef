"""Where many tests of a module begin, built once for those that follow each other: a pytest plugin.

    @situation
    def sheet():
        return make_open_sheet(with_dossier(load_seed()))

is asked for like a fixture. It may ask for other situations of its module, and for nothing else: it is built before
everything a test has of its own (clock, folder of files, transaction). What a test writes is undone as ever, and the
next one is given another copy of the same rows. The tests of a module that ask for the same situations are brought
together, the order stays random otherwise; a test that asks for others finds none of these rows.
"""

import copy
import inspect

import pytest
from django.core.cache import cache
from django.db import transaction
from pytest_django.plugin import blocking_manager_key

from cqpm.utils.memo import forget

BUILDERS = {}  # module → {name: function}


def situation(build):
    """Makes a fixture of a function that builds rows, for the module it stands in."""
    BUILDERS.setdefault(build.__module__, {})[build.__name__] = build

    @pytest.fixture(name=build.__name__)
    def given(stage):
        return stage[build.__name__]

    return given


def asked(item):
    """(module, names) of the situations a test begins with, those they stand on included, as they were declared."""
    builders, names = BUILDERS.get(item.module.__name__, {}), set()

    def add(name):
        if name in builders and name not in names:
            names.add(name)
            for parameter in inspect.signature(builders[name]).parameters:
                add(parameter)

    for name in item.fixturenames:
        add(name)
    return item.module.__name__, tuple(name for name in builders if name in names)


def built(module, names):
    forget()  # and the cache: an older situation, undone, may have had the same keys
    cache.clear()
    rows = {}
    for name in names:
        build = BUILDERS[module][name]
        rows[name] = build(*(rows[parameter] for parameter in inspect.signature(build).parameters))
    return rows


class Stage:
    """The situation that stands, in a transaction around those of the tests; never committed."""

    def __init__(self):
        self.asked = None

    def set(self, asked):
        if self.asked != asked:
            self.atomic = transaction.atomic()
            self.atomic.__enter__()
            self.asked = asked
            self.rows = built(*asked)
        return copy.deepcopy(self.rows)

    def clear(self):
        if self.asked:
            self.asked = self.rows = None
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)


STAGE = Stage()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """Whatever this test or its module builds first, it does not find what others stood on."""
    if STAGE.asked and STAGE.asked != asked(item):
        with item.config.stash[blocking_manager_key].unblock():
            STAGE.clear()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    first = {}
    for rank, item in enumerate(items):
        if "stage" in item.fixturenames:  # before the transaction of the test
            item.fixturenames.remove("stage")
            item.fixturenames.insert(0, "stage")
        for place in places(item):
            first.setdefault(place, rank)
    items.sort(key=lambda item: [first[place] for place in places(item)])


def places(item):
    module = (item.module.__name__, commits(item))
    return module, (module, asked(item))


def commits(item):
    marker = item.get_closest_marker("django_db")
    return bool(marker and marker.kwargs.get("transaction"))


@pytest.fixture(scope="session")
def stages(django_db_setup, django_db_blocker):
    """The last situation goes before its database."""
    yield STAGE
    with django_db_blocker.unblock():
        STAGE.clear()


@pytest.fixture
def stage(request, stages, django_db_blocker):
    """{name: rows} of what this test asks for. A test that commits has its own, undone with the rest."""
    if commits(request.node):
        request.getfixturevalue("transactional_db")
        return built(*asked(request.node))
    with django_db_blocker.unblock():
        return stages.set(asked(request.node))
