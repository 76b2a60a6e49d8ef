"""The process of one database of `cqpm.bench.crowd`: makes the rows, then answers with each page's milliseconds."""

import io
import sys
import time

from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import ExaminationCentre, Membership, Role, User
from candidates.models import Candidate, Company, Dossier, Registration
from evaluations.models import Decision, Deliberation, DeliberationEntry, Evaluation, Jury, Visit

CENTRES, YEARS = 60, 20


def serve(size):
    """Makes the crowd, then times one GET for each line read."""
    clients = prepare(size)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        client, path = clients[line.strip()]
        begin = time.perf_counter()
        response = client.get(path)
        took = 1000 * (time.perf_counter() - begin)
        assert response.status_code == 200, response.status_code
        sys.stdout.write(f"{took}\n")
        sys.stdout.flush()


def prepare(size):
    """{page: (a signed-in client, its address)} over a database that holds `size` registrations."""
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("demo", verbosity=0, stdout=io.StringIO())
    model = Dossier.objects.filter(state=Dossier.State.TRANSMITTED, registration__evaluations=None).first()
    fill(model, size)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")  # what PostgreSQL does by itself a minute later
    centre = ExaminationCentre.objects.get(name="Centre 1")
    keeper = model.registration.referentiel.certification.resource_centre
    staff = signed_in(Role.OFFICER, centre=centre)
    resource = signed_in(Role.RESOURCE, resource_centre=keeper)
    national = signed_in(Role.NATIONAL)
    listing = reverse("candidate_list")
    return {
        "staff list": (staff, listing),
        "staff search": (staff, f"{listing}?q=martin"),
        "staff dashboard": (staff, reverse("home")),
        "resource inbox": (resource, reverse("dossier_inbox")),
        "national dashboard": (national, reverse("home")),
    }


def signed_in(role, **scope):
    """A browser of somebody who wears that hat."""
    user = User.objects.create(email=f"{role}@bench.test", first_name="Banc", last_name=role, password="!")
    Membership.objects.create(user=user, role=role, **scope)
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(user)
    return client


def fill(model, size):
    """Copies one dossier with its registration, candidate and evaluation, and a jury's decision for the older ones.

    Those of last year were decided two months ago, so that a year of decisions is counted; half of the running ones
    have an evaluation ahead.
    """
    registration = model.registration
    evaluation = Evaluation.objects.filter(state=Evaluation.State.PLANNED, method="real_situation").first()
    decision = Decision.objects.filter(entry__deliberation__jury__state="published").first()
    entry = decision.entry
    centre = "(SELECT min(id) FROM accounts_examinationcentre WHERE name = 'Centre ' || (1 + i %% 60))"
    age = f"((i / {CENTRES}) %% {YEARS})"  # years since the inscription; the youngest are still running
    ahead = f"{age} = 0 AND (i / {CENTRES * YEARS}) %% 2 = 0"
    sitting = f"(CAST(i %% {CENTRES} AS text) || '-' || CAST({age} AS text))"
    word = (
        "(ARRAY['martin','bernard','thomas','petit','robert','richard','durand','dubois','moreau','laurent'])"
    )
    name = f"{word}[1 + i %% 10] || ' ' || translate(CAST(i AS text), '0123456789', 'abcdefghij')"
    with transaction.atomic(), connection.cursor() as cursor:
        # The copies are as coherent as their model: triggers would only ask the same two hundred thousand times.
        cursor.execute("SET LOCAL session_replication_role = replica")

        def copies(table, source, count, **columns):
            fields = [
                field.column
                for field in table._meta.local_concrete_fields
                if not field.generated and not (field.primary_key and "id" not in columns)
            ]
            values = [columns.get(column, f's."{column}"') for column in fields]
            into = ", ".join(f'"{field}"' for field in fields)
            cursor.execute(
                f"INSERT INTO {table._meta.db_table} ({into}) "
                f"SELECT {', '.join(values)} FROM {table._meta.db_table} s, generate_series(0, {count - 1}) i "
                "WHERE s.id = %s",
                [source.pk],
            )

        def key(kind, of="i"):
            return f"CAST(md5('{kind}' || {of}) AS uuid)"

        copies(ExaminationCentre, registration.centre, CENTRES, name="'Centre ' || (i + 1)")
        copies(Company, registration.company, CENTRES, id=key("company"), centre_id=centre, siret="''")
        copies(
            Candidate, registration.candidate, size, id=key("candidate"), centre_id=centre,
            birth_name=f"initcap({name})",
        )  # fmt: skip
        closed = f"CASE WHEN {age} = 0 THEN"
        copies(
            Registration, registration, size, id=key("registration"), centre_id=centre,
            candidate_id=key("candidate"), company_id=key("company", f"(i %% {CENTRES})"),
            training_body_id="NULL", continues_id="NULL",
            number="'B-' || lpad(CAST(i AS text), 6, '0')", registered_on=f"current_date - 365 * {age} - i %% 300",
            dossier_due_on=f"current_date - 365 * {age} - i %% 300 + 60",
            state=f"{closed} 'registered' ELSE 'closed' END", stage=f"{closed} 'evaluations' ELSE 'result' END",
            search=f"' ' || {name}",
        )  # fmt: skip
        copies(
            Dossier, model, size, id=key("dossier"), registration_id=key("registration"), partner_link_id="NULL",
            transmitted_at=f"now() - make_interval(days => 365 * {age} + i %% 300)",
        )  # fmt: skip
        copies(
            Visit, evaluation.visit, size, id=key("visit"), centre_id=centre,
            held_on=f"current_date - 365 * {age} + (CASE WHEN {ahead} THEN i ELSE -i END) %% 90",
        )  # fmt: skip
        copies(
            Evaluation, evaluation, size, id=key("evaluation"), registration_id=key("registration"),
            visit_id=key("visit"), commission_id="NULL",
            state=f"CASE WHEN {ahead} THEN 'planned' ELSE 'submitted' END",
        )  # fmt: skip
        sittings, held_on = CENTRES * YEARS, f"current_date - 365 * ({age} - 1) - 60"
        copies(
            Jury,
            entry.deliberation.jury,
            sittings,
            id=key("jury", sitting),
            centre_id=centre,
            held_on=held_on,
        )
        copies(
            Deliberation, entry.deliberation, sittings, id=key("deliberation", sitting),
            jury_id=key("jury", sitting), centre_id=centre, number="'B-' || i",
        )  # fmt: skip
        copies(
            DeliberationEntry, entry, size, id="1000000 + i", deliberation_id=key("deliberation", sitting),
            registration_id=key("registration"), rank=f"1 + i / {CENTRES * YEARS}",
        )  # fmt: skip
        copies(
            Decision, decision, size, id=key("decision"), entry_id="1000000 + i", replaces_id="NULL",
            decided_at=held_on,
        )  # fmt: skip
        # Nobody has judged the running ones, and no jury ahead is over.
        for rows in (
            "evaluations_decision WHERE decided_at > now()",
            "evaluations_deliberationentry e WHERE id >= 1000000 "
            "AND NOT EXISTS (SELECT 1 FROM evaluations_decision d WHERE d.entry_id = e.id)",
            "evaluations_deliberation l WHERE number LIKE 'B-%' "
            "AND NOT EXISTS (SELECT 1 FROM evaluations_deliberationentry e WHERE e.deliberation_id = l.id)",
            "evaluations_jury j WHERE state = 'published' "
            "AND NOT EXISTS (SELECT 1 FROM evaluations_deliberation l WHERE l.jury_id = j.id)",
        ):
            cursor.execute(f"DELETE FROM {rows}")
