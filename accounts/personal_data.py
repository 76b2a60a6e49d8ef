"""What this app holds of people, how long; and how what it holds of one registration is made to say nobody.

Acts stay in the log: their sentence goes, never the fact that somebody did something that day.
"""

import json
from datetime import datetime, time

from django.contrib.sessions.models import Session
from django.db.models import Q, TextField
from django.db.models.functions import Cast
from django.utils import timezone

from accounts import preferences
from accounts.log import SENTENCE
from accounts.models import (
    AccessLink,
    ExaminationCentre,
    FaultyAddress,
    Invitation,
    LogEntry,
    Membership,
    OutboxMessage,
    ResourceCentre,
    SettingValue,
    User,
)
from cqpm.utils.french import shortened, today
from cqpm.utils.periods import add_months
from cqpm.utils.personal import GONE, Holding, Purged, in_batches

JUDGED = "personal.judged_months"
UNFINISHED = "personal.unfinished_months"
OUTBOX = "personal.outbox_months"
DRAFTS = "personal.drafts_months"
CONTACT_MONTHS = "personal.contacts_months"
CONNECTIONS = "personal.connections_months"
FORGOTTEN = "Acte conservé ; sa phrase a été effacée avec les données de la personne."

TABLE = [
    Holding(
        User,
        "nom, adresse, employeur d’une personne qui a un compte ; date de sa dernière connexion",
        "auteur d’actes : gardé avec eux ; la date de connexion, le temps des journaux de connexion",
        CONNECTIONS,
    ),
    Holding(Membership, "les rôles d’un compte", "comme le compte"),
    Holding(Invitation, "qui a été invité", "après la réponse ou la fin du lien", OUTBOX),
    Holding(
        AccessLink,
        "nom et adresse de qui a reçu un lien",
        "comme l’inscription dont il parle ; anonyme ensuite, s’il est l’auteur d’un acte",
    ),
    Holding(OutboxMessage, "destinataire et contenu d’un courriel", "après son écriture", OUTBOX),
    Holding(
        FaultyAddress, "une adresse qui ne marche pas", "tant qu’elle ne marche pas ; puis, levée", OUTBOX
    ),
    Holding(
        LogEntry,
        "qui a fait quoi, et de qui la phrase parle",
        "l’acte est gardé ; sa phrase est effacée avec l’inscription dont elle parle",
    ),
    Holding(Session, "une connexion en cours", "douze heures, puis effacée dans la nuit"),
]
NOBODY = [ExaminationCentre, ResourceCentre, SettingValue]


def before(key):
    """The first moment not yet due: what is older than the setting's months has had its time."""
    day = add_months(today(), -preferences.value(key))
    return timezone.make_aware(datetime.combine(day, time.min))


def erase(*, keys, names, emails, centre):
    """Makes links, mails and journal of a registration say nobody. Inside the caller's transaction, the gate open.

    `keys`: the `Key` of every row of the registration; `names`: how the person stands in sentences about
    other rows; `emails`: the addresses it was written to; `centre`: whose mails and journal.
    """
    subjects = list(map(str, keys))
    links = AccessLink.objects.filter(subject__in=subjects)
    mails = Q(link__in=links)
    for one in keys:
        mails |= Q(event__contains=one.pk)
    if emails:
        mails |= Q(recipient__in=[email.lower() for email in emails], centre=centre)
    drop_mails(OutboxMessage.objects.filter(mails))
    FaultyAddress.objects.filter(address__in=[email.lower() for email in emails], centre=centre).delete()
    LogEntry.objects.filter(actor_link__in=links).update(actor_name=GONE)
    links.update(holder=GONE, email="")
    links.filter(revoked_at=None).update(revoked_at=timezone.now())
    LogEntry.objects.filter(subject__in=subjects).update(sentence=FORGOTTEN, data={})
    for name in names:
        for entry in naming(LogEntry, name, "data", centre, Q(sentence__contains=name)):
            entry.sentence = shortened(entry.sentence.replace(name, GONE), SENTENCE)
            entry.data = without(name, entry.data)
            entry.save(update_fields=["sentence", "data"])
        for mail in naming(OutboxMessage, name, "context", centre):
            mail.context = without(name, mail.context)
            mail.save(update_fields=["context"])


def naming(model, name, column, centre, also=None):
    """The rows of a centre, about others, whose JSON `column` names somebody, or of which `also` holds."""
    rows = model.objects.annotate(said=Cast(column, TextField())).filter(centre=centre)
    # SQLite keeps JSON as it was written, accents escaped.
    said = Q(said__contains=name) | Q(said__contains=json.dumps(name)[1:-1])
    return rows.filter(said | also if also else said)


def without(name, value):
    """The same JSON value, nobody of that name in it."""
    return json.loads(json.dumps(value, ensure_ascii=False).replace(name, GONE))


def purge(*, dry_run=False):
    """Mails, invitations and connections that have had their time. Gives `Purged` lines."""
    old = before(OUTBOX)
    mails = OutboxMessage.objects.filter(created_at__lt=old)
    ended = Q(accepted_at__lt=old) | Q(accepted_at=None, link__expires_at__lt=old)
    yield Purged("Courriels", in_batches(mails, drop_mails, dry_run=dry_run), old.date())
    cleared = FaultyAddress.objects.filter(cleared_at__lt=old)
    yield Purged(
        "Adresses en erreur levées", in_batches(cleared, delete(FaultyAddress), dry_run=dry_run), old.date()
    )
    invitations = Invitation.objects.filter(ended)
    yield Purged("Invitations", in_batches(invitations, drop_invitations, dry_run=dry_run), old.date())
    expired = Session.objects.filter(expire_date__lt=timezone.now())
    yield Purged("Connexions terminées", in_batches(expired, delete(Session), dry_run=dry_run))
    since = before(CONNECTIONS)
    users = User.objects.filter(last_login__lt=since)
    count = users.count() if dry_run else users.update(last_login=None)
    yield Purged("Dates de dernière connexion", count, since.date())


def delete(model):
    """An act for `in_batches`: deletes the rows."""
    return lambda rows: model.objects.filter(pk__in=[row.pk for row in rows]).delete()


def drop_mails(rows):
    """Deletes mails; a later copy of one of them stays, a copy of nothing."""
    keys = [row.pk for row in rows]
    OutboxMessage.objects.filter(resends__in=keys).update(resends=None)
    OutboxMessage.objects.filter(pk__in=keys).delete()


def drop_invitations(rows):
    """Deletes invitations with their links and what was sent; a link that is the author of an act says nobody."""
    links = [row.link_id for row in rows]
    drop_mails(OutboxMessage.objects.filter(link__in=links))
    delete(Invitation)(rows)
    authors = LogEntry.objects.filter(actor_link__in=links).values("actor_link")
    kept = AccessLink.objects.filter(pk__in=links, id__in=authors)
    kept.update(holder=GONE, email="")
    AccessLink.objects.filter(pk__in=links).exclude(id__in=authors).delete()
