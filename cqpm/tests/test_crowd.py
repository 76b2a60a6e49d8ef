"""What the long pages ask of the database: the same of three rows as of three thousand, from one crowd."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.keys import key_of
from accounts.models import LogEntry, OutboxMessage, Role
from accounts.tests.factories import (
    client_as,
    copies,
    make_centre,
    make_membership,
    make_resource_centre,
    wearing,
)
from candidates.tests.factories import make_class_import, make_cohort, make_registration
from cqpm.utils.french import today
from evaluations.models import Jury
from evaluations.tests.factories import (
    ask_opinion,
    make_decided_registration,
    make_evaluation,
    make_jury,
    with_dossier,
)
from referentiel.tests.factories import make_referentiel

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]

# {hat: {page: queries}}
ASKED = {
    Role.OFFICER: {
        "home": 15,
        "candidate_list": 10,
        "candidate_export": 7,
        "company_list": 4,
        "cohort_list": 6,
        "cohort_detail": 13,
        "cohort_add": 6,
        "cohort_print": 5,
        "cohort_from_list": 8,
        "commission_list": 9,
        "jury_list": 5,
        "outbox": 5,
        "class_import": 9,
        "registration_journal": 6,
    },
    Role.RESOURCE: {"home": 6, "candidate_list": 7, "dossier_inbox": 8},
    Role.NATIONAL: {"home": 5},
    Role.ADMINISTRATOR: {"home": 6, "log": 5, "outbox": 5},
}


@pytest.fixture
def members():
    """{role: who wears its hat}, about one centre and one centre de ressource."""
    scopes = {
        Role.OFFICER: {"centre": make_centre()},
        Role.RESOURCE: {"resource_centre": make_resource_centre()},
    }
    return {role: make_membership(role, **scopes.get(role, {})) for role in ASKED}


def make_crowd(members, size):
    """`size` more rows of everything the long pages list, copies of a few that real acts made.

    Gives {page: what its address names}.
    """
    officer, keeper = wearing(members[Role.OFFICER]), members[Role.RESOURCE].resource_centre
    referentiel = make_referentiel((1,), resource_centre=keeper)
    model = with_dossier(referentiel, centre=officer.hat.centre)
    mine = [
        model.dossiers.get(),
        make_evaluation(model, held_on=today() + timedelta(days=1)),
        ask_opinion(model),
    ]
    decided = make_decided_registration(referentiel, centre=officer.hat.centre)
    jury = make_jury(decided, state=Jury.State.PREPARED)
    cohort = make_cohort(model, decided, by=officer)
    copies(cohort, size, name=lambda rank: f"Promotion {rank}", folded_name=lambda rank: f"promotion {rank}")
    alone = make_registration(officer.hat.centre, referentiel)
    model.refresh_from_db()
    made = make_class_import(referentiel, by=officer)
    mail = OutboxMessage.objects.filter(centre=officer.hat.centre).first()
    act = LogEntry.objects.filter(subject=key_of(model)).first()
    people = copies(model.candidate, size)
    companies = copies(model.company, size, siret=lambda rank: "")
    rows = copies(
        model,
        size,
        candidate_id=lambda rank: people[rank].pk,
        company_id=lambda rank: companies[rank].pk,
        number=lambda rank: f"1999-{rank:05d}",
    )
    others = copies(alone.candidate, size)
    copies(
        alone,
        size,
        candidate_id=lambda rank: others[rank].pk,
        number=lambda rank: f"1998-{rank:05d}",
    )
    for row in mine:
        copies(row, size, registration_id=lambda rank: rows[rank].pk)
    copies(decided.commission_entries.get().commission, size)
    copies(jury, size)
    copies(made.attempts.get().rows.get(), size, line=lambda rank: rank + 9)
    copies(mail, size, event=lambda rank: f"foule:{rank}", state=lambda rank: "failed")
    copies(act, size)
    copies(act, size, subject=lambda rank: f"user:{rank}")
    classes = {key: [cohort.pk] for key in ("cohort_detail", "cohort_add", "cohort_print")}
    return {"registration_journal": [model.pk], "class_import": [made.pk], **classes}


def asked(client, page, *args):
    """How many queries a page asks, once its process has read the published référentiel."""
    url, exports = reverse(page, args=args), page == "candidate_export"
    if page == "planning":  # the week of the visit where the evaluations are held
        url += f"?jour={today() + timedelta(days=1)}"
    send = client.post if exports else client.get
    if not exports:
        send(url)
    with CaptureQueriesContext(connection) as queries:
        response = send(url)
    assert response.status_code == 200 and response.getvalue()
    return len(queries)


@pytest.mark.parametrize("size", [3, 3000])
def test_the_long_pages_ask_the_same_of_three_rows_as_of_three_thousand(members, size):
    addressed = make_crowd(members, size)
    found = {}
    for role, pages in ASKED.items():
        client = client_as(members[role])
        found[role] = {page: asked(client, page, *addressed.get(page, [])) for page in pages}
    # On a Sunday the visit is in a week without commission: one query fewer or two.
    assert asked(client_as(members[Role.OFFICER]), "planning") in range(9, 13)
    said = client_as(members[Role.OFFICER]).get(reverse("candidate_list")).content.decode()
    assert (found, "<span>plus de 1\u00a0000 inscriptions</span>" in said) == (ASKED, size == 3000)
