"""What this app holds of people: the papers. A paper that goes leaves its row, which says when."""

from functools import partial

from django.db import transaction
from django.utils import timezone

from cqpm.utils import stored
from cqpm.utils.personal import GONE, Holding
from documents.kinds import KINDS
from documents.models import Document

PURGED_FOLDER = "documents"

TABLE = [
    Holding(
        Document,
        "les papiers d’une personne, données et fichier ; les procès-verbaux, les fiches de synthèse et les lettres d’un envoi, de plusieurs",
        "procès-verbaux et papiers des admissibles : sans limite (registre) ; les fiches de synthèse, rééditées sans la personne quand ses pièces partent ; "
        "les lettres d’un envoi, effacées avec la sélection, rééditées sans la personne ; "
        "les autres, effacés avec l’inscription",
    )
]
NOBODY = []


def papers_of(facts):
    """The papers that print these facts (their keys), oldest first."""
    return Document.objects.filter(fact__in=map(str, facts)).order_by("requested_at", "pk")


def erase(facts):
    """Empties the papers of these facts: data, words, file. Inside the caller's transaction, the gate open."""
    for paper in papers_of(facts).exclude(state=Document.State.PURGED):
        sha256 = paper.sha256
        paper.state, paper.purged_at = Document.State.PURGED, timezone.now()
        paper.data, paper.error, paper.sha256, paper.size, paper.ready_at = {}, "", "", None, None
        paper.lease = paper.lease_until = None
        paper.label = KINDS[paper.kind].title if paper.kind in KINDS else GONE  # without the name
        if paper.revoked_at:
            paper.revoked_reason = GONE
        paper.save()
        if sha256:
            transaction.on_commit(partial(forget, sha256))


def forget(sha256):
    """Deletes the file of no paper any more: two papers alike are one file."""
    if not Document.objects.filter(sha256=sha256).exists():
        stored.forget(PURGED_FOLDER, sha256)
