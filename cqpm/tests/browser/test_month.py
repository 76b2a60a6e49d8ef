"""A centre's month by the class, in a real browser: what its staff does, and in how many clicks."""

import json
import re
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from cqpm.utils.french import long_day
from cqpm.utils.holidays import working_day

pytestmark = pytest.mark.browser

# A centre, its staff, three evaluators, a class of eight whose dossiers are transmitted; two candidates a commission
# of today has heard and decided; one dossier that is late.
PREPARED = """
import json
from datetime import timedelta
from accounts.models import Role
from accounts.tests.factories import PASSWORD, make_centre, make_resource_centre, make_user, make_wearer
from candidates.tests.factories import make_cohort, make_registration
from cqpm.utils.french import today
from evaluations.tests.factories import (
    decide_all, hear, make_evaluated_registration, make_evaluator, make_session, with_dossier
)
from referentiel.tests.factories import make_referentiel
officer = make_wearer(Role.OFFICER, centre=make_centre("Centre du mois"))
centre, referentiel = officer.hat.centre, make_referentiel(resource_centre=make_resource_centre())
names = [("Yves", "Roche"), ("Line", "Morvan"), ("Théo", "Guyard"), ("Luc", "Maréchal")]
staff = [make_evaluator(centre, user=make_user(first_name=first, last_name=last)) for first, last in names]
rows = [
    with_dossier(referentiel, centre=centre, who={"birth_name": "Candidat" + "abcdefgh"[rank]}) for rank in range(8)
]
make_cohort(*rows, by=officer, name="Usinage 2026")
fresh = [make_registration(centre, referentiel, who={"birth_name": "Nouveau" + "abc"[rank]}) for rank in range(3)]
make_cohort(*fresh, by=officer, name="Usinage 2027")
make_registration(centre, referentiel, who={"birth_name": "Tardif"}, registered_on=today() - timedelta(days=70))
heard = [make_evaluated_registration(referentiel, centre=centre, who={"birth_name": name}) for name in ("Ozanne", "Pernot")]
session = make_session(*heard)
for row in heard:
    hear(session, row)
    decide_all(session, row)
president = session.members.get(is_president=True).user
print(json.dumps([officer.email, president.email, PASSWORD, str(session.pk)]))
"""


def test_a_month(site, visitor):
    """One month, told in order."""
    words = site.manage("shell", "-v", "0", "-c", PREPARED).splitlines()[-1]
    story = SimpleNamespace(visitor=visitor)
    begin(story, json.loads(words))
    for chapter in CHAPTERS:
        chapter(story)


def begin(story, prepared):
    officer, president, story.password, story.session = prepared
    story.officer, story.president = story.visitor(), story.visitor()
    sign_in(story, story.officer, officer)
    sign_in(story, story.president, president)


def sign_in(story, person, email):
    person.open("/connexion/")
    person.fill("Adresse électronique", email)
    person.fill("Mot de passe", story.password)
    person.press("Se connecter")


def the_late_dossiers(story):
    officer = story.officer
    officer.open("/")
    with officer.takes(4):
        officer.press("Candidats")
        officer.press("Plus de filtres")
        officer.fill("Retard", "En retard")
        officer.press("Filtrer")
    expect(officer.page.locator("tbody tr")).to_have_count(1)
    officer.sees("TARDIF")


def tick_class(officer, name):
    """Everybody of a class; gives the bar of acts."""
    officer.open("/candidats/")
    officer.press("Promotions")
    officer.press(name)
    officer.clicks += 1
    officer.page.get_by_label("Tous les candidats de la page").click()
    return officer.page.get_by_role("region", name="Actes sur la sélection")


def a_class_has_its_dossiers(story):
    """Copied from a model, then the approvals asked for; one is adjusted between the two."""
    officer = story.officer
    with officer.takes(6):  # two of them to come to the class
        bar = tick_class(officer, "Usinage 2027")
        officer.unfold("Autres actes", within=bar)
        officer.press("Copier un dossier de modalités", within=bar)
        officer.press(re.compile("^Copier pour 3"))
    officer.sees("3 dossiers copiés")
    with officer.takes(2):
        officer.press("Demander les accords")
        officer.press(re.compile("^Demander pour 3"))
    officer.sees("3 dossiers présentés")


def send(person):
    """The second press of a preview."""
    person.sees("rien n’est encore parti")
    person.press("Envoyer")


def evaluations_are_planned_and_convened(story):
    """For the class, one after the other; candidates, tutors and the evaluator are written to together."""
    officer, day = story.officer, working_day(9)
    with officer.takes(14):  # three of them to come to the class, five to say by whom, when and where
        bar = tick_class(officer, "Usinage 2026")
        officer.unfold("Autres actes", within=bar)
        officer.press("Prévoir une évaluation", within=bar)
        for label, value in {
            "Évaluateur": "Luc Maréchal",
            "Date": day.isoformat(),
            "Où": "Ailleurs : écrire le lieu",
            "Lieu": "Atelier, Montbard",
            "Pauses": "12 h – 13 h 30",
        }.items():
            officer.fill(label, value)
        officer.press("Continuer")
        officer.press("Prévoir pour 8 candidats")
        officer.sees("8 évaluations prévues")
        officer.press("Préparer les convocations")
        for name in ("Laure Cassagne", "Luc Maréchal"):
            officer.sees(name)
        officer.sees("24 courriels partent")
        send(officer)
    officer.sees("8 évaluations prévues")
    officer.press("C1 et C2, Atelier, Montbard")
    story.evaluation = officer.page.url
    expect(officer.page.locator("#t-lettres ~ table tbody tr, .beside-letter tbody tr")).to_have_count(3)


def one_moves_and_is_announced_again(story):
    """Only those it concerns are written to; each letter says which one it replaces."""
    officer, day = story.officer, working_day(12)
    officer.open(story.evaluation)
    officer.press("Modifier")
    officer.fill("Date", day.isoformat())
    officer.press("Enregistrer")
    officer.sees(re.compile(long_day(day), re.IGNORECASE))
    officer.press("Convoquer")
    officer.sees("annule et remplace")
    send(officer)


def an_evaluator_declines(story):
    """By the link of the letter, without an account; the centre reads it."""
    officer, evaluator = story.officer, story.visitor(width=390, height=844)
    officer.open(story.evaluation)
    row = officer.page.locator("tr", has_text="Luc Maréchal").first
    officer.press("Lire", within=row)
    officer.press("Suivre ce courriel")
    link = re.search(r"http://\S+/reponse/\S+/", officer.page.locator("main").inner_text()).group()
    evaluator.page.goto(link)
    evaluator.check()
    evaluator.choose("Je ne viens pas", within=evaluator.page.locator("form"))
    evaluator.fill("Motif, s’il aide le centre", "Réunion de production.")
    evaluator.press("Répondre")
    evaluator.sees("Vous ne venez pas")
    officer.open(story.evaluation)
    officer.sees("Réunion de production.")


def a_commission_is_prepared(story):
    officer, day = story.officer, working_day(16)
    officer.open("/commissions/nouvelle/")
    plan_sitting(officer, day, starts_at="09:00", minutes="4 h", place="Salle 2, Montbard")
    officer.press("Préparer", exact=True)
    story.commission = officer.page.url
    for name in ("Yves Roche", "Line Morvan"):
        add_member(officer, name)


def it_is_filled_by_ticking(story):
    officer = story.officer
    with officer.takes(7):
        bar = tick_class(officer, "Usinage 2026")
        officer.press("Placer en commission", within=bar)
        officer.press("Placer 8 candidats")
        officer.sees("8 candidats placés")
        officer.press("Préparer les convocations")
        send(officer)


def plan_sitting(officer, day, *, starts_at, minutes, place):
    officer.fill("Date", day.isoformat())
    officer.fill("Heure de début", starts_at)
    officer.fill("Durée prévue", minutes)
    officer.fill("Lieu", place)


def add_member(officer, name):
    panel = officer.page.locator("section", has=officer.page.locator("#t-membres"))
    if not panel.locator("details[open]").count():
        officer.unfold("Ajouter un évaluateur du centre", within=panel)
    form = panel.locator("details", has_text="Ajouter un évaluateur du centre")
    officer.fill("Évaluateur", name, within=form)
    officer.fill("Qualité", "Formateur", within=form)
    officer.press("Ajouter", within=form, exact=True)


def a_member_is_replaced(story):
    officer = story.officer
    officer.open(story.commission)
    with officer.takes(8):
        row = officer.page.locator("tr", has_text="Line Morvan").first
        officer.clicks += 1
        row.locator("summary").click()
        officer.press("Retirer et annuler sa convocation", within=row)
        add_member(officer, "Théo Guyard")
        officer.press(re.compile("^Convoquer"))
        officer.sees("Théo Guyard")
        send(officer)


def the_eight_move_together(story):
    officer, day = story.officer, working_day(20)
    officer.open(story.commission)
    with officer.takes(5):
        officer.press("Modifier")
        officer.fill("Date", day.isoformat())
        officer.press("Enregistrer")
        officer.press(re.compile("^Convoquer"))
        send(officer)
    officer.sees(re.compile(long_day(day), re.IGNORECASE))


def its_papers_are_printed(story):
    officer = story.officer
    officer.open(story.commission)
    with officer.takes(1):  # the order of passage is its list
        officer.press("Émargement")
    expect(officer.page.get_by_text("CANDIDATH").first).to_be_visible()
    officer.open(story.commission)
    with officer.takes(2):
        officer.press(re.compile("^Lettres"))
        officer.press("Lire", within=officer.page.locator("tr", has_text="CANDIDATA").first)
    expect(officer.page.get_by_role("button", name="Imprimer")).to_be_visible()


def the_synthesis_is_frozen_at_closing(story):
    president = story.president
    president.open(f"/commissions/{story.session}/")
    with president.takes(3):
        president.press("Ouvrir la séance")
        president.unfold("Clore la commission")
        president.press("Clore", exact=True)
    officer = story.officer
    officer.open(f"/commissions/{story.session}/")
    officer.sees("Fiche de synthèse")
    download = officer.page.get_by_role("link", name="Télécharger")
    expect(download).to_be_visible()


def a_jury_is_prepared(story):
    officer = story.officer
    officer.open("/jurys/preparer/")
    plan_sitting(officer, working_day(25), starts_at="14:00", minutes="3 h", place="Salle Buffon")
    officer.press("Préparer le jury")
    officer.open("/candidats/?etape=deliberation")
    officer.page.get_by_label("Tous les candidats de la page").click()
    bar = officer.page.get_by_role("region", name="Actes sur la sélection")
    officer.press("Ajouter à un jury", within=bar)
    officer.press("Ajouter 2 candidats")
    officer.sees("2 candidats ajoutés")
    officer.press("Voir le jury")
    officer.page.get_by_label("Tout l’ordre du jour").click()
    officer.page.keyboard.press("F6")
    officer.page.keyboard.press("Enter")  # on «Écrire»
    officer.sees("2 sélectionnés")


CHAPTERS = [
    the_late_dossiers,
    a_class_has_its_dossiers,
    evaluations_are_planned_and_convened,
    one_moves_and_is_announced_again,
    an_evaluator_declines,
    a_commission_is_prepared,
    it_is_filled_by_ticking,
    a_member_is_replaced,
    the_eight_move_together,
    its_papers_are_printed,
    the_synthesis_is_frozen_at_closing,
    a_jury_is_prepared,
]
