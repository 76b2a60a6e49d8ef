"""All the tutors of a class written to, in a real browser: three clicks from the page of the class."""

import json

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

CLICKS = 3
PREPARED = """
import json
from accounts.models import Role
from accounts.tests.factories import PASSWORD, make_centre, make_resource_centre, make_wearer
from candidates.tests.factories import make_cohort, make_registration
from evaluations.actions.letter import keep_letter_template
from referentiel.tests.factories import make_referentiel
officer = make_wearer(Role.OFFICER, centre=make_centre("Centre des lettres"))
referentiel = make_referentiel(resource_centre=make_resource_centre())
made = [
    make_registration(referentiel=referentiel, by=officer, who={"birth_name": "Candidat" + letter},
                      tutor_name="Tuteur " + letter.upper(), tutor_email=email)
    for letter, email in zip("abc", ("a@exemple.fr", "", "c@exemple.fr"))
]
cohort = make_cohort(*made, by=officer)
keep_letter_template(centre=officer.hat.centre, name="Bienvenue aux tuteurs", audience="tutor",
                     subject="Bienvenue", body="Merci d’accompagner {prénom} {nom}.", by=officer)
print(json.dumps([officer.email, PASSWORD, f"/promotions/{cohort.pk}/"]))
"""


def test_all_the_tutors_of_a_class_are_written_to(site, visitor):
    email, password, cohort = json.loads(site.manage("shell", "-v", "0", "-c", PREPARED).splitlines()[-1])
    officer = visitor()
    page, clicks = officer.page, 0
    officer.open("/connexion/")
    officer.fill("Adresse électronique", email)
    officer.fill("Mot de passe", password)
    officer.press("Se connecter")
    officer.open(cohort)

    page.locator(".page-actions").get_by_role("button", name="Écrire").click()
    clicks += 1
    expect(page.get_by_role("heading", name="Modèles du centre")).to_be_visible()
    officer.audit()
    # A field of the list goes where the cursor is; the text of the centre then replaces what was typed.
    page.get_by_label("Texte", exact=True).fill("Bonjour ")
    page.get_by_role("button", name="{prénom}").click()
    expect(page.get_by_label("Texte", exact=True)).to_have_value("Bonjour {prénom}")

    page.get_by_role("button", name="Prendre Bienvenue aux tuteurs").click()
    clicks += 1
    expect(page.get_by_role("heading", name="Première lettre")).to_be_visible()
    expect(page.get_by_text("Merci d’accompagner Léo CANDIDATA.")).to_be_visible()
    officer.audit()
    page.get_by_role("button", name="Envoyer 2 courriels").click()
    clicks += 1
    expect(page.get_by_role("heading", name="2 courriels, 1 lettre à imprimer")).to_be_visible()
    expect(page.get_by_role("button", name="Annuler")).to_have_count(0)
    officer.audit()
    assert clicks <= CLICKS
