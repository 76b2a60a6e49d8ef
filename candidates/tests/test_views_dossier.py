"""The screens of the dossier: the centre's, the link's, the inbox of the centre de ressource."""

import re
from datetime import date, timedelta
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import links
from accounts.actions import change_settings, revoke_link
from accounts.models import AccessLink, OutboxMessage, Role
from accounts.tests.factories import client_as, make_membership, make_wearer
from candidates import actions, journey
from candidates.journey import KeptCapacity
from candidates.models import Dossier
from candidates.tests.acts import content
from candidates.tests.factories import (
    CONTEXT,
    REASON,
    make_dossier,
    make_registration,
    make_scan,
    real_situation,
)
from cqpm.utils.refusal import Refusal
from referentiel.tests.factories import load_fictitious, load_seed, make_referentiel

pytestmark = pytest.mark.django_db
State = Dossier.State


@pytest.fixture
def officer():
    return make_wearer(Role.OFFICER)


@pytest.fixture
def client(officer):
    return client_as(officer.hat)


@pytest.fixture
def kept(monkeypatch):
    """Capacity 1 of every registration was acquired at an earlier deliberation."""
    first = KeptCapacity(1, date(2025, 6, 4), date(2027, 6, 4), "2024-0098")
    monkeypatch.setattr(journey._answers, "kept", lambda registration: {1: first})


def at(url_name, row, client, method="get", **data):
    """What the page or verb of a row answers."""
    return getattr(client, method)(reverse(url_name, args=[row.pk]), data)


def told(response):
    """What the page one is sent to says of the act."""
    return [str(message) for message in response.client.get(response["Location"]).context["messages"]]


def text(response):
    return unescape(response.content.decode())


def draft(officer, **options):
    return make_dossier(make_registration(by=officer, **options), state=State.DRAFT, by=officer)


def asked(officer, **options):
    return actions.ask_partner_approval(dossier=draft(officer, **options), by=officer)


# --- The centre's page ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("load", "capacities"), [(load_seed, 7), (load_fictitious, 9)])
def test_the_form_offers_what_each_capacity_allows(client, officer, load, capacities):
    registration = make_registration(by=officer, referentiel=load())
    form = at("dossier_edit", registration, client).context["form"]
    rows = list(form.rows())
    assert len(rows) == capacities
    offered = [
        [value for value, _ in ordinary.field.choices] + ["reconstituted"] * bool(reconstituted)
        for _, ordinary, reconstituted, _, _ in rows
    ]
    assert offered == [[str(method) for method in line.capacity.methods] for line, *_ in rows]


def test_the_missing_list_is_the_one_of_the_refusal(client, officer):
    registration = make_registration(by=officer)
    missing = [
        "Contexte : à décrire.",
        "Modalité d’évaluation à choisir : C1 et C2.",
        "Approbation du centre d’examen.",
        "Approbation de l’entreprise.",
    ]
    page = at("dossier_edit", registration, client)
    assert [page.context["missing"], page.context["unfinished"]] == [missing, missing[:2]]
    assert [sentence in text(page) for sentence in missing] == [True] * 4
    response = at("dossier_transmit", registration.dossiers.get(), client, "post")
    assert [response["Location"], told(response)] == [
        reverse("dossier_edit", args=[registration.pk]),
        missing,
    ]
    assert Dossier.objects.get().state == State.DRAFT


def test_the_road_of_a_dossier_through_its_screens(client, officer):
    registration = make_registration(by=officer)
    dossier = registration.dossiers.get()
    save = {
        "version": 1,
        "context": CONTEXT,
        "c1": ["real_situation", "project"],
        "c2_reconstituted": "on",
        "c2_reason": REASON,
    }
    assert told(at("dossier_save", dossier, client, "post", **save)) == ["Dossier enregistré."]
    assert sorted(dossier.choices.values_list("capacity__number", "method", "reason")) == [
        (1, "project", ""),
        (1, "real_situation", ""),
        (2, "reconstituted", REASON),
    ]
    assert told(at("dossier_approve", dossier, client, "post", version=2)) == [
        "Dossier de modalités approuvé pour le centre."
    ]
    assert told(at("dossier_ask_partner", dossier, client, "post")) == [
        "Demande d’approbation envoyée à Laure Cassagne, laure.cassagne@exemple.fr."
    ]
    assert told(at("dossier_paper_approval", dossier, client, "post", version=2, name="Laure Cassagne")) == [
        "Dossier de modalités : approbation sur papier enregistrée."
    ]
    assert told(at("dossier_transmit", dossier, client, "post")) == ["Dossier de modalités transmis."]
    page = at("dossier_edit", registration, client)
    assert [page.context["form"], page.context["missing"]] == [None, []]
    assert told(at("dossier_amend", registration, client, "post", reason="Nouveau poste.")) == [
        "Avenant ouvert : modifiez les modalités, faites-le approuver, transmettez-le."
    ]
    page = at("dossier_edit", registration, client)
    assert [str(page.context["dossier"]), page.context["former"]] == ["Avenant n° 1", [(dossier, None)]]
    assert page.context["form"]["c1"].value() == ["real_situation", "project"]


def test_what_was_typed_stays_when_it_is_refused(client, officer):
    dossier = make_registration(by=officer).dossiers.get()
    before = content()
    typed = {"version": 1, "context": CONTEXT, "c1_reconstituted": "on", "c2_reason": REASON}
    response = at("dossier_save", dossier, client, "post", **typed)
    form = response.context["form"]
    assert form.errors == {
        "c1_reason": ["Dites pourquoi une évaluation en milieu professionnel est impossible."],
        "c2_reconstituted": ["Un motif est donné : cochez la modalité ou effacez le motif."],
    }
    assert [form["context"].value(), form["c2_reason"].value()] == [CONTEXT, REASON]
    assert [shown for *_, shown in form.rows()] == [True, True]
    assert content() == before


def test_a_page_too_old_overwrites_nothing(client, officer):
    dossier = draft(officer)
    before = content()
    response = at("dossier_save", dossier, client, "post", version=1, context="Mon texte.")
    stale = "Quelqu’un d’autre vient de modifier ce dossier. Rechargez la page pour lire ses changements."
    assert list(response.context["form"].non_field_errors()) == [stale]
    assert response.context["form"]["context"].value() == "Mon texte."
    assert told(at("dossier_approve", dossier, client, "post", version=1)) == [stale]
    assert told(at("dossier_approve", dossier, client, "post", version="x")) == [stale]
    assert content() == before


def test_a_forged_method_is_refused_by_the_form(client, officer):
    dossier = make_registration(by=officer).dossiers.get()
    response = at(
        "dossier_save", dossier, client, "post", version=1, context=CONTEXT, c1=["reconstituted", "luck"]
    )
    assert list(response.context["form"].errors) == ["c1"]
    assert dossier.choices.count() == 0


def test_saving_what_left_meanwhile_says_so(client, officer):
    dossier = make_dossier(make_registration(by=officer), by=officer)
    before = content()
    response = at("dossier_save", dossier, client, "post", version=dossier.version, context="x")
    assert [response.status_code, content()] == [422, before]
    assert "Dossier de modalités : transmis, il ne change plus sans avenant." in text(response)


def test_a_kept_capacity_has_nothing_to_choose(client, officer, kept):
    registration = make_registration(by=officer)
    page = at("dossier_edit", registration, client)
    assert sorted(name for name in page.context["form"].fields if name.startswith("c1")) == []
    assert "acquise le 4\u00a0juin\u00a02025, valable jusqu’au 4\u00a0juin\u00a02027" in text(page)
    assert page.context["unfinished"] == ["Contexte : à décrire.", "Modalité d’évaluation à choisir : C2."]
    dossier = registration.dossiers.get()
    at("dossier_save", dossier, client, "post", version=1, context=CONTEXT, c1=["project"], c2=["project"])
    assert list(dossier.choices.values_list("capacity__number", flat=True)) == [2]
    assert Dossier.objects.get().missing_to_approve() == []


def test_a_choice_for_a_kept_capacity_is_refused(officer, kept):
    dossier = make_registration(by=officer).dossiers.get()
    with pytest.raises(Refusal) as refusal:
        actions.save_dossier(dossier=dossier, context=CONTEXT, choices={1: {"project": ""}}, by=officer)
    assert refusal.value.reasons == ["Capacité conservée, sans modalité à choisir : C1."]


def test_without_address_the_page_to_print_opens(client, officer):
    dossier = draft(officer, tutor_email="")
    response = at("dossier_ask_partner", dossier, client, "post")
    assert [response["Location"], told(response)] == [
        reverse("dossier_partner_print", args=[dossier.pk]),
        ["À imprimer et à remettre à Laure Cassagne."],
    ]
    link = AccessLink.objects.get()
    page = client.get(response["Location"])
    assert [page.context["link_url"], page.context["qr"]] == [links.url(link), links.qr(link)]
    assert f'src="{links.qr(link)}"' in text(page)


def test_the_printed_page_shows_no_dead_link(client, officer):
    dossier = asked(officer)
    revoke_link(link=dossier.partner_link, by=officer)
    page = at("dossier_partner_print", dossier, client)
    assert [page.context["link_url"], page.context["qr"]] == [None, None]


def test_what_an_act_needs_is_asked_beside_its_button(client, officer):
    """The name on the paper, the reason of an amendment, each in the form that posts it; no id stands twice."""
    sent = make_dossier(make_registration(by=officer), by=officer)
    pages = [at("dossier_edit", row.registration, client) for row in (draft(officer), sent)]
    fields = [re.findall(r'<(?:input|textarea)[^>]* name="(name|reason)"', text(page)) for page in pages]
    assert fields == [["name"], ["reason"]]
    for page in pages:
        ids = re.findall(r' id="([^"]+)"', text(page))
        assert sorted(set(ids)) == sorted(ids)


def test_an_unfinished_dossier_is_not_asked_about(client, officer):
    registration = make_registration(by=officer, tutor_email="")
    response = at("dossier_ask_partner", registration.dossiers.get(), client, "post")
    assert [response["Location"], told(response)] == [
        reverse("dossier_edit", args=[registration.pk]),
        ["Contexte : à décrire.", "Modalité d’évaluation à choisir : C1 et C2."],
    ]
    assert AccessLink.objects.count() == 0


def test_the_responsable_is_offered_the_confirmation(client, officer):
    registration = make_registration(by=officer, route="vae")
    head = client_as(make_membership(Role.HEAD, centre=officer.hat.centre))
    url = reverse("vae_confirm", args=[registration.pk])
    offered = [url in text(at("dossier_edit", registration, who)) for who in (client, head)]
    assert offered == [False, True]


def test_an_abandoned_registrations_dossier_is_only_read(client, officer):
    registration = draft(officer).registration
    actions.abandon_registration(registration=registration, reason="Départ.", by=officer)
    page = at("dossier_edit", registration, client)
    assert [page.context["form"], page.context["missing"]] == [None, []]
    assert "Préparer un avenant" not in text(page)


VERBS = [
    "dossier_save",
    "dossier_approve",
    "dossier_ask_partner",
    "dossier_paper_approval",
    "dossier_transmit",
]


@pytest.mark.parametrize("name", [*VERBS, "dossier_partner_print"])
def test_the_dossiers_of_another_centre_do_not_exist(client, name):
    dossier = draft(make_wearer(Role.OFFICER))
    before = content()
    response = at(name, dossier, client, "post" if name in VERBS else "get")
    assert [response.status_code, content()] == [404, before]


@pytest.mark.parametrize("name", VERBS)
def test_the_resource_centre_writes_nothing(name):
    dossier = make_dossier()
    resource = make_membership(
        Role.RESOURCE, resource_centre=dossier.registration.referentiel.certification.resource_centre
    )
    before = content()
    assert [at(name, dossier, client_as(resource), "post").status_code, content()] == [403, before]


@pytest.mark.parametrize("name", VERBS)
def test_a_verb_is_not_read(client, officer, name):
    assert at(name, draft(officer), client).status_code == 405


# --- The page of the link -------------------------------------------------------------------------------------


def page_of(link):
    return links.path(link)


@pytest.mark.parametrize("load", [load_seed, load_fictitious])
def test_reading_the_link_any_number_of_times_changes_nothing(officer, load):
    dossier = asked(officer, referentiel=load())
    visitor, url = Client(), page_of(dossier.partner_link)
    before = content()
    statuses = {getattr(visitor, method)(url).status_code for method in ["get", "head"] * 5}
    assert [statuses, content()] == [{200}, before]
    page = visitor.get(url)
    assert [page["Referrer-Policy"], page["Cache-Control"]] == ["no-referrer", "no-store"]
    shown = [line.capacity.number for line in page.context["dossier"].lines]
    assert shown == [capacity.number for capacity in dossier.registration.referentiel.tree]


def test_the_company_approves_with_its_name(officer):
    dossier = asked(officer)
    visitor, url = Client(enforce_csrf_checks=True), page_of(dossier.partner_link)
    refused = visitor.post(url, {"name": " "})
    assert refused.context["form"].errors == {"name": ["Ce champ est obligatoire."]}
    assert Dossier.objects.get().partner_approved_by == ""
    response = visitor.post(url, {"name": "Laure Cassagne"})
    assert response["Location"] == url
    assert Dossier.objects.get().partner_approved_by == "Laure Cassagne"
    done = visitor.get(url)
    assert [done.status_code, "Dossier approuvé" in text(done)] == [200, True]
    before = content()
    again = visitor.post(url, {"name": "Quelqu’un d’autre"})
    assert [len(again.context["form"].non_field_errors()), content()] == [1, before]


def test_a_link_that_shows_an_older_content_is_over(officer):
    dossier = asked(officer)
    url = page_of(dossier.partner_link)
    actions.save_dossier(dossier=dossier, context="Autre.", choices={}, by=officer)
    visitor = Client()
    # A revoked link has a new generation: its address is unknown.
    assert [visitor.get(url).status_code, visitor.post(url, {"name": "x"}).status_code] == [404, 404]
    assert Dossier.objects.get().partner_approved_by == ""


def test_an_expired_link_approves_nothing(officer):
    dossier = asked(officer)
    link = dossier.partner_link
    AccessLink.objects.filter(pk=link.pk).update(
        created_at=timezone.now() - timedelta(days=40), expires_at=timezone.now() - timedelta(days=1)
    )
    before = content()
    response = Client().post(page_of(link), {"name": "Laure Cassagne"})
    assert [response.status_code, response.context["can_be_sent_again"], content()] == [410, True, before]


def test_an_unknown_address_opens_nothing(officer):
    link = asked(officer).partner_link
    for token in ("x" * 43, links.token(asked(officer).partner_link)):
        assert Client().get(reverse("dossier_approval", args=[link.pk, token])).status_code == 404


def test_the_link_shows_neither_birth_nor_adaptation(officer):
    dossier = asked(officer, adaptation="temps majoré d’un tiers", who={"birth_place": "Avallon"})
    html = text(Client().get(page_of(dossier.partner_link)))
    hidden = ["Avallon", "temps majoré", dossier.registration.candidate.email]
    assert [secret in html for secret in hidden] == [False] * 3


# --- The inbox ------------------------------------------------------------------------------------------------


@pytest.fixture
def resource():
    return make_wearer(Role.RESOURCE)


def received(resource, **options):
    referentiel = make_referentiel(resource_centre=resource.hat.resource_centre)
    return make_dossier(make_registration(referentiel=referentiel), **options)


def inbox(resource, **query):
    return client_as(resource.hat).get(reverse("dossier_inbox"), query)


def test_the_inbox_shows_the_oldest_first_and_only_ones_own(resource):
    mine = [received(resource) for _ in range(3)]
    received(resource, state=State.APPROVED)
    make_dossier()
    assert list(inbox(resource).context["page"]) == mine


@pytest.mark.parametrize(
    ("chosen", "states"),
    [
        ("transmis", ["transmitted"]),
        ("retournes", ["returned"]),
        ("acceptes", ["accepted"]),
        ("tous", ["accepted", "returned", "transmitted"]),
        ("autre", ["transmitted"]),
    ],
)
def test_the_inbox_is_filtered_by_state(resource, chosen, states):
    change_settings(values={"dossier.acceptance_awaited": True}, by=make_wearer(Role.ADMINISTRATOR))
    for state in (State.TRANSMITTED, State.RETURNED, State.ACCEPTED):
        received(resource, state=state)
    found = inbox(resource, etat=chosen).context["page"]
    assert sorted(dossier.state for dossier in found) == states


def test_an_empty_inbox_says_what_comes(resource):
    assert "Un dossier arrive quand un centre d’examen le transmet" in text(inbox(resource))


def test_a_dossier_is_returned_with_a_comment(resource):
    dossier, client = received(resource), client_as(resource.hat)
    empty = at("dossier_return", dossier, client, "post", reason=" ")
    assert empty.context["form"].errors == {"reason": ["Ce champ est obligatoire."]}
    response = at("dossier_return", dossier, client, "post", reason="Préciser C1.")
    assert [response["Location"], told(response)] == [
        reverse("dossier_received", args=[dossier.pk]),
        [f"Dossier de modalités retourné à {dossier.registration.centre}."],
    ]
    page = at("dossier_received", dossier, client)
    assert [page.context["answerable"], "Préciser C1." in text(page)] == [False, True]
    assert OutboxMessage.objects.filter(template="dossier_returned").count() == 1


def test_acceptance_is_offered_where_it_is_awaited(resource):
    dossier, client = received(resource), client_as(resource.hat)
    accept = reverse("dossier_accept", args=[dossier.pk])
    assert accept not in text(at("dossier_received", dossier, client))
    assert told(client.post(accept)) == ["Aucune acceptation n’est attendue : la transmission suffit."]
    change_settings(values={"dossier.acceptance_awaited": True}, by=make_wearer(Role.ADMINISTRATOR))
    assert accept in text(at("dossier_received", dossier, client))
    assert told(client.post(accept)) == ["Dossier de modalités accepté."]


def test_a_dossier_replaced_by_an_amendment_is_only_read(resource):
    first = received(resource)
    officer = make_wearer(Role.OFFICER, centre=first.registration.centre)
    actions.amend_dossier(registration=first.registration, reason="Nouveau poste.", by=officer)
    make_dossier(first.registration, choices=real_situation(first.registration), by=officer)
    page = at("dossier_received", first, client_as(resource.hat))
    assert [page.context["answerable"], page.context["dossier"].replaced] == [False, True]


@pytest.mark.parametrize("name", ["dossier_received", "dossier_return", "dossier_accept"])
def test_the_dossiers_of_another_resource_centre_do_not_exist(resource, name):
    before_row = make_dossier()
    before = content()
    method = "get" if name == "dossier_received" else "post"
    response = at(name, before_row, client_as(resource.hat), method, reason="x")
    assert [response.status_code, content()] == [404, before]


@pytest.mark.parametrize("name", ["dossier_received", "dossier_return", "dossier_accept"])
def test_the_centre_does_not_answer_itself(name):
    dossier = make_dossier()
    staff = make_membership(Role.HEAD, centre=dossier.registration.centre)
    method = "get" if name == "dossier_received" else "post"
    assert at(name, dossier, client_as(staff), method, reason="x").status_code == 403


@pytest.mark.parametrize("role", [Role.OFFICER, Role.HEAD, Role.EVALUATOR, Role.NATIONAL, Role.ADMINISTRATOR])
def test_the_inbox_is_the_resource_centres(role):
    assert client_as(make_membership(role)).get(reverse("dossier_inbox")).status_code == 403


# --- The paper that was signed -----------------------------------------------------------------------------------


def signed(client, dossier, **sent):
    """The answer to «Signé sur papier»."""
    typed = {"version": dossier.version, "name": "Laure Cassagne", **sent}
    return client.post(reverse("dossier_paper_approval", args=[dossier.pk]), typed)


def test_a_paper_signed_is_kept_and_read_by_both_centres(client, officer):
    registration = make_registration(by=officer)
    dossier = make_dossier(registration, state=Dossier.State.DRAFT)
    scan = SimpleUploadedFile("Approbation signée.pdf", b"%PDF-1.7 signed")
    assert signed(client, dossier, scan=scan).status_code == 302
    url = reverse("dossier_scan", args=[dossier.pk])
    answer = client.get(url)
    assert (answer.content, answer["Content-Type"]) == (b"%PDF-1.7 signed", "application/pdf")
    assert (answer["Content-Disposition"].split(";")[0], answer["X-Content-Type-Options"]) == (
        "attachment",
        "nosniff",
    )
    keeper = make_membership(
        Role.RESOURCE, resource_centre=registration.referentiel.certification.resource_centre
    )
    assert client_as(keeper).get(url).status_code == 404  # not transmitted yet
    actions.approve_for_centre(dossier=dossier, by=officer)
    actions.transmit_dossier(dossier=dossier, by=officer)
    assert client_as(keeper).get(url).status_code == 200


def test_a_paper_of_another_type_is_refused_and_what_was_typed_kept(client, officer):
    dossier = make_dossier(make_registration(by=officer), state=Dossier.State.DRAFT)
    answer = signed(client, dossier, scan=SimpleUploadedFile("page.html", b"<script>alert(1)</script>"))
    form = answer.context["paper_form"]
    assert (list(form.errors), form["name"].value()) == (["scan"], "Laure Cassagne")
    dossier.refresh_from_db()
    assert (dossier.partner_approved_at, dossier.scan_sha256) == (None, "")


def test_new_content_forgets_the_paper(officer):
    dossier = make_dossier(make_registration(by=officer), state=Dossier.State.DRAFT)
    dossier = actions.record_paper_approval(dossier=dossier, name="L. C.", scan=make_scan(), by=officer)
    dossier = actions.save_dossier(
        dossier=dossier, context="Un autre poste.", choices=real_situation(dossier.registration), by=officer
    )
    assert (dossier.scan_sha256, dossier.scan_name, dossier.scan_type) == ("", "", "")


# --- What pages cost ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
def test_the_inbox_costs_the_same_whatever_the_number_of_rows(resource, rows, django_assert_num_queries):
    for _ in range(rows):
        received(resource)
    client, url = client_as(resource.hat), reverse("dossier_inbox")
    with django_assert_num_queries(8):
        client.get(url)


@pytest.mark.parametrize("rows", [1, 3])
def test_the_dossier_costs_the_same_whatever_its_amendments(client, officer, rows, query_budget):
    registration = make_registration(by=officer, referentiel=load_seed_received())
    make_dossier(registration, by=officer)
    for _ in range(rows - 1):
        actions.amend_dossier(registration=registration, reason="Nouveau poste.", by=officer)
        make_dossier(registration, choices={1: {"project": ""}} | real_situation(registration), by=officer)
    actions.amend_dossier(registration=registration, reason="Nouveau poste.", by=officer)
    with query_budget():
        page = at("dossier_edit", registration, client)
    assert len(page.context["former"]) == rows


def test_the_page_says_what_was_sent_and_reminds(client, officer):
    dossier = asked(officer)
    url = reverse("dossier_remind", args=[dossier.pk])
    answer = client.post(url, follow=True)
    assert [str(message) for message in answer.context["messages"]] == [
        "Laure Cassagne : relance enregistrée."
    ]
    assert [message.label for message in answer.context["mails"]] == [
        "Relance pour l’approbation du dossier",
        "Approbation du dossier de modalités",
    ]
    assert "Prochaine relance automatique" in answer.content.decode()
    again = client.post(url, follow=True)
    assert [str(message) for message in again.context["messages"]] == [
        "Laure Cassagne : relance déjà faite aujourd’hui."
    ]


def load_seed_received():
    """The seed's référentiel, in the charge of a centre de ressource."""
    seed = load_seed()
    seed.certification.resource_centre = make_wearer(Role.RESOURCE).hat.resource_centre
    seed.certification.save(update_fields=["resource_centre"])
    return seed


def test_the_other_pages_keep_within_the_budget(client, officer, resource, query_budget):
    dossier, reader = received(resource), client_as(resource.hat)
    sent = asked(officer, referentiel=load_seed())
    with query_budget():
        at("dossier_received", dossier, reader)
    with query_budget():
        Client().get(page_of(sent.partner_link))
    with query_budget():
        at("dossier_partner_print", sent, client)
