"""The score sheet in a real browser: what is typed is saved at once, or waits in sight; nothing is lost."""

import json

import pytest
from playwright.sync_api import expect

from cqpm.tests.browser.conftest import PATIENCE

pytestmark = pytest.mark.browser

SHEETS = 6
# One evaluator and one open sheet of the seed's référentiel for each test, in one line of JSON.
OPEN_SHEETS = """
import json
from accounts.tests.factories import PASSWORD, make_centre, make_user
from evaluations.tests.factories import make_evaluator, make_open_sheet, with_dossier
from referentiel.tests.factories import load_seed
centre, sheets = make_centre("Centre des grilles"), []
for rank in range({count}):
    evaluator = make_evaluator(centre, user=make_user(f"grille-{{rank}}@exemple.fr"))
    sheet = make_open_sheet(with_dossier(load_seed(), centre=centre), evaluator=evaluator)
    sheets.append([evaluator.email, PASSWORD, str(sheet.pk)])
print(json.dumps(sheets))
"""
# What a page fresh from the server shows of capacity 1: the criteria answered or commented.
SHOWN = """forms => forms.map(form => [
    form.querySelector(".crit-no").textContent,
    form.querySelector("[name=value]:checked")?.value ?? "",
    form.querySelector("[name=comment]").value,
]).filter(([, value, comment]) => value || comment)"""


class Evaluator:
    """The evaluator at the tablet. Refusals and conflicts show on the console: only scripts in error are noted."""

    def __init__(self, browser, site, email, password, pk):
        self.site, self.email, self.password, self.pk = site, email, password, pk
        self.context = browser.new_context(
            base_url=site.url, viewport={"width": 768, "height": 1024}, locale="fr-FR"
        )
        self.context.set_default_timeout(PATIENCE)
        expect.set_options(timeout=PATIENCE)
        self.errors = []
        self.page = self.tab()
        self.sign_in(self.page)
        self.page.goto(self.path)

    @property
    def path(self):
        return f"/grilles/{self.pk}/"

    def tab(self):
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        return page

    def sign_in(self, page):
        page.goto("/connexion/")
        page.get_by_label("Adresse électronique").fill(self.email)
        page.get_by_label("Mot de passe").first.fill(self.password)
        with page.expect_navigation():
            page.get_by_role("button", name="Se connecter").click()

    def criterion(self, number, page=None):
        return (page or self.page).locator("form.crit", has_text=f"1.{number}").first

    def answer(self, number, words, page=None):
        self.criterion(number, page).get_by_text(words, exact=True).click()

    def pill(self, words):
        expect(self.page.locator("#etat")).to_contain_text(words)

    def stored(self):
        """What the server holds, read in a tab of its own."""
        page = self.tab()
        page.goto(self.path)
        shown = page.locator("details.cap").first.locator("form.crit").evaluate_all(SHOWN)
        page.close()
        return shown


@pytest.fixture(scope="module")
def open_sheets(request, site):
    """A sheet for each test of this module, made at once: the factories number from 1 in each process."""
    return json.loads(
        site.manage("shell", "-v", "0", "-c", OPEN_SHEETS.format(count=SHEETS)).splitlines()[-1]
    )


@pytest.fixture
def evaluator(chromium, site, open_sheets):
    evaluator = Evaluator(chromium, site, *open_sheets.pop())
    yield evaluator
    evaluator.context.close()
    assert evaluator.errors == []


def test_answers_are_saved_as_they_are_given(evaluator):
    page = evaluator.page
    expect(evaluator.criterion(1).get_by_role("button", name="Enregistrer")).to_be_hidden()
    evaluator.answer(1, "Acquis")
    expect(page.locator("#total")).to_have_text("1 sur 30")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("2")
    expect(page.locator("#total")).to_have_text("2 sur 30")
    evaluator.criterion(2).locator("summary").click()
    evaluator.criterion(2).locator("textarea").press_sequentially("Cote oubliée")
    evaluator.pill("Enregistré")
    expect(evaluator.criterion(2).locator("textarea")).to_be_focused()
    evaluator.answer(5, "Acquis")
    expect(evaluator.criterion(5).get_by_role("alert")).to_contain_text("Cochez la branche appliquée")
    evaluator.pill("Une saisie à reprendre")
    evaluator.criterion(5).get_by_role("checkbox").nth(1).check()
    expect(page.locator("#total")).to_have_text("3 sur 30")
    evaluator.pill("Enregistré")
    assert evaluator.stored() == [["1.1", "met", ""], ["1.2", "not_met", "Cote oubliée"], ["1.5", "met", ""]]


def test_without_network_answers_wait_in_sight_then_go(evaluator):
    evaluator.context.set_offline(True)
    evaluator.answer(1, "Acquis")
    evaluator.answer(2, "Non observé")
    evaluator.pill("En attente (2)")
    evaluator.criterion(3).locator("summary").click()
    evaluator.criterion(3).locator("textarea").fill("Sans réseau")
    evaluator.pill("En attente (3)")
    expect(evaluator.page.locator("#total")).to_have_text("0 sur 30")
    evaluator.context.set_offline(False)
    evaluator.pill("Enregistré")
    assert evaluator.stored() == [["1.1", "met", ""], ["1.2", "not_observed", ""], ["1.3", "", "Sans réseau"]]


def test_leaving_with_something_unsaved_asks_first(evaluator):
    asked = []
    evaluator.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    evaluator.context.set_offline(True)
    evaluator.answer(1, "Acquis")
    evaluator.pill("En attente (1)")
    evaluator.context.set_offline(False)
    evaluator.page.reload()
    assert asked == ["beforeunload"]


def test_a_session_that_ends_loses_nothing(evaluator):
    cookies = [row for row in evaluator.context.cookies() if row["name"] != "sessionid"]
    evaluator.context.clear_cookies()
    evaluator.context.add_cookies(cookies)
    evaluator.answer(1, "Acquis")
    evaluator.pill("Session expirée : reconnectez-vous dans un autre onglet.")
    other = evaluator.tab()
    evaluator.sign_in(other)
    other.close()
    evaluator.pill("Enregistré")
    assert evaluator.stored() == [["1.1", "met", ""]]


def test_two_tabs_choose_between_both_values(evaluator):
    other = evaluator.tab()
    other.goto(evaluator.path)
    evaluator.answer(1, "Acquis")
    evaluator.pill("Enregistré")
    evaluator.answer(1, "Non acquis", other)
    expect(other.get_by_text("deux saisies différentes")).to_be_visible()
    assert evaluator.stored() == [["1.1", "met", ""]]
    other.get_by_role("button", name="Retenir « non acquis »").click()
    expect(evaluator.criterion(1, other).locator("input:checked")).to_have_value("not_met")
    assert evaluator.stored() == [["1.1", "not_met", ""]]


def test_the_submission_waits_for_what_is_being_saved(evaluator):
    page = evaluator.page
    for number in range(1, 31):
        page.locator(".sheet-foot").get_by_role("link", name="Critère suivant").click()
        page.keyboard.press("3")
        expect(page.locator("#total")).to_have_text(f"{number} sur 30")
    for label in ("Observation en situation de travail", "Questionnements"):
        page.get_by_label(label).fill("Ce qui a été vu.")
    page.get_by_label("Éléments de preuve apportés par le candidat").fill("Relevé de contrôle.")
    expect(page.locator(".sheet-foot")).to_contain_text("Tout est saisi")
    evaluator.criterion(1).evaluate("form => form.closest('details').open = true")
    evaluator.criterion(1).locator("summary").click()
    evaluator.criterion(1).locator("textarea").fill("Dernier mot.")
    with page.expect_navigation():
        page.get_by_role("button", name="Remettre").click()
    expect(page.get_by_text("Remise par")).to_be_visible()
    expect(page.locator(".crit").first).to_contain_text("Dernier mot.")
    assert evaluator.stored() == []  # nothing is left to write on


# The printed access of a candidate whose report is awaited.
AWAITED_REPORT = """
from itertools import count
from accounts.actions import print_space_link
from accounts.links import url
from accounts.tests import factories
factories.numbers = count(500)  # the addresses of the sheets' people are taken
from accounts.tests.factories import make_centre
from candidates.models.partners import CANDIDATE_SPACE
from evaluations.tests.factories import make_presentation, with_dossier
from referentiel.models import Method
from referentiel.tests.factories import load_seed
registration = with_dossier(load_seed(), centre=make_centre(), methods=[Method.PROJECT])
make_presentation(registration)
print(url(print_space_link(space=CANDIDATE_SPACE, subject=registration.candidate, holder="Léo",
    centre=registration.centre, by=None)))
"""


def test_a_report_cut_off_is_sent_again_without_choosing_it_again(site, visitor, tmp_path):
    """And a session that closes meanwhile loses nothing either: it is opened again in another tab."""
    address = site.manage("shell", "-v", "0", "-c", AWAITED_REPORT).split()[-1]
    candidate = visitor(width=390)
    page, context = candidate.page, candidate.context
    report = tmp_path / "Mon rapport.pdf"
    report.write_bytes(b"%PDF-1.7\n" + b"0" * 300_000)
    candidate.open(address)
    candidate.press("Ouvrir mon espace")
    page.locator("input[type=file]").set_input_files(report)
    context.set_offline(True)
    page.get_by_role("button", name="Envoyer mon rapport").click()
    expect(page.get_by_text("La connexion a été coupée.")).to_be_visible()
    candidate.audit()
    context.set_offline(False)
    expect(page.get_by_text("Mon rapport.pdf")).to_be_visible()
    report.write_bytes(b"%PDF-1.7\n" + b"1" * 300_000)
    page.locator("input[type=file]").set_input_files(report)
    other = context.new_page()
    other.goto("/mon-parcours/")
    other.get_by_role("button", name="Quitter").click()
    page.get_by_role("button", name="Envoyer une nouvelle version").click()
    expect(page.get_by_text("Votre espace s’est refermé.")).to_be_visible()
    other.goto(address)
    other.get_by_role("button", name="Ouvrir mon espace").click()
    page.get_by_role("button", name="Réessayer maintenant").click()
    versions = page.get_by_role("link", name="Relire la version")
    expect(versions).to_have_count(2)
    candidate.complaints.clear()  # the cut and the refusal were on the console
