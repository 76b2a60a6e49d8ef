"""The whole journey, from an empty database to a checked attestation, as the people who make it live it.

Written to be read: it is the shortest account of what the application does. Real browser, real server, real
worker; every page passed is free of console errors and of axe violations.
"""

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

PASSWORD = "une fraise de douze dents"
TITLE = "Technicien(ne) d’usinage sur machines outils à commande numérique"
TODAY = date.today()  # noqa: DTZ011 - the browser's own day, as a person would type it


@pytest.fixture(scope="module")
def story():
    """What one chapter leaves to the next: addresses and links."""
    return {}


def address_on(page):
    """The link printed on a page for somebody to type or photograph."""
    return re.search(r"http://127\.0\.0\.1:\d+/\S+/", page.locator("main").inner_text()).group()


def open_account(person, link):
    """Somebody follows an invitation and chooses a password."""
    person.open(link)
    person.fill("Nouveau mot de passe", PASSWORD)
    person.fill("Le même, une seconde fois", PASSWORD)
    person.press("Ouvrir mon compte")
    person.sees("Tableau de bord")


def sign_in(person, email):
    person.open("/connexion/")
    person.fill("Adresse électronique", email)
    person.fill("Mot de passe", PASSWORD)
    person.press("Se connecter")
    person.sees("Tableau de bord")


def invitation(host, path, *, email, first_name, last_name, role, **scope):
    """A host invites somebody and prints the invitation; gives the printed link."""
    host.open(path)
    host.fill("Adresse électronique", email)
    host.fill("Prénom", first_name)
    host.fill("Nom", last_name, exact=True)
    host.fill("Rôle", role)
    for label, value in scope.items():
        host.fill({"centre": "Centre d’examen", "resource_centre": "Centre de ressource"}[label], value)
    host.press("Inviter")
    if path == "/equipe/inviter/":
        row = host.page.get_by_role("row").filter(has_text=f"{first_name} {last_name}")
        host.press("Imprimer", within=row)
    else:
        host.press("Imprimer")
    return address_on(host.page)


def test_1_an_administrator_opens_the_centres(site, visitor, story):
    """From nothing: the first account at the command line, two centres, the people who will run them."""
    printed = site.manage(
        "create_administrator", "admin@exemple.fr", "--first-name", "Agathe", "--last-name", "Morel"
    )
    admin = visitor()
    open_account(admin, re.search(r"http://\S+", printed).group())

    admin.open("/centres/")
    admin.press("Ajouter un centre d’examen")
    for label, value in {
        "Nom": "UIMM Val-de-Brenne",
        "Adresse": "4 rue de la Forge",
        "Code postal": "21500",
        "Commune": "Montbard",
        "Adresse électronique": "centre@exemple.fr",
        "Téléphone": "03 80 00 00 00",
    }.items():
        admin.fill(label, value, exact=True)
    admin.press("Créer le centre")
    admin.open("/centres/")
    admin.press("Ajouter un centre de ressource")
    for label, value in {
        "Nom": "UIMM Île-de-France",
        "Adresse": "1 rue de l’Usinage",
        "Code postal": "92000",
        "Commune": "Nanterre",
        "Adresse électronique": "ressource@exemple.fr",
    }.items():
        admin.fill(label, value, exact=True)
    admin.press("Créer le centre")
    admin.open("/centres/")
    admin.press("Certifications")
    admin.page.get_by_label(TITLE).check()
    admin.press("Enregistrer")

    story["head"] = invitation(
        admin, "/comptes/inviter/", email="responsable@exemple.fr", first_name="Odile", last_name="Garcin",
        role="Responsable", centre="UIMM Val-de-Brenne",
    )  # fmt: skip
    story["resource"] = invitation(
        admin, "/comptes/inviter/", email="ressource@exemple.fr", first_name="Solène", last_name="Cormier",
        role="Membre du centre de ressource", resource_centre="UIMM Île-de-France",
    )  # fmt: skip


def test_2_the_responsable_invites_an_evaluator(visitor, story):
    """A printed invitation opens an account in two minutes, on a telephone."""
    head = visitor()
    open_account(head, story["head"])
    link = invitation(
        head, "/equipe/inviter/", email="evaluateur@exemple.fr", first_name="Gérard", last_name="Pillot", role="Évaluateur"
    )  # fmt: skip
    evaluator = visitor(width=390, height=844)
    open_account(evaluator, link)
    evaluator.sees("Aucune évaluation ne vous attend")


def test_3_a_candidate_is_registered_and_the_dossier_transmitted(visitor, story):
    """Inscription comes first; the dossier is approved by centre and company, then transmitted."""
    head = visitor()
    sign_in(head, "responsable@exemple.fr")
    head.open("/candidats/")
    head.press("Inscrire un candidat")
    for label, value in {
        "Sexe": "Féminin",
        "Nom de naissance": "Berthier",
        "Nom d’usage": "Lacoste",
        "Premier prénom": "Inès",
        "Date de naissance": "1998-05-08",
        "Commune de naissance": "Dijon",
        "Code INSEE": "21231",
        "Référentiel": TITLE,
        "Voie": "Contrat de professionnalisation",
        "Tuteur": "Laure Cassagne",
    }.items():
        head.fill(label, value)
    head.page.get_by_text("Elle n’est pas dans la liste").click()
    head.fill("Raison sociale", "Ateliers Vauzelle")
    head.fill("SIRET", "73282932000074")
    head.press("Inscrire")
    head.sees("Inès LACOSTE")
    story["candidate"] = head.page.url

    head.press("Compléter le dossier")
    head.fill(
        "Contexte", "Poste de régleuse sur centre d’usinage trois axes, pièces unitaires et petites séries."
    )
    for box in head.page.get_by_label("Situation réelle").all():
        box.check()
    head.press("Enregistrer")
    head.press("Approuver pour le centre")
    head.press("Demander l’approbation")
    head.press("Imprimer")
    company = visitor(width=390, height=844)
    company.open(address_on(head.page))
    company.fill("prénom et nom", "Laure Cassagne")
    company.press("Approuver")
    head.open(story["candidate"] + "dossier/")
    head.press("Transmettre")
    head.sees("Transmis")

    resource = visitor()
    open_account(resource, story["resource"])
    resource.open("/dossiers-recus/")
    resource.press("Inès LACOSTE")
    resource.sees("Situation réelle")
