"""Every URL of the resolver × every visitor of `cqpm.tests.access`."""

from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.shortcuts import resolve_url
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cqpm.tests.access import ABSENT, ACCESS, IN, MOVED, REFUSED, SIGN_IN, VISITORS, World
from cqpm.tests.code import url_names

pytestmark = pytest.mark.django_db

# A form posted empty: done, shown again with its errors, or refused by a rule. In any case the visitor is in.
ANSWERS_TO_POST = {200, 302, 409, 422}


@pytest.fixture
def world():
    return World()


def ask(world, visitor, method, url):
    """The response to one visitor. Nothing stays: neither rows nor attempts counted by the throttles."""
    cache.clear()
    client = Client()
    with transaction.atomic():
        if visitor in world.users:
            client.force_login(world.users[visitor])
        with CaptureQueriesContext(connection) as queries:
            response = client.generic(method.upper(), url)
        transaction.set_rollback(True)
    response.writes = [
        query["sql"]
        for query in queries
        if query["sql"].startswith(("INSERT", "UPDATE", "DELETE")) and "django_session" not in query["sql"]
    ]
    return response


def outcome(response, method):
    """The word of the table for a response; anything unforeseen is its bare status."""
    if response.status_code in (403, 404):
        return {403: REFUSED, 404: ABSENT}[response.status_code]
    if response.status_code == 302:
        if urlsplit(response["Location"]).path == resolve_url(settings.LOGIN_URL):
            return SIGN_IN
        return MOVED if method == "get" else IN
    if response.status_code == 200 or (method == "post" and response.status_code in ANSWERS_TO_POST):
        return IN
    return response.status_code


def test_the_table_holds_every_url_and_no_other():
    assert url_names() == set(ACCESS)


@pytest.mark.parametrize("name", sorted(url_names()))
def test_each_visitor_is_answered_as_the_table_says(name, world):
    row = ACCESS[name]
    answers = {
        visitor: outcome(ask(world, visitor, row.method, row.url(name, world, visitor)), row.method)
        for visitor in VISITORS
    }
    assert answers == row.outcomes


@pytest.mark.parametrize("name", [name for name, row in sorted(ACCESS.items()) if row.method == "get"])
def test_reading_writes_nothing(name, world):
    row = ACCESS[name]
    writes = {
        visitor: ask(world, visitor, "get", row.url(name, world, visitor)).writes for visitor in VISITORS
    }
    assert writes == {visitor: [] for visitor in VISITORS}


@pytest.mark.parametrize("name", [name for name, row in sorted(ACCESS.items()) if row.method == "post"])
def test_a_verb_does_not_answer_to_reading(name, world):
    row = ACCESS[name]
    visitor = min(visitor for visitor, word in row.outcomes.items() if word == IN)
    response = ask(world, visitor, "get", row.url(name, world, visitor))
    assert (response.status_code, response.writes) == (405, [])
