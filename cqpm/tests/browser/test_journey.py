"""The whole journey, from an empty database to a checked attestation, as the people who make it live it.

Written to be read: it is the shortest account of what the application does. Real browser, real server, real
worker; every page passed is free of console errors and of axe violations, and light.
"""

import re
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from cqpm.utils.french import today
from cqpm.utils.holidays import day_off

pytestmark = pytest.mark.browser

PASSWORD = "une fraise de douze dents"
TITLE = "Technicien(ne) d’usinage sur machines outils à commande numérique"
JURY = ("Claire Vasseur", "Hugo Lemoine", "Farid Benali", "Nadège Roux")  # two employers, two unions
NUMBER = "MQ 2014 44/92 0300"


class Story(SimpleNamespace):
    """What one chapter leaves to the next: people before their screens, addresses, links."""

    def __init__(self, site, visitor):
        super().__init__(site=site, visitor=visitor)


def test_journey(site, visitor):
    """One story, told in order."""
    story = Story(site, visitor)
    for chapter in CHAPTERS:
        chapter(story)


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


def fill_in(person, fields):
    """A form, from labels to values."""
    for label, value in fields.items():
        person.fill(label, value)


def plan_today(person, action, *, place, at, hour="Heure", twice=False, **fields):
    """A sitting or an evaluation of today; a Sunday or a public holiday is asked about first."""
    fill_in(person, {"Date": today().isoformat(), hour: at, "Lieu": place, **fields})
    if off := day_off(today()):
        person.press(action, exact=True, refused=True)
        person.fill(f"Convenir quand même de ce jour : {off}", True)
    person.press_twice(action) if twice else person.press(action, exact=True)


def send_previewed(person):
    """The second press: letters have been read before they leave, or are printed."""
    person.sees("rien n’est encore parti")
    with person.page.expect_navigation():
        person.page.locator(".act-bar .btn-primary").click()
    person.check()


def invite(host, path, fields):
    """A host invites somebody, then prints the invitation; gives the printed link."""
    host.open(path)
    fill_in(host, fields)
    host.press("Inviter", exact=True)
    if path.startswith("/comptes/"):
        host.press(fields["Nom"])
    host.press("Imprimer")
    return address_on(host.page)


# --- From nothing to two centres and their people -----------------------------------------------------------


def an_administrator_opens_the_centres(story):
    """The first account comes from the command line; it makes two centres and invites those who will run them."""
    printed = story.site.manage(
        "create_administrator", "admin@exemple.fr", "--first-name", "Agathe", "--last-name", "Morel"
    )
    admin = story.admin = story.visitor()
    open_account(admin, re.search(r"http://\S+", printed).group())

    admin.open("/centres/")
    admin.press("Créer un centre d’examen")
    fill_in(
        admin,
        {
            "Nom": "UIMM Val-de-Brenne",
            "Adresse": "4 rue de la Forge",
            "Code postal": "21500",
            "Commune": "Montbard",
            "Adresse électronique": "centre@exemple.fr",
            "Téléphone": "03 80 00 00 00",
        },
    )
    admin.press("Enregistrer")
    admin.press("Créer un centre de ressource")
    fill_in(
        admin,
        {
            "Nom": "UIMM Île-de-France",
            "Adresse": "1 rue de l’Usinage",
            "Code postal": "92000",
            "Commune": "Nanterre",
            "Adresse électronique": "ressource@exemple.fr",
        },
    )
    admin.press("Enregistrer")
    admin.press("Certifications")
    admin.fill(f"{TITLE} ({NUMBER})", True)
    admin.press("Enregistrer")

    story.head_link = invite(
        admin,
        "/comptes/inviter/",
        {
            "Rôle": "Responsable",
            "Centre d’examen": "UIMM Val-de-Brenne",
            "Prénom": "Odile",
            "Nom": "Garcin",
            "Adresse électronique": "responsable@exemple.fr",
        },
    )
    story.resource_link = invite(
        admin,
        "/comptes/inviter/",
        {
            "Rôle": "Membre du centre de ressource",
            "Centre de ressource": "UIMM Île-de-France",
            "Prénom": "Solène",
            "Nom": "Cormier",
            "Adresse électronique": "ressource@exemple.fr",
        },
    )


def a_responsable_invites_an_evaluator(story):
    """A printed invitation opens an account in a minute, on a telephone."""
    head = story.head = story.visitor()
    open_account(head, story.head_link)
    link = invite(
        head,
        "/equipe/inviter/",
        {
            "Rôle": "Évaluateur",
            "Prénom": "Gérard",
            "Nom": "Pillot",
            "Adresse électronique": "evaluateur@exemple.fr",
            "Employeur": "Pillot Conseil",
            "SIREN de l’employeur": "552 100 554",
        },
    )
    evaluator = story.evaluator = story.visitor(width=390, height=844)
    open_account(evaluator, link)
    resource = story.resource = story.visitor()
    open_account(resource, story.resource_link)


# --- Inscription and dossier de modalités ------------------------------------------------------------------------


def a_candidate_is_registered(story):
    """Inscription comes first: civil identity as on the identity card, company and tutor around it."""
    head = story.head
    head.open("/candidats/")
    head.press("Inscrire un candidat")
    head.unfold("L’entreprise n’est pas dans la liste")
    fill_in(
        head,
        {
            "Féminin": True,
            "Nom de naissance": "Berthier",
            "Nom d’usage": "Lacoste",
            "Premier prénom": "Inès",
            "Date de naissance": "1998-05-08",
            "Commune de naissance": "Dijon",
            "Code INSEE de la commune de naissance": "21231",
            "Référentiel": f"CQPM {TITLE}, {NUMBER}, version 1",
            "Voie": "Contrat de professionnalisation",
            "Raison sociale": "Ateliers Vauzelle",
            "SIRET": "73282932000074",
            "Tuteur": "Laure Cassagne",
        },
    )
    head.press("Inscrire", exact=True)
    head.sees("Inès LACOSTE")
    story.candidate = head.page.url


def the_dossier_is_approved_and_transmitted(story):
    """Centre and company choose how each capacity is evaluated; the centre de ressource receives it."""
    head = story.head
    head.open(story.candidate)
    head.press("Compléter le dossier")
    # A blocked button leads to what is missing.
    head.target("Approuver pour le centre").click(force=True)
    expect(head.page.locator(":focus")).to_have_text("Contexte : à décrire.")
    head.fill("Contexte", "Régleuse sur centre d’usinage trois axes, pièces unitaires et petites séries.")
    for box in head.page.get_by_label("Évaluation en situation professionnelle réelle").all():
        box.check()
    head.press("Enregistrer")
    head.press("Approuver pour le centre")
    head.press("Demander sur papier")
    link = address_on(head.page)

    tutor = story.visitor(width=390, height=844)
    tutor.open(link)
    tutor.fill("Vos prénom et nom", "Laure Cassagne")
    tutor.press("Approuver le dossier")
    tutor.sees("Dossier approuvé")

    head.open(story.candidate + "dossier/")
    head.press("Transmettre")
    head.sees("Transmis le")

    resource = story.resource
    resource.open("/dossiers-recus/")
    resource.press("LACOSTE")
    resource.sees("Évaluation en situation professionnelle réelle")


# --- The three bases: evaluation, avis de l'entreprise, entretien -------------------------------------------------


def the_evaluator_fills_in_the_sheet(story):
    """Thirty criteria on a tablet, saved one by one, beside the conditions de réalisation."""
    head = story.head
    head.open(story.candidate)
    head.press("Prévoir une évaluation")
    plan_today(
        head, "Prévoir l’évaluation", at="07:00", place="Ateliers Vauzelle", Évaluateur="Gérard Pillot"
    )
    evaluation = head.page.url

    evaluator = story.evaluator = story.visitor(width=768, height=1024)
    sign_in(evaluator, "evaluateur@exemple.fr")
    evaluator.open(evaluation)
    evaluator.press("Ouvrir l’évaluation")
    sheet = evaluator.page
    for capacity in sheet.locator("details.cap").all()[1:]:
        capacity.locator("> summary").click()
    sheet.locator(".alt-way input").first.check()  # the first branch of «Et/ou»
    criteria = sheet.locator("form.crit")
    for criterion in criteria.all():
        evaluator.choose("Acquis", within=criterion)
    expect(sheet.locator("#total")).to_have_text("30 sur 30")
    # A criterion not met, and why; the last word is the evaluator's until the sheet is submitted.
    last = criteria.last
    evaluator.choose("Non acquis", within=last)
    evaluator.unfold("Commentaire", within=last)
    last.get_by_role("textbox").fill("Graissage oublié, refait aussitôt sur remarque.")
    evaluator.choose("Acquis", within=last)
    fill_in(
        evaluator,
        {
            "Observation en situation de travail": "Série de dix paliers, de la préparation au contrôle.",
            "Questionnements": "Choix des conditions de coupe, réaction à une dérive de cote : réponses justes.",
            "Éléments de preuve apportés par le candidat": "Contrat de phase annoté, relevés de contrôle.",
        },
    )
    sheet.locator("h1").click()  # away from the last field
    expect(sheet.locator("#etat")).to_contain_text("Enregistré à")
    evaluator.open(sheet.url)
    expect(sheet.get_by_label("Éléments de preuve apportés par le candidat")).to_have_value(
        "Contrat de phase annoté, relevés de contrôle."
    )
    evaluator.press("Remettre", exact=True)
    evaluator.sees("Remise par Gérard Pillot")


def the_company_gives_its_opinion(story):
    """By a link, on a telephone, capacity by capacity; reading changes nothing, sending is final."""
    head = story.head
    head.open(story.candidate)
    head.press("Demander l’avis")
    head.fill("Courriel de l’interlocuteur", "l.cassagne@exemple.fr")
    head.press("Envoyer la demande")
    opinion = head.page.url
    head.press("Imprimer la demande")
    link = address_on(head.page)

    tutor = story.visitor(width=390, height=844)
    for _ in range(10):
        tutor.open(link)
        tutor.sees("0 sur 7")
    head.open(opinion)
    head.sees("Réponse attendue")

    for number in range(1, 8):
        tutor.choose("Réservé" if number == 5 else "Favorable", within=tutor.page.locator(".op-open"))
        tutor.press("Enregistrer et continuer")
    fill_in(
        tutor,
        {
            "Vos prénom et nom": "Laure Cassagne",
            "Votre fonction auprès du candidat": "Tutrice",
            "Je donne cet avis au nom de Ateliers Vauzelle.": True,
        },
    )
    tutor.press("Envoyer les 7 avis")
    tutor.sees("Merci, votre avis est parvenu au centre d’examen.")

    head.open("/courriers/")
    head.sees("l.cassagne@exemple.fr")


# --- Validation by the commission ----------------------------------------------------------------------------------


def the_commission_validates_each_capacity(story):
    """Two members at least, one presiding: interview, then a decision per capacity on its three bases."""
    head = story.head
    head.open("/commissions/")
    head.press("Préparer une commission")
    plan_today(head, "Préparer", hour="Heure de début", at="09:00", place="Salle Fraise")
    commission = head.page.url
    fill_in(head, {"Évaluateur": "Gérard Pillot", "Qualité": "Évaluateur habilité"})
    head.press("Ajouter", exact=True)
    head.unfold("Nommer une autre personne")
    named = head.page.locator("details[open]").filter(has_text="Nommer une autre personne")
    head.fill("Nom et prénom", "Marthe Vignal", within=named)
    head.fill("Qualité", "Professionnelle du métier", within=named)
    head.press("Ajouter", within=named, exact=True)
    head.sees("Préside")  # the first member, until another is appointed
    head.fill("Candidat", f"LACOSTE Inès, {today().year}-0001, étape : entretien")
    head.press("Mettre à l’ordre du jour")
    head.press("Convoquer", exact=True)
    send_previewed(head)
    head.press(re.compile("^Commission du"))  # from the letters to print, back to where they were sent from
    for name in ("Gérard Pillot", "Marthe Vignal"):
        head.press(f"Présent : {name}")

    president = story.evaluator
    president.open(commission)
    president.press("Ouvrir la séance")
    for remark in president.page.get_by_text("Confirme", exact=True).all():
        remark.click()
    president.press("Consigner l’entretien")
    for number in range(1, 8):
        decision = president.page.get_by_role("group", name=f"Décision, capacité {number}")
        president.choose("Acquise", within=decision)
        expect(decision.get_by_role("radio", name="Acquise", exact=True)).to_be_checked()
    president.sees("Chaque capacité de chaque candidat est décidée")
    president.audit()
    # A departure waits for its reason: until then the commission does not close on what the screen no longer says.
    closing = president.page.locator("#cloture summary", has_text="Clore la commission")
    president.choose("Non acquise", within=decision)
    expect(president.page.locator("#capacite-7 .unsaved")).to_be_visible()
    expect(closing).to_be_hidden()
    row = president.page.locator("#capacite-7").element_handle()
    president.choose("Acquise", within=decision)
    row.wait_for_element_state("hidden")  # the answer of the server has taken its place
    expect(closing).to_be_visible()
    president.unfold("Clore la commission")
    president.press("Clore", exact=True)
    president.sees("Commission close par Gérard Pillot")


# --- Jury, papers, verification ------------------------------------------------------------------------------------


def the_jury_is_prepared(story):
    """As many seats for the employers as for the unions; the president, an employer, opens an account."""
    head = story.head
    head.open("/jurys/")
    head.press("Préparer un jury")
    head.fill("Organisations syndicales", "CFDT\nCGT")
    plan_today(head, "Préparer le jury", hour="Heure de début", at="14:00", place="Salle Tour", twice=True)
    jury = story.jury = head.page.url
    for name in JURY:
        head.press("Désigner")
        head.fill("Prénom et nom", name)
        head.press("Enregistrer")
        head.open(jury)
    head.press("Modifier siège 1, collège employeurs")
    head.fill("Adresse électronique", "presidente@exemple.fr", within=head.page.get_by_label("Présidence"))
    head.press("Nommer à la présidence")

    head.open(jury)
    head.press("Modifier siège 1, collège employeurs")
    head.press("L’imprimer")
    president = story.president = story.visitor()
    open_account(president, address_on(head.page))

    head.open(jury)
    head.page.get_by_label("Inscrire Inès LACOSTE").check()
    head.press("Inscrire à l’ordre du jour")
    head.unfold("Consigner la demande aux syndicats")
    head.press("Enregistrer")
    pass_over(head, "Les organisations ont été prévenues par téléphone il y a un mois.")
    head.press("Convoquer le jury")
    send_previewed(head)
    head.open(jury)
    pass_over(head, "Les quatre membres ont accepté ce jour d’avance.")
    head.press("Ouvrir la séance")
    head.sees("Jury paritaire de délibération")


def pass_over(head, reason):
    """The responsable passes over a period of notice; the procès-verbal says why."""
    head.unfold("Passer outre ce délai")
    head.fill("Motif", reason)
    head.press("Consigner le motif")


def the_jury_pronounces(story):
    """Presences, the computed outcome pronounced, then the president closes and publishes."""
    head = story.head
    head.open(story.jury + "seance/")
    for name in JURY:
        head.target(f"Présent, {name}").click()
        expect(head.target(f"Présent, {name}")).to_have_attribute("aria-pressed", "true")
    head.audit()
    head.open(story.jury + "seance/")
    head.press("Prononcer 1 résultat à l’unanimité")
    head.press("Prononcer", exact=True)
    head.sees("Admissible")

    sign(head, "Clore la délibération", password="au hasard", refused=True)
    head.sees("Mot de passe")
    sign(head, "Clore la délibération")
    head.sees("Délibération close.")
    sign(head, "Publier les résultats")
    head.sees("Résultats publiés")


def sign(head, act, *, password=PASSWORD, refused=False):
    """Whoever presides proves it on the screen of the session."""
    head.fill("Adresse électronique de celui ou celle qui préside", "presidente@exemple.fr")
    head.fill("Son mot de passe", password)
    head.press(act, refused=refused)


def the_attestation_is_checked(story):
    """The worker renders the papers; an employer, who has no account, checks one on a telephone."""
    head = story.head
    row = head.page.get_by_role("row").filter(has_text="Attestation").first
    link = row.get_by_role("link", name="Télécharger")
    expect(link).to_be_visible(timeout=90_000)  # rendered by the worker, shown without reloading
    address = link.get_attribute("href")
    with head.page.expect_download() as download:
        link.click()
    assert download.value.path().read_bytes().startswith(b"%PDF-")
    head.open(address.removesuffix("telecharger/"))
    code = head.page.locator(".code-check").inner_text()

    employer = story.visitor(width=390, height=844)
    employer.open("/verifier/")
    employer.fill("Code de l’attestation", code)
    employer.press("Vérifier")
    employer.sees("Attestation authentique")
    employer.sees("Inès LACOSTE")
    employer.fill("Vérifier une autre attestation", "2222-2222-2222-22")
    employer.press("Vérifier")
    employer.sees("Aucune attestation pour ce code")


CHAPTERS = (
    an_administrator_opens_the_centres,
    a_responsable_invites_an_evaluator,
    a_candidate_is_registered,
    the_dossier_is_approved_and_transmitted,
    the_evaluator_fills_in_the_sheet,
    the_company_gives_its_opinion,
    the_commission_validates_each_capacity,
    the_jury_is_prepared,
    the_jury_pronounces,
    the_attestation_is_checked,
)
