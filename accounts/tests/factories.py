"""Plain functions that make coherent rows. Nothing here can build what the constraints refuse."""

import threading
from datetime import timedelta
from itertools import count

from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.actions import issue_link
from accounts.middleware import SESSION_KEY
from accounts.models import ExaminationCentre, Membership, ResourceCentre, Role, User
from accounts.models.people import CENTRE_ROLES
from accounts.spaces import SESSION_KEY as GUEST_KEY
from cqpm.utils.refusal import Refusal

PASSWORD = "fraise à commande numérique"
numbers = count(1)


def make_user(email=None, *, first_name="Claire", last_name="Aubry", password=PASSWORD, **fields):
    """An account. `password=None` leaves it unaccepted, as an invitation does."""
    user = User(
        email=email or f"personne{next(numbers)}@exemple.fr",
        first_name=first_name,
        last_name=last_name,
        **fields,
    )
    user.set_password(password)
    user.save()
    return user


def make_centre(name=None, **fields):
    """A centre d'examen."""
    return ExaminationCentre.objects.create(**contact(name or f"Centre {next(numbers)}") | fields)


def make_resource_centre(name=None, **fields):
    """A centre de ressource."""
    return ResourceCentre.objects.create(**contact(name or f"Ressource {next(numbers)}") | fields)


def contact(name):
    return {
        "name": name,
        "address": "4 rue de l’Industrie",
        "postcode": "21500",
        "city": "Montbard",
        "email": "centre@exemple.fr",
        "phone": "03 80 00 00 00",
    }


def make_membership(role=Role.OFFICER, *, user=None, centre=None, resource_centre=None, suspended=False):
    """A hat, with the person and the centre it needs when they are not given."""
    if role in CENTRE_ROLES:
        centre = centre or make_centre()
    elif role == Role.RESOURCE:
        resource_centre = resource_centre or make_resource_centre()
    return Membership.objects.create(
        user=user or make_user(),
        role=role,
        centre=centre,
        resource_centre=resource_centre,
        suspended_at=timezone.now() if suspended else None,
    )


def make_wearer(role=Role.OFFICER, **scope):
    """A user wearing a hat now, as the middleware leaves them: what `for_user` and the actions expect."""
    return wearing(make_membership(role, **scope))


def wearing(membership):
    """The hat's user, read afresh, wearing it."""
    user = User.objects.get(pk=membership.user_id)
    user.hat = membership
    return user


def make_link(
    purpose="invitation", *, subject="user:0", email="lien@exemple.fr", holder="Léo Marchetti", **fields
):
    """An open task link."""
    values = {"expires_at": timezone.now() + timedelta(days=7)} | fields
    return issue_link(purpose=purpose, subject=subject, email=email, holder=holder, **values)


def client_of_guest(link):
    """A test client in which the holder of that link has opened his or her space."""
    client = Client()
    session = client.session
    session[GUEST_KEY] = {"link": str(link.pk), "since": timezone.now().isoformat()}
    session.save()
    return client


def client_as(user, hat=None):
    """A test client signed in as a user (or the user of a membership), wearing `hat`."""
    if isinstance(user, Membership):
        user, hat = user.user, user
    client = Client()
    client.force_login(user)
    if hat:
        session = client.session
        session[SESSION_KEY] = hat.pk
        session.save()
    return client


def at_once(*acts):
    """Runs acts in as many threads, each on its own connection; gives what they returned or raised, in order."""
    results, ready = [None] * len(acts), threading.Barrier(len(acts))

    def run(index, act):
        try:
            ready.wait()
            results[index] = act()
        except Refusal as refusal:
            results[index] = refusal
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def copies(row, count, **fields):
    """Writes `count` rows with the same values, under other keys, at once; `fields`: rank → value.

    The database is told how many rows there are, as it learns by itself a minute later: a table that grew unseen is
    read as if it held a few, and one page or one trigger may then take minutes.
    """
    values = {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if not (field.primary_key or field.generated)
    }
    rows = type(row).objects.bulk_create(
        type(row)(**values | {name: value(rank) for name, value in fields.items()}) for rank in range(count)
    )
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {connection.ops.quote_name(row._meta.db_table)}")
    return rows
