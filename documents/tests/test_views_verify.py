"""What anybody may ask of a code, and nothing more."""

import re

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from accounts.log import SYSTEM
from cqpm.utils.codes import new_code, spaced
from documents import actions, throttle
from documents.models import Document
from documents.rules import Authenticity
from documents.tests.factories import make_document, make_issued, make_rendered

pytestmark = pytest.mark.django_db

HEADINGS = {
    "authentic": "Attestation authentique",
    "replaced": "Attestation remplacée",
    "revoked": "Attestation révoquée",
    "unknown": "Aucune attestation pour ce code",
    "busy": "Trop d’essais",
}
PERSONAL = ["LACOSTE", "BERTHIER", "Technicien(ne)", "Val-de-Brenne", "décembre\u00a02025"]


def revoked():
    return actions.revoke_document(document=make_issued(), reason="Erreur sur Inès LACOSTE", by=SYSTEM)


def replaced():
    document = make_issued()
    make_issued(fact=document.fact, replaces=document)
    return document


def revoked_and_replaced():
    document = revoked()
    make_issued(fact=document.fact, replaces=document)
    return document


def revoked_before_its_replacement_is_issued():
    document = revoked()
    make_rendered(fact=document.fact, replaces=document)
    return document


def published_but_not_rendered():
    document = make_document()
    actions.publish_documents(documents=[document], by=SYSTEM)
    return document


def revoked_unpublished():
    return actions.revoke_document(document=make_rendered(), reason="Erreur", by=SYSTEM)


CASES = [
    (make_issued, "authentic"),
    (revoked, "revoked"),
    (replaced, "replaced"),
    (revoked_and_replaced, "replaced"),
    (revoked_before_its_replacement_is_issued, "revoked"),
    (make_document, "unknown"),
    (make_rendered, "unknown"),
    (published_but_not_rendered, "unknown"),
    (revoked_unpublished, "unknown"),
]
WAYS = {
    "photographed": lambda client, code: client.get(reverse("verify", args=[code])),
    "with dashes": lambda client, code: client.get(reverse("verify", args=[spaced(code)])),
    "typed": lambda client, code: client.get(reverse("verify_form"), {"code": code}),
    "typed as printed": lambda client, code: client.get(
        reverse("verify_form"), {"code": f" {spaced(code)} "}
    ),
    "in lower case": lambda client, code: client.get(reverse("verify_form"), {"code": spaced(code).lower()}),
}


def heading(response):
    return re.search(r"<h1[^>]*>(.*?)</h1>", response.content.decode())[1]


def plain(response, code):
    """The page without what changes at each visit: the code asked for, the CSRF token."""
    html = response.content.decode().replace(spaced(code), "CODE").replace(code, "CODE")
    return re.sub(r'"X-CSRFToken": "\w+"', "", html)


@pytest.mark.parametrize(("make", "verdict"), CASES, ids=[make.__name__ for make, _ in CASES])
def test_each_status_by_each_way(make, verdict):
    code = make().code
    before = list(Document.objects.order_by("pk").values())
    for way, ask in WAYS.items():
        response = ask(Client(), code)
        html = response.content.decode()
        assert (way, response.status_code, heading(response)) == (way, 200, HEADINGS[verdict])
        shown = [word for word in PERSONAL if word in html]
        assert shown == (PERSONAL if verdict == "authentic" else [])
        assert f'<dd class="code-check">{spaced(code)}</dd>' in html
        assert html.count('lang="en"') == 1
    assert list(Document.objects.order_by("pk").values()) == before


def test_an_authentic_paper_shows_what_it_says_and_nothing_else():
    document = make_issued()
    html = Client().get(reverse("verify", args=[document.code])).content.decode()
    facts = dict(re.findall(r"<dt>(.*?)</dt><dd[^>]*>(.*?)</dd>", html))
    assert facts == {
        "Document": "Attestation d’essai",
        "Titulaire": "<b>Inès LACOSTE, née BERTHIER</b>",
        "CQPM": "<b>Technicien(ne) d’usinage sur machines outils à commande numérique</b>",
        "Décision du jury": "1<sup>er</sup>\u00a0décembre\u00a02025",
        "Centre d’examen": "UIMM territoriale Val-de-Brenne",
        "Code": document.printed_code,
    }
    assert document.number not in html


def test_what_the_paper_states_line_by_line_is_shown():
    """Somebody who adds a capacity to the paper is found out."""
    data = make_issued().data
    data["public"]["lines"] = [
        {"label": "Capacité 1", "text": "Préparer, conservée jusqu’au 1er décembre 2028"}
    ]
    document = make_issued(data=data)
    html = Client().get(reverse("verify", args=[document.code])).content.decode()
    assert dict(re.findall(r"<dt>(Capacité 1)</dt><dd>(.*?)</dd>", html)) == {
        "Capacité 1": "Préparer, conservée jusqu’au 1<sup>er</sup> décembre 2028"
    }


def test_dates_are_those_of_what_happened():
    with time_machine.travel("2026-12-02 09:00+00:00", tick=False):
        old, gone = make_issued(), make_issued()
    with time_machine.travel("2027-01-14 23:30+00:00", tick=False):  # the 15th in Paris
        make_issued(fact=old.fact, replaces=old)
        actions.revoke_document(document=gone, reason="Erreur", by=SYSTEM)
    pages = [
        Client().get(reverse("verify", args=[document.code])).content.decode() for document in (old, gone)
    ]
    assert "Demandez au titulaire la version du 15\u00a0janvier\u00a02027." in pages[0]
    assert "Ask its holder for the version of 15 January 2027." in pages[0]
    assert "<dt>Révoqué le</dt><dd><b>15\u00a0janvier\u00a02027</b></dd>" in pages[1]


def test_nothing_tells_an_unpublished_paper_from_none():
    unknown = new_code()
    pages = {plain(Client().get(reverse("verify", args=[unknown])), unknown)}
    for make, verdict in CASES:
        if verdict == Authenticity.UNKNOWN:
            code = make().code
            pages.add(plain(Client().get(reverse("verify", args=[code])), code))
    assert len(pages) == 1


@pytest.mark.parametrize("typed", ["ABC", "7KQM-2F9D-X4TR-A0", "é", "x" * 300, "<script>alert(1)</script>"])
def test_a_mistyped_code_is_unknown_and_says_to_check_it(typed):
    response = Client().get(reverse("verify_form"), {"code": typed})
    html = response.content.decode()
    assert heading(response) == HEADINGS["unknown"]
    assert "sans doute mal recopié" in html
    assert "<script>alert" not in html


def test_one_wrong_sign_is_seen_without_asking_the_database(django_assert_num_queries):
    code = new_code()
    wrong = ("3" if code[0] == "2" else "2") + code[1:]
    with django_assert_num_queries(0):
        response = Client().get(reverse("verify", args=[wrong]))
    assert "sans doute mal recopié" in response.content.decode()


def test_the_form_alone_asks_for_a_code(django_assert_num_queries):
    with django_assert_num_queries(0):
        response = Client().get(reverse("verify_form"))
    assert heading(response) == "Vérifier une attestation"
    assert "verdict" not in response.content.decode()


@pytest.mark.parametrize("make", [make_issued, revoked_and_replaced, make_rendered])
def test_an_answer_costs_one_query(make, django_assert_num_queries):
    code = make().code
    with django_assert_num_queries(1):
        Client().get(reverse("verify", args=[code]))


@pytest.mark.both_engines
def test_with_the_cache_in_the_database_a_true_code_costs_two(settings, django_assert_num_queries):
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}
    }
    call_command("createcachetable")
    code = make_issued().code
    with django_assert_num_queries(2):
        Client().get(reverse("verify", args=[code]))


def test_the_answer_is_neither_kept_nor_indexed_nor_passed_on():
    response = Client().get(reverse("verify", args=[make_issued().code]))
    assert (response["Referrer-Policy"], response["X-Robots-Tag"]) == ("no-referrer", "noindex")
    assert "no-store" in response["Cache-Control"]
    assert Client().post(reverse("verify_form")).status_code == 405


# --- Guessing ---------------------------------------------------------------------------------------------


def guess(client, times, **options):
    return [heading(client.get(reverse("verify", args=[new_code()]), **options)) for _ in range(times)]


def test_a_visitor_who_guesses_is_stopped_and_another_is_not():
    code = make_issued().code
    with time_machine.travel("2026-12-02 09:00+00:00", tick=False):
        assert set(guess(Client(), throttle.PER_ADDRESS)) == {HEADINGS["unknown"]}
        refused = Client().get(reverse("verify", args=[code]))
        assert (refused.status_code, heading(refused)) == (429, HEADINGS["busy"])
        assert [word for word in PERSONAL if word in refused.content.decode()] == []
        elsewhere = Client().get(reverse("verify", args=[code]), REMOTE_ADDR="192.0.2.7")
        assert heading(elsewhere) == HEADINGS["authentic"]
    with time_machine.travel("2026-12-02 09:10:01+00:00", tick=False):
        assert heading(Client().get(reverse("verify", args=[code]))) == HEADINGS["authentic"]


def test_true_codes_and_typing_mistakes_do_not_count():
    code = make_issued().code
    with time_machine.travel("2026-12-02 09:00+00:00", tick=False):
        for _ in range(throttle.PER_ADDRESS + 1):
            Client().get(reverse("verify", args=[code]))
            Client().get(reverse("verify", args=["ABC"]))
        assert heading(Client().get(reverse("verify", args=[code]))) == HEADINGS["authentic"]


def test_one_household_has_one_count():
    with time_machine.travel("2026-12-02 09:00+00:00", tick=False):
        for rank in range(throttle.PER_ADDRESS):
            guess(Client(), 1, REMOTE_ADDR=f"2001:db8:1:2::{rank:x}")
        assert guess(Client(), 1, REMOTE_ADDR="2001:db8:1:2:ffff::1") == [HEADINGS["busy"]]
        assert guess(Client(), 1, REMOTE_ADDR="2001:db8:1:3::1") == [HEADINGS["unknown"]]


def test_many_visitors_guessing_together_are_stopped_together(monkeypatch):
    monkeypatch.setattr(throttle, "OVERALL", 6)
    with time_machine.travel("2026-12-02 09:00+00:00", tick=False):
        found = [guess(Client(), 1, REMOTE_ADDR=f"192.0.2.{rank}")[0] for rank in range(8)]
    assert found == [HEADINGS["unknown"]] * 6 + [HEADINGS["busy"]] * 2
