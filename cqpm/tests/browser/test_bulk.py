"""Eight candidates placed in a commission and convened, in a real browser: twelve clicks at most."""

import json

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

CLICKS = 12
PREPARED = """
import json
from datetime import timedelta
from accounts.models import Role
from accounts.tests.factories import PASSWORD, make_centre, make_resource_centre, make_wearer
from cqpm.utils.french import today
from evaluations.tests.factories import make_commission, seat_members, with_dossier
from referentiel.tests.factories import make_referentiel
officer = make_wearer(Role.OFFICER, centre=make_centre("Centre des sélections"))
referentiel = make_referentiel(resource_centre=make_resource_centre())
for rank in range(8):
    with_dossier(referentiel, centre=officer.hat.centre, who={"birth_name": "Candidat" + "abcdefgh"[rank]})
commission = make_commission(officer.hat.centre, held_on=today() + timedelta(days=9), minutes=240, by=officer)
seat_members(commission, by=officer)
print(json.dumps([officer.email, PASSWORD]))
"""


def test_eight_candidates_are_placed_and_convened(site, visitor):
    email, password = json.loads(site.manage("shell", "-v", "0", "-c", PREPARED).splitlines()[-1])
    officer = visitor()
    page, clicks = officer.page, 0
    officer.open("/connexion/")
    officer.fill("Adresse électronique", email)
    officer.fill("Mot de passe", password)
    officer.press("Se connecter")
    officer.open("/candidats/")

    # Shift takes a range, the bar says how many, F6 leads to it.
    boxes = page.locator("tbody .col-check input")
    bar = page.get_by_role("region", name="Actes sur la sélection")
    expect(bar).to_be_hidden()
    boxes.nth(1).click()
    boxes.nth(4).click(modifiers=["Shift"])
    expect(bar).to_contain_text("4 sélectionnés")
    page.keyboard.press("F6")
    expect(bar.get_by_role("button", name="Placer en commission")).to_be_focused()
    # What is ticked stays so under another filter, and is said.
    officer.open("/candidats/?q=candidata")
    expect(boxes).to_have_count(1)
    officer.open("/candidats/?q=candidath")
    expect(bar).to_contain_text("hors de cette page")
    bar.get_by_role("button", name="Tout désélectionner").click()
    expect(bar).to_be_hidden()
    officer.open("/candidats/")
    expect(bar).to_be_hidden()

    page.get_by_label("Tous les candidats de la page").click()
    clicks += 1
    expect(bar).to_contain_text("8 sélectionnés")
    officer.audit()
    bar.get_by_role("button", name="Placer en commission").click()
    clicks += 1
    expect(page.get_by_role("heading", name="Seront placés")).to_be_visible()
    expect(page.get_by_label("Heure de CANDIDATH")).to_have_value("12\u00a0h\u00a030")
    officer.audit()
    page.get_by_role("button", name="Placer 8 candidats").click()
    clicks += 1
    expect(page.get_by_role("heading", name="8 candidats placés")).to_be_visible()
    officer.audit()
    page.get_by_role("link", name="Préparer les convocations").click()
    clicks += 1
    expect(page.get_by_text("rien n’est encore parti")).to_be_visible()
    page.locator(".act-bar .btn-primary").click()
    clicks += 1
    expect(page.get_by_role("alert").or_(page.get_by_role("status")).first).to_be_visible()
    assert clicks <= CLICKS
