import pytest

from accounts.log import SYSTEM
from accounts.models import LogEntry
from accounts.tests.factories import make_centre, make_wearer
from cqpm.utils.codes import normalise
from cqpm.utils.refusal import Refusal
from documents import actions, tasks
from documents.models import RENDERINGS_TRIED, Document
from documents.rules import Authenticity
from documents.tests.factories import make_document, make_issued, make_rendered
from documents.tests.kinds import build_certificate, build_register

pytestmark = pytest.mark.django_db


def sentences(document):
    return list(
        LogEntry.objects.filter(subject=f"document:{document.pk}")
        .order_by("pk")
        .values_list("sentence", flat=True)
    )


def refresh(document):
    return Document.objects.get(pk=document.pk)


def test_a_request_freezes_the_paper_and_wakes_the_worker(django_capture_on_commit_callbacks):
    clerk = make_wearer()
    with django_capture_on_commit_callbacks() as woken:
        document = make_document(
            fact="decision:ines", number="2026-0007-012", by=clerk, centre=clerk.hat.centre
        )
    stored = refresh(document)
    assert stored.data == build_certificate("decision:ines")
    assert (stored.state, stored.template_version, stored.public) == ("requested", 2, True)
    assert normalise(stored.code) == stored.code
    assert stored.requested_by == "Claire Aubry"
    assert sentences(stored) == ["Document demandé : Attestation d’essai, Inès LACOSTE, n° 2026-0007-012."]
    assert len(woken) == 1


def test_given_data_are_kept_as_given():
    data = build_register("jury:1") | {"subtitle": "Décisions de décembre"}
    assert refresh(make_document("test_register", data=data)).data["subtitle"] == "Décisions de décembre"


def test_a_private_paper_has_no_code():
    document = refresh(make_document("test_register"))
    assert (document.public, document.code, document.printed_code) == (False, None, None)


@pytest.mark.parametrize(
    "public",
    [
        {},
        {"holder": "Inès", "title": "CQPM", "decided_on": "2025-12-01"},
        {
            "holder": "Inès",
            "title": "CQPM",
            "decided_on": "2025-12-01",
            "centre": "A",
            "born_on": "1998-05-08",
        },
        {"holder": "Inès", "title": "CQPM", "decided_on": "1er décembre", "centre": "A"},
    ],
)
def test_a_public_paper_says_what_its_verification_shows_and_no_more(public):
    with pytest.raises(ValueError, match=r"holder, title, decided_on, centre|Invalid isoformat"):
        make_document(data={"public": public})
    assert (Document.objects.count(), LogEntry.objects.count()) == (0, 0)


def test_a_fact_has_one_original():
    first = make_document(fact="decision:ines")
    with pytest.raises(Refusal, match="existe déjà"):
        make_document(fact="decision:ines")
    assert list(Document.objects.all()) == [first]


def test_a_reissue_replaces_once():
    first = make_document(fact="decision:ines")
    again = make_document(fact="decision:ines", replaces=first)
    with pytest.raises(Refusal, match="a déjà été remplacé"):
        make_document(fact="decision:other", replaces=first)
    assert refresh(first).replaced_by == again
    assert Document.objects.count() == 2


def test_publication_dates_what_was_not_published():
    done, new = make_issued(), make_rendered()
    waiting = make_document("test_register")
    published = actions.publish_documents(documents=[done, new, waiting], by=SYSTEM)
    assert {document.pk for document in published} == {new.pk, waiting.pk}
    assert refresh(done).published_at == done.published_at
    assert refresh(new).published_at == refresh(waiting).published_at
    assert sentences(new)[-1] == f"Document publié : {new}."
    assert len(sentences(done)) == 2


def test_a_revoked_document_is_not_published_nor_those_beside_it():
    revoked, other = make_rendered(), make_rendered()
    actions.revoke_document(document=revoked, reason="Erreur", by=SYSTEM)
    with pytest.raises(Refusal) as refusal:
        actions.publish_documents(documents=[other, revoked], by=SYSTEM)
    assert refusal.value.reasons == [f"Révoqué, ce document ne peut pas être publié : {revoked}."]
    assert (refresh(other).published_at, refresh(revoked).published_at) == (None, None)


def test_revocation_keeps_who_and_why():
    document, head = make_issued(), make_wearer("head", centre=make_centre())
    revoked = actions.revoke_document(document=document, reason="  Décision rectifiée.  ", by=head)
    stored = refresh(document)
    assert stored.revoked_at == revoked.revoked_at
    assert (stored.revoked_by, stored.revoked_reason) == ("Claire Aubry", "Décision rectifiée.")
    assert stored.verdict == Authenticity.REVOKED
    assert sentences(document)[-1] == f"Document révoqué : {document}. Motif : Décision rectifiée."


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_revocation_says_why(reason):
    document = make_issued()
    with pytest.raises(Refusal, match="doit dire pourquoi"):
        actions.revoke_document(document=document, reason=reason, by=SYSTEM)
    assert refresh(document).revoked_at is None


def test_a_document_is_revoked_once():
    document = make_issued()
    actions.revoke_document(document=document, reason="Première", by=SYSTEM)
    with pytest.raises(Refusal, match="déjà révoqué"):
        actions.revoke_document(document=document, reason="Seconde", by=SYSTEM)
    assert refresh(document).revoked_reason == "Première"


def test_the_old_paper_is_replaced_only_once_the_new_one_is_issued():
    old = make_issued(fact="decision:ines")
    actions.revoke_document(document=old, reason="État civil rectifié.", by=SYSTEM)
    new = make_document(fact="decision:ines", replaces=old)
    seen = [refresh(old).verdict]
    actions.publish_documents(documents=[new], by=SYSTEM)
    seen.append(refresh(old).verdict)
    tasks.render_document(new.pk)
    seen.append(refresh(old).verdict)
    assert seen == [Authenticity.REVOKED, Authenticity.REVOKED, Authenticity.REPLACED]
    assert refresh(new).verdict == Authenticity.AUTHENTIC


def test_a_failed_rendering_starts_over(django_capture_on_commit_callbacks):
    document = make_document("test_broken")
    for _ in range(RENDERINGS_TRIED):
        tasks.render_document(document.pk)
        tasks.sweep()
    assert (refresh(document).state, refresh(document).attempts) == ("failed", RENDERINGS_TRIED)
    with django_capture_on_commit_callbacks() as woken:
        actions.retry_document(document=document, by=SYSTEM)
    stored = refresh(document)
    assert (stored.state, stored.attempts, stored.error) == ("requested", 0, "")
    assert sentences(document)[-1] == f"Rendu relancé : {document}."
    assert len(woken) == 1


@pytest.mark.parametrize("make", [make_document, make_rendered])
def test_only_a_failed_rendering_is_tried_again(make):
    document = make()
    with pytest.raises(Refusal, match="n’a pas échoué"):
        actions.retry_document(document=document, by=SYSTEM)
    assert refresh(document).attempts == document.attempts
