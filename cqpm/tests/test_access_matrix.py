"""Every URL of the resolver × every visitor of `cqpm.tests.access`."""

from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.shortcuts import resolve_url
from django.test.utils import CaptureQueriesContext

from cqpm.tests.access import ABSENT, ACCESS, ENTRANCE, IN, MOVED, REFUSED, SIGN_IN, VISITORS
from cqpm.tests.code import url_names
from cqpm.tests.world import World

pytestmark = pytest.mark.django_db

# A form posted empty: done, shown again with its errors, or refused by a rule. In any case the visitor is in.
ANSWERS_TO_POST = {200, 302, 409, 422}
# The verbs that answer with a paper or a file instead of leading to a page.
HANDS_OVER = {
    "account_password",
    "candidate_export",
    "contact_print",
    "habilitation_export",
    "space_print",
}


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """Built once for all the URLs, in a transaction that is never committed; `ask` leaves it as it was."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield World().built()
        transaction.set_rollback(True)


def ask(world, visitor, method, name):
    """The response to one visitor. Nothing stays: neither rows nor attempts counted by the throttles."""
    row = ACCESS[name]
    url = row.url(name, world, visitor)
    client = world.client(visitor)
    cache.clear()
    with transaction.atomic():
        with CaptureQueriesContext(connection) as queries:
            response = client.get(url) if method == "get" else client.post(url, row.data)
        if response.streaming:
            b"".join(response.streaming_content)  # a file read to its end is closed
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
        if target.path == resolve_url("space_ask") and response.resolver_match.url_name != "space_leave":
            return ENTRANCE
        return MOVED if method == "GET" else IN
    if status == 200 or (method == "POST" and status in ANSWERS_TO_POST):
        return IN
    return status


def surprises(responses, expected):
    """Where the site and the table differ: {visitor: "«in» instead of «absent»"}."""
    words = {visitor: outcome(response) for visitor, response in responses.items()}
    return {
        visitor: f"«{word}» instead of «{expected[visitor]}»"
        for visitor, word in words.items()
        if word != expected[visitor]
    }


def file_as_a_page(response):
    """Whether an answer that is no page of ours would be shown rather than saved."""
    if response.status_code != 200 or response["Content-Type"].startswith(("text/html", "application/json")):
        return False
    attachment = response.headers.get("Content-Disposition", "").startswith("attachment")
    return not attachment or response["X-Content-Type-Options"] != "nosniff"


def rows(method):
    return sorted(name for name, row in ACCESS.items() if row.method == method)


def test_the_table_holds_every_url_and_no_other():
    assert url_names() == set(ACCESS)


@pytest.mark.parametrize("name", sorted(ACCESS))
def test_each_visitor_is_answered_as_the_table_says(name, world):
    """And reading writes nothing, whatever the answer; the session alone may be."""
    method = ACCESS[name].method
    responses = {visitor: ask(world, visitor, method, name) for visitor in VISITORS}
    assert surprises(responses, ACCESS[name].outcomes) == {}
    assert [visitor for visitor, response in responses.items() if file_as_a_page(response)] == []
    if method == "get":
        assert [sql for response in responses.values() for sql in response.writes] == []


@pytest.mark.parametrize("name", rows("get"))
def test_a_form_is_as_closed_as_its_page(name, world):
    """Who may not read the page may not send its form either."""
    closed = {visitor: word for visitor, word in ACCESS[name].outcomes.items() if word not in (IN, MOVED)}
    responses = {visitor: ask(world, visitor, "post", name) for visitor in closed}
    with_form = {visitor: response for visitor, response in responses.items() if response.status_code != 405}
    assert surprises(with_form, closed) == {}


@pytest.mark.parametrize("name", rows("post"))
def test_a_verb_does_not_answer_to_reading(name, world):
    visitor = min(visitor for visitor, word in ACCESS[name].outcomes.items() if word == IN)
    response = ask(world, visitor, "get", name)
    assert (response.status_code, response.writes) == (405, [])


@pytest.mark.parametrize("name", sorted(ACCESS))
def test_a_form_shown_again_says_that_it_was_refused(name, world):
    """What is posted leads to a page when it is accepted; the page of a form that answers it is a 422, never a 200."""
    visitors = [visitor for visitor, word in ACCESS[name].outcomes.items() if word in (IN, MOVED)]
    responses = [ask(world, visitor, "post", name) for visitor in visitors[:1]]
    assert all(response.status_code != 200 for response in responses) or name in HANDS_OVER
