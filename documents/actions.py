"""What people do with papers: ask for one, publish, revoke, try a failed one again."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts import log
from accounts.keys import About, Key, key_of
from accounts.log import Actor
from accounts.models import ExaminationCentre
from cqpm.utils.codes import new_code
from cqpm.utils.refusal import Refusal
from documents import kinds
from documents.models import Document
from documents.tasks import wake_renderer_on_commit


@transaction.atomic
def request_document(
    *,
    kind: str,
    fact: About,
    number: str,
    label: str,
    centre: ExaminationCentre,
    by: Actor,
    data: dict[str, Any] | None = None,
    replaces: Document | None = None,
) -> Document:
    """Freezes a paper's data now, in the transaction of the act it prints; it is rendered after the commit.

    `kind`: key of a registered kind; `fact`: the row it prints, or its key; `number`, `label`: as printed;
    `centre`: whose paper it is; `by`: user, link or `log.SYSTEM`; `data`: what the kind's `build(fact)` gives, asked
    of it when absent; `replaces`: the document this one re-issues.
    Raises Refusal when the fact has its paper already, or `replaces` its successor; ValueError when a public
    paper's data do not say what its verification shows.
    """
    registered, fact = kinds.KINDS[kind], key_of(fact)
    same = Document.objects.select_for_update().filter(kind=kind, fact=fact, replaces=None)
    if replaces is None and same.exists():
        raise Refusal("Ce document existe déjà : une nouvelle version doit dire laquelle elle remplace.")
    if replaces is not None and Document.objects.filter(replaces=replaces).exists():
        raise Refusal(f"« {replaces} » a déjà été remplacé.")
    document = Document.objects.create(
        kind=kind,
        fact=fact,
        number=number,
        label=label,
        centre=centre,
        data=kinds.checked(registered, registered.build(Key.read(fact)) if data is None else data),
        template_version=registered.template_version,
        public=registered.public,
        code=new_code() if registered.public else None,
        replaces=replaces,
        requested_by=log.actor_name(by),
    )
    _record(document, by=by, verb="request_document", sentence=f"Document demandé : {document}.")
    wake_renderer_on_commit(document.pk)
    return document


@transaction.atomic
def publish_documents(*, documents: Iterable[Document], by: Actor) -> list[Document]:
    """Publishes documents, rendered or not yet: from then on the public ones answer on the verification page.

    Those published before keep their date. Returns the documents newly published; raises Refusal, publishing none,
    when one of them is revoked.
    """
    keys = [document.pk for document in documents]
    rows = list(
        Document.objects.select_for_update().filter(pk__in=keys).select_related("centre").order_by("pk")
    )
    if revoked := [row for row in rows if row.revoked_at]:
        raise Refusal(*(f"Révoqué, ce document ne peut pas être publié : {row}." for row in revoked))
    fresh, now = [row for row in rows if row.published_at is None], timezone.now()
    Document.objects.filter(pk__in=[row.pk for row in fresh]).update(published_at=now)
    for row in fresh:
        row.published_at = now
        _record(row, by=by, verb="publish_document", sentence=f"Document publié : {row}.")
    return fresh


@transaction.atomic
def revoke_document(*, document: Document, reason: str, by: Actor) -> Document:
    """Revokes a document, published or not: its verification says so, its file stays readable by those who could.

    Returns the row; raises Refusal without a reason, or when it is revoked already.
    """
    row = _locked(document)
    if row.revoked_at:
        raise Refusal(f"Ce document est déjà révoqué : {row}.")
    if not reason.strip():
        raise Refusal("Une révocation doit dire pourquoi.")
    row.revoked_at, row.revoked_by, row.revoked_reason = timezone.now(), log.actor_name(by), reason.strip()
    row.save(update_fields=["revoked_at", "revoked_by", "revoked_reason"])
    _record(
        row, by=by, verb="revoke_document", sentence=f"Document révoqué : {row}. Motif : {row.revoked_reason}"
    )
    return row


@transaction.atomic
def retry_document(*, document: Document, by: Actor) -> Document:
    """Has a failed document rendered again, with as many attempts as a new one. Raises Refusal when it did not fail."""
    row = _locked(document)
    if not row.is_failed:
        raise Refusal(f"Le rendu de ce document n’a pas échoué : {row}.")
    row.state, row.error, row.attempts, row.queued_at = Document.State.REQUESTED, "", 0, timezone.now()
    row.save(update_fields=["state", "error", "attempts", "queued_at"])
    _record(row, by=by, verb="retry_document", sentence=f"Rendu relancé : {row}.")
    wake_renderer_on_commit(row.pk)
    return row


def _locked(document: Document) -> Document:
    return Document.objects.select_for_update().get(pk=document.pk)


def _record(document: Document, *, by: Actor, verb: str, sentence: str) -> None:
    log.record(by=by, verb=verb, subject=document, sentence=sentence, centre=document.centre)
