"""A class in a real browser: a spreadsheet with six mistakes of six kinds, registered in twelve clicks at most."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

CLICKS = 12
# A centre, its officer, a published référentiel; and the spreadsheet, with its mistakes then put right.
PREPARED = """
import json, sys
from datetime import date, timedelta
from accounts.models import Role
from accounts.tests.factories import PASSWORD, make_centre, make_wearer
from candidates.tests.classes import person, workbook
from referentiel.tests.factories import load_seed
officer, seed = make_wearer(Role.OFFICER, centre=make_centre("Centre des classes")), load_seed()
lines = [person(birth_date=date(2000, 1, 1) + timedelta(days=rank)) for rank in range(30)]
mistakes = {{4: {{"birth_date": "31/02/2001"}}, 8: {{"sex": "H"}}, 12: {{"birth_commune_code": 1053}},
    16: {{"email": "marie.roche@"}}, 20: {{"route": "Stage"}}}}
right = [dict(line) for line in lines]
right[24] |= {{name: lines[3][name] for name in ("birth_name", "first_name", "birth_date")}}
wrong = [line | mistakes.get(rank, {{}}) for rank, line in enumerate(right)]
open("{wrong}", "wb").write(workbook(*wrong))
open("{right}", "wb").write(workbook(*right))
print(json.dumps([officer.email, PASSWORD]))
"""


def prepared(site):
    """(e-mail, password, the file with mistakes, the file put right)."""
    wrong, right = (site.folder / name for name in ("classe.xlsx", "classe-corrigee.xlsx"))
    script = PREPARED.format(wrong=wrong, right=right)
    email, password = json.loads(site.manage("shell", "-v", "0", "-c", script).splitlines()[-1])
    return email, password, Path(wrong), Path(right)


def test_a_class_of_thirty_and_a_birth_place(site, visitor):
    email, password, wrong, right = prepared(site)
    officer = visitor()
    page, clicks = officer.page, 0
    officer.open("/connexion/")
    officer.fill("Adresse électronique", email)
    officer.fill("Mot de passe", password)
    officer.press("Se connecter")

    def click(words, *, leads=True):
        nonlocal clicks
        clicks += 1
        officer.press(words) if leads else officer.target(words).click()

    officer.open("/candidats/")
    click("Importer une classe")
    page.locator("input[type=file]").set_input_files(wrong)
    clicks += 1  # choosing the file
    page.get_by_label("Référentiel").select_option(index=1)
    clicks += 1
    click("Contrôler le fichier")
    expect(page.get_by_text("Cette date n’existe pas.")).to_be_visible()
    for words in (
        "Écrivez F ou M.",
        "Cinq caractères attendus",
        "Adresse incomplète",
        "Voie inconnue",
        "Sans doute la même personne",
    ):
        expect(page.get_by_text(words)).to_be_visible()
    officer.check()
    page.get_by_role("button", name="Autre personne").click()
    clicks += 1
    expect(page.get_by_text("Sans doute la même personne")).to_have_count(0)
    page.locator("summary", has_text="Déposer un fichier corrigé").click()
    page.locator("input[type=file]").set_input_files(right)
    clicks += 2
    click("Contrôler ce fichier")
    expect(page.get_by_role("button", name="Importer les 30 lignes")).to_be_visible()
    click("Importer les 30 lignes")
    expect(page.get_by_text("Classe importée.")).to_be_visible()
    assert clicks <= CLICKS

    officer.open("/candidats/inscrire/")
    place = page.get_by_role("combobox", name="Commune de naissance")
    place.press_sequentially("dij")
    expect(page.get_by_role("option", name="Dijon (21231)")).to_be_visible()
    officer.audit()
    place.press("ArrowDown")
    place.press("Enter")
    expect(page.get_by_label("Code INSEE de la commune de naissance")).to_have_value("21231")
    expect(place).to_have_attribute("aria-expanded", "false")
    country = page.get_by_role("combobox", name="Pays de naissance")
    country.fill("")
    country.press_sequentially("portu")
    page.get_by_role("option", name="Portugal (99139)").click()
    expect(page.get_by_label("Code INSEE de la commune de naissance")).to_have_value("99139")
    expect(place).to_have_value("Dijon")
    place.fill("")
    place.press_sequentially("lyo")
    proposed = page.locator("[role=listbox] [role=option]")
    expect(proposed.first).to_be_visible()
    place.press("Escape")
    expect(proposed).to_have_count(0)
    expect(place).to_have_value("lyo")
