import html
import re

import pytest
from django.urls import reverse

from accounts.models import LogEntry, Role
from accounts.tests.factories import client_as, make_membership, make_resource_centre, make_user
from referentiel.actions import create_draft
from referentiel.models import Certification
from referentiel.tests.factories import load_fictitious, load_seed, make_content, make_referentiel

pytestmark = pytest.mark.django_db

LIST = reverse("referentiel_list")


def client_of(role):
    """A browser signed in with one hat."""
    return client_as(make_membership(role).user)


def text_of(response, status=200):
    """What a page says: its words without tags, spaces made ordinary."""
    assert response.status_code == status
    body = response.content.decode().split("<main", 1)[1].split("</main>")[0]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def detail(referentiel):
    return reverse("referentiel_detail", args=[referentiel.pk])


def assignment(centre):
    return reverse("resource_centre_certifications", args=[centre.pk])


def make_draft():
    content = make_content(title="Brouillon secret", number="BROUILLON 0001")
    return create_draft(Certification.objects.create(title="Brouillon secret"), content)


# --- Who reads --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", Role.values)
def test_every_role_reads_published_versions_and_no_draft(role):
    published, draft, client = make_referentiel(title="Norme lue"), make_draft(), client_of(role)
    listed = text_of(client.get(LIST))
    assert ("Norme lue" in listed, "Brouillon secret" in listed) == (True, False)
    assert "Norme lue" in text_of(client.get(detail(published)))
    assert client.get(detail(draft)).status_code == 404


def test_a_president_without_role_reads_too():
    referentiel = make_referentiel(title="Norme lue")
    assert "Norme lue" in text_of(client_as(make_user()).get(detail(referentiel)))


def test_a_visitor_is_sent_to_sign_in(client):
    referentiel = make_referentiel()
    for url in (LIST, detail(referentiel), assignment(make_resource_centre())):
        response = client.get(url)
        assert (response.status_code, response.url) == (302, f"{reverse('account_login')}?next={url}")


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_reading_pages_take_no_writing(method):
    referentiel, client = make_referentiel(), client_of(Role.ADMINISTRATOR)
    assert [getattr(client, method)(url).status_code for url in (LIST, detail(referentiel))] == [405, 405]


# --- What they read ---------------------------------------------------------------------------------------


def test_list_says_what_each_version_is():
    load_seed()
    fictitious = load_fictitious()
    fictitious.certification.resource_centre = make_resource_centre("UIMM Essai")
    fictitious.certification.save()
    text = text_of(client_of(Role.OFFICER).get(LIST))
    assert (
        "Technicien(ne) d’usinage sur machines outils à commande numérique MQ 2014 44/92 0300 CQPM 1 publiée le"
        in text
    )
    assert "7 capacités, 30 critères aucun" in text
    assert "FICTIF 2026 9999 Fictif RNCP99999 CQPM 1 publiée le" in text
    assert "9 capacités, 36 critères UIMM Essai" in text
    assert text.index("commande numérique") < text.index("îlots robotisés")


def test_empty_list_says_what_to_do():
    assert "Aucun référentiel publié La commande « manage.py load_referentiel »" in text_of(
        client_of(Role.HEAD).get(LIST)
    )


def test_detail_prints_the_whole_referentiel_in_order():
    text = text_of(client_of(Role.EVALUATOR).get(detail(load_seed())))
    parts = [
        "I Objectif professionnel du CQPM",
        "à titre d’exemples non exhaustifs sur :",
        "L’entretien des moyens de production et de leurs outils.",
        "Pour cela, il (elle) doit être capable de :",
        "II Référentiel de certification",
        "Capacité 1 : Préparer la mise en œuvre du contrat de phase 6 critères",
        "Conditions de réalisation A partir : des documents fournis par le service méthodes",
        "1.1 Les informations relatives : à la pièce, aux opérations d’usinage, aux phases de contrôle, sont identifiées.",
        "1.5 Le programme 2D et/ou 3D réalisé en CFAO est adapté au contrat de phase, Et/ou Le programme 2D réalisé",
        "Modalités d’évaluation Évaluation en situation professionnelle réelle Ou Présentation des projets ou activités "
        "réalisés en milieu professionnel Ou Évaluation à partir d’une situation professionnelle reconstituée "
        "Et avis de l’entreprise",
        "7.6 Une méthodologie d’entretien",
        "III Conditions d’admissibilité Pour que le candidat soit déclaré admissible",
        "IV Modalités d’évaluation IV.1 Conditions de mise en œuvre",
        "par observation avec questionnements Ou avec une restitution écrite et/ou orale par le candidat",
        "2 Ou « elle »",
        "Notes de transcription 8 Numéro connu par ailleurs :",
    ]
    places = [text.find(part) for part in parts]
    assert -1 not in places
    assert places == sorted(places)


def test_detail_leads_to_each_capacity_by_its_graduation():
    referentiel = load_fictitious()
    body = client_of(Role.OFFICER).get(detail(referentiel)).content.decode()
    rule = body.split('<nav class="norm-rule"')[1].split("</nav>")[0]
    groups = [
        (int(number), group.count("<i></i>"))
        for group, number in re.findall(r"href(.*?)</span>(\d+)</span>", rule, re.S)
    ]
    assert tuple(groups) == tuple(enumerate(referentiel.shape, 1))
    assert [f'id="capacite-{number}"' in body for number in range(1, 11)] == [True] * 9 + [False]


def test_detail_shows_blocks_switches_and_missing_opinions():
    text = text_of(client_of(Role.NATIONAL).get(detail(load_fictitious())))
    blocks = [text.find(f"RNCP99999BC0{number}") for number in (1, 2, 3)]
    assert blocks == sorted(blocks)
    assert [text.count(f"RNCP99999BC0{number}") for number in (1, 2, 3)] == [1, 1, 1]
    assert "Référentiel fictif Il sert aux essais et à la démonstration" in text
    assert "Niveau 4" in text
    assert text.count("Et avis de l’entreprise") == 8


def test_detail_links_the_other_versions():
    one = make_referentiel(number="ESSAI 0500")
    two = make_referentiel(number="ESSAI 0500", version="2020")
    body = client_of(Role.OFFICER).get(detail(one)).content.decode()
    assert f'<a href="{detail(two)}">version 2020</a>' in body


def test_text_of_a_file_is_never_markup():
    content_title = "<script>alert(1)</script>"
    body = client_of(Role.OFFICER).get(detail(make_referentiel(title=content_title))).content.decode()
    assert (content_title in body, "&lt;script&gt;alert(1)" in body) == (False, True)


@pytest.mark.parametrize("versions", [1, 3])
def test_pages_cost_the_same_whatever_the_number_of_versions(versions, django_assert_num_queries):
    rows = [make_referentiel((2,) * rank, number=f"ESSAI {rank:04d}") for rank in range(1, versions + 1)]
    client = client_of(Role.OFFICER)
    with django_assert_num_queries(5):  # session, user, hats, versions, shapes
        client.get(LIST)
    with django_assert_num_queries(11):  # … version, four for its tree, its shape, the others, documents
        client.get(detail(rows[-1]))


# --- Who keeps what ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [role for role in Role.values if role != Role.ADMINISTRATOR])
def test_only_administrators_assign(role):
    certification, centre = make_referentiel().certification, make_resource_centre()
    client = client_of(role)
    posted = client.post(assignment(centre), {"certifications": [certification.pk]})
    assert (client.get(assignment(centre)).status_code, posted.status_code) == (403, 403)
    assert centre.certifications.count() == 0


def test_assignment_shows_who_keeps_what():
    centre, other = make_resource_centre("UIMM Ici"), make_resource_centre("UIMM Ailleurs")
    make_referentiel(title="À moi", number="ESSAI 0501", resource_centre=centre)
    make_referentiel(title="À l’autre", number="ESSAI 0502", resource_centre=other)
    response = client_of(Role.ADMINISTRATOR).get(assignment(centre))
    assert "À l’autre (ESSAI 0502), gardée par UIMM Ailleurs" in text_of(response)
    assert list(response.context["form"]["certifications"].value()) == [centre.certifications.get().pk]


def test_administrator_assigns():
    centre, client = make_resource_centre("UIMM Ici"), client_of(Role.ADMINISTRATOR)
    one = make_referentiel(title="Une").certification
    response = client.post(assignment(centre), {"certifications": [one.pk]}, follow=True)
    assert response.redirect_chain == [(assignment(centre), 302)]
    assert "Certifications enregistrées." in text_of(response)
    assert list(centre.certifications.all()) == [one]
    client.post(assignment(centre), {})
    assert list(centre.certifications.all()) == []


def test_unknown_certification_is_refused_and_changes_nothing():
    centre = make_resource_centre()
    kept = make_referentiel(resource_centre=centre).certification
    before = LogEntry.objects.count()
    response = client_of(Role.ADMINISTRATOR).post(assignment(centre), {"certifications": ["999999", "x"]})
    assert "« x » n’est pas une valeur correcte." in text_of(response, 422)
    assert (list(centre.certifications.all()), LogEntry.objects.count()) == ([kept], before)


def test_unknown_centre_is_not_found():
    url = reverse("resource_centre_certifications", args=[999_999])
    assert client_of(Role.ADMINISTRATOR).get(url).status_code == 404


@pytest.mark.parametrize("certifications", [1, 3])
def test_assignment_costs_the_same_whatever_the_number(certifications, django_assert_num_queries):
    centre = make_resource_centre()
    for rank in range(certifications):
        make_referentiel((1,), number=f"ESSAI {rank:04d}", resource_centre=centre)
    client = client_of(Role.ADMINISTRATOR)
    with django_assert_num_queries(7):
        client.get(assignment(centre))
