"""Every URL of the resolver × every visitor of `cqpm.tests.access`."""

from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.shortcuts import resolve_url
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cqpm.tests.access import ABSENT, ACCESS, IN, MOVED, REFUSED, SIGN_IN, VISITORS
from cqpm.tests.code import url_names
from cqpm.tests.world import World

pytestmark = pytest.mark.django_db

# A form posted empty: done, shown again with its errors, or refused by a rule. In any case the visitor is in.
ANSWERS_TO_POST = {200, 302, 409, 422}


@pytest.fixture
def world():
    return World()


def ask(world, visitor, method, name):
    """The response to one visitor. Nothing stays: neither rows nor attempts counted by the throttles."""
    row = ACCESS[name]
    url = row.url(name, world, visitor)
    cache.clear()
    client = Client()
    with transaction.atomic():
        if visitor in world.users:
            client.force_login(world.users[visitor])
        with CaptureQueriesContext(connection) as queries:
            response = client.get(url) if method == "get" else client.post(url, row.data)
        transaction.set_rollback(True)
    response.writes = [
        query["sql"]
        for query in queries
        if query["sql"].startswith(("INSERT", "UPDATE", "DELETE")) and "django_session" not in query["sql"]
    ]
    return response


def outcome(response):
    """The word of the table for a response; anything unforeseen is its bare status."""
    status, method = response.status_code, response.wsgi_request.method
    if status in (403, 404):
        return {403: REFUSED, 404: ABSENT}[status]
    if status == 302:
        target = urlsplit(response["Location"])
        if target.path == resolve_url(settings.LOGIN_URL) and target.query.startswith("next="):
            return SIGN_IN
        return MOVED if method == "GET" else IN
    if status == 200 or (method == "POST" and status in ANSWERS_TO_POST):
        return IN
    return status


def rows(method):
    return sorted(name for name, row in ACCESS.items() if row.method == method)


def test_the_table_holds_every_url_and_no_other():
    assert url_names() == set(ACCESS)


@pytest.mark.parametrize("name", sorted(ACCESS))
def test_each_visitor_is_answered_as_the_table_says(name, world):
    method = ACCESS[name].method
    answers = {visitor: outcome(ask(world, visitor, method, name)) for visitor in VISITORS}
    assert answers == ACCESS[name].outcomes


@pytest.mark.parametrize("name", rows("get"))
def test_reading_writes_nothing(name, world):
    """Whatever happens on the way to the answer; the session alone may be written."""
    writes = {visitor: ask(world, visitor, "get", name).writes for visitor in VISITORS}
    assert writes == {visitor: [] for visitor in VISITORS}


@pytest.mark.parametrize("name", rows("get"))
def test_a_form_is_as_closed_as_its_page(name, world):
    """Who may not read the page may not send its form either."""
    expected = {visitor: word for visitor, word in ACCESS[name].outcomes.items() if word not in (IN, MOVED)}
    answers = {visitor: outcome(ask(world, visitor, "post", name)) for visitor in expected}
    assert {visitor: word for visitor, word in answers.items() if word != 405} == {
        visitor: word for visitor, word in expected.items() if answers[visitor] != 405
    }


@pytest.mark.parametrize("name", rows("post"))
def test_a_verb_does_not_answer_to_reading(name, world):
    visitor = min(visitor for visitor, word in ACCESS[name].outcomes.items() if word == IN)
    response = ask(world, visitor, "get", name)
    assert (response.status_code, response.writes) == (405, [])
