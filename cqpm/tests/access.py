"""Who may open what: one table, one row per URL name, walked by `test_access_matrix`.

A row names who gets in. Everybody else who is signed in is answered «absent» (404, out of scope) on the URL of a
row, and «refused» (403) on a URL without arguments; `refused` names those who are in scope but not allowed.
Nobody needs to be said anonymous: what is closed answers «sign in».

    "registration": page(STAFF | {EVALUATOR}, refused={RESOURCE}, given=lambda world: [world.registration.pk]),
    "registration_abandon": act(STAFF, given=…),
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse

from accounts.models import Role
from accounts.tests import factories as accounts

# --- Visitors ---------------------------------------------------------------------------------------------
ANONYMOUS = "anonymous"
LINK = "task link"  # nobody signed in, but an address that came by mail; elsewhere, just anonymous
OFFICER, HEAD, EVALUATOR = "officer", "head", "evaluator"
RESOURCE, NATIONAL, ADMINISTRATOR = "resource", "national", "administrator"
PRESIDENT = "president"  # appointed on the jury, no role
OFFICER_ELSEWHERE, HEAD_ELSEWHERE, EVALUATOR_ELSEWHERE = (
    "officer elsewhere",
    "head elsewhere",
    "evaluator elsewhere",
)
RESOURCE_ELSEWHERE, PRESIDENT_ELSEWHERE = "resource elsewhere", "president elsewhere"

OUTSIDE = frozenset({ANONYMOUS, LINK})
STAFF = frozenset({OFFICER, HEAD})
STAFF_ELSEWHERE = frozenset({OFFICER_ELSEWHERE, HEAD_ELSEWHERE})
SIGNED_IN = (
    STAFF
    | STAFF_ELSEWHERE
    | {EVALUATOR, EVALUATOR_ELSEWHERE, RESOURCE, RESOURCE_ELSEWHERE, NATIONAL, ADMINISTRATOR}
    | {PRESIDENT, PRESIDENT_ELSEWHERE}
)
VISITORS = OUTSIDE | SIGNED_IN

# --- Outcomes ---------------------------------------------------------------------------------------------
IN = "in"
MOVED = "moved"  # a page that sends on to another one
SIGN_IN = "sign in"
REFUSED = "refused"
ABSENT = "absent"


@dataclass(frozen=True)
class Row:
    method: str
    outcomes: dict  # visitor: word
    given: Callable  # world -> the URL's arguments
    task: bool = False

    def url(self, name, world, visitor):
        """The address for this visitor: on the page of a task link, the anonymous visitor's token is forged."""
        arguments = self.given(world)
        if self.task and visitor == ANONYMOUS:
            link, token, *others = arguments
            arguments = [link, token[:-1] + ("A" if token[-1] != "A" else "B"), *others]
        return reverse(name, args=arguments)


def page(enters, *, refused=None, moved=(), given=None, method="get"):
    """A page, read with GET. `given(world)` lists the URL's arguments; `moved`: those it sends on elsewhere."""
    if refused is None:
        refused = () if given else SIGNED_IN
    outcomes = {
        **dict.fromkeys(OUTSIDE, SIGN_IN),
        **dict.fromkeys(SIGNED_IN, ABSENT),
        **dict.fromkeys(refused, REFUSED),
        **dict.fromkeys(enters, IN),
        **dict.fromkeys(moved, MOVED),
    }
    return Row(method, outcomes, given or (lambda world: []))


def act(enters, **options):
    """A verb, answering to POST only: probed with an empty form."""
    return page(enters, method="post", **options)


def task(given, method="get"):
    """The page of a task link: open to whoever holds the address, signed in or not; `given` → [link, token, …]."""
    return Row(method, {**dict.fromkeys(VISITORS, IN), ANONYMOUS: ABSENT}, given, task=True)


# --- The world the visitors walk in -----------------------------------------------------------------------


class World:
    """One centre with people and rows, and the twin of each person in another centre."""

    def __init__(self):
        centre, elsewhere = accounts.make_centre(), accounts.make_centre()
        resource, resource_elsewhere = accounts.make_resource_centre(), accounts.make_resource_centre()
        self.centre = centre
        self.users = {
            OFFICER: accounts.make_user(Role.OFFICER, centre=centre),
            HEAD: accounts.make_user(Role.HEAD, centre=centre),
            EVALUATOR: accounts.make_user(Role.EVALUATOR, centre=centre),
            RESOURCE: accounts.make_user(Role.RESOURCE, resource_centre=resource),
            NATIONAL: accounts.make_user(Role.NATIONAL),
            ADMINISTRATOR: accounts.make_user(Role.ADMINISTRATOR),
            PRESIDENT: accounts.make_user(),
            OFFICER_ELSEWHERE: accounts.make_user(Role.OFFICER, centre=elsewhere),
            HEAD_ELSEWHERE: accounts.make_user(Role.HEAD, centre=elsewhere),
            EVALUATOR_ELSEWHERE: accounts.make_user(Role.EVALUATOR, centre=elsewhere),
            RESOURCE_ELSEWHERE: accounts.make_user(Role.RESOURCE, resource_centre=resource_elsewhere),
            PRESIDENT_ELSEWHERE: accounts.make_user(),
        }


# --- The table --------------------------------------------------------------------------------------------

ACCESS = {
    # cqpm
    "home": page(SIGNED_IN),
}
