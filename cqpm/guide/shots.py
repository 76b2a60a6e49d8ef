"""What each picture of the guide shows: who is signed in, which page, what is done there first."""

from pathlib import Path

from candidates.imports.columns import COLUMNS
from cqpm.utils.holidays import working_day

ROOT = Path(__file__).resolve().parents[2]
SEED = ROOT / "referentiel" / "tests" / "data" / "seed.txt"
DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}


class Shots:
    """`open(account)` gives a page signed in, or nobody's; `take(page, name)` keeps what it shows."""

    def __init__(self, browser, url, take, folder):
        self.browser, self.url, self.keep, self.folder = browser, url, take, folder

    def open(self, account="", size=DESKTOP):
        page = self.browser.new_context(viewport=size, locale="fr-FR").new_page()
        if account:
            page.goto(f"{self.url}/connexion/")
            page.locator("button.demo-account", has_text=f"{account}@demo.test").click()
            page.wait_for_url(f"{self.url}/")
        return page

    def take(self, page, name, *, of=None):
        """`of`: words of the part to bring into view."""
        if of:
            page.get_by_text(of).first.evaluate("part => part.scrollIntoView({block: 'center'})")
        page.wait_for_timeout(300)
        self.keep(page.screenshot(), name)

    def all(self):
        self.norm()
        self.class_import()
        self.candidates()
        self.appointments()
        self.spaces()
        self.mails()

    def norm(self):
        """A référentiel imported from its PDF: the report, then the draft."""
        page = self.open("ressource")
        page.goto(f"{self.url}/referentiels/importer/")
        page.set_input_files("input[type=file]", SEED)
        page.get_by_role("button", name="Lire le document").click()
        page.get_by_role("link", name="Ouvrir le brouillon").wait_for(timeout=60_000)
        self.take(page, "referentiel-rapport")
        page.get_by_role("link", name="Ouvrir le brouillon").click()
        self.take(page, "referentiel-brouillon")

    def class_import(self):
        """A class sent, then the findings on its lines."""
        page = self.open("centre")
        page.goto(f"{self.url}/candidats/importer/")
        self.take(page, "classe-depot")
        page.set_input_files("input[type=file]", self.spreadsheet())
        page.get_by_label("Référentiel").select_option(index=1)
        page.get_by_role("button", name="Contrôler le fichier").click()
        page.get_by_text("Cette date n’existe pas.").wait_for(timeout=60_000)
        self.take(page, "classe-constats")

    def spreadsheet(self):
        """A class of three as a CSV, with two mistakes."""
        people = [
            ("Aubertin", "Jade", "F", "14/03/2003"),
            ("Bourgeois", "Noé", "M", "31/02/2004"),
            ("Cottin", "Lina", "X", "02/09/2002"),
        ]
        lines = [";".join(column.heading for column in COLUMNS)]
        for birth_name, first_name, sex, birth_date in people:
            cells = {
                "birth_name": birth_name,
                "first_name": first_name,
                "sex": sex,
                "birth_date": birth_date,
                "birth_commune_code": "21231",
                "birth_place": "Dijon",
                "route": "Apprentissage",
            }
            lines.append(";".join(cells.get(column.key, "") for column in COLUMNS))
        path = self.folder / "classe.csv"
        path.write_text("\n".join(lines), encoding="cp1252")
        return path

    def candidates(self):
        """The list of candidates, one dossier, and the dossiers the centre de ressource received."""
        page = self.open("centre")
        page.goto(f"{self.url}/candidats/?plus=1")
        self.take(page, "candidats-liste")
        self.candidate(page, "chevalier")
        page.goto(f"{page.url.rstrip('/')}/dossier/")
        self.take(page, "dossier-modalites")
        page = self.open("ressource")
        page.goto(f"{self.url}/dossiers-recus/")
        self.take(page, "dossiers-recus")

    def candidate(self, page, name):
        page.goto(f"{self.url}/candidats/?q={name}")
        page.locator("table a[href^='/candidats/']").first.click()
        page.wait_for_load_state()

    def appointments(self):
        """The week of a centre, an evaluation for each of a selection, and their letters before they leave."""
        page = self.open("centre")
        page.goto(f"{self.url}/planning/")
        self.take(page, "planning")
        page.goto(f"{self.url}/candidats/")
        page.locator("#tout").check()
        page.get_by_text("Autres actes").click()
        page.get_by_role("button", name="Prévoir une évaluation").click()
        page.get_by_label("Évaluateur").select_option(index=1)
        page.get_by_label("Date").fill(working_day(15).isoformat())
        page.get_by_role("button", name="Continuer").click()
        page.wait_for_load_state()
        self.take(page, "evaluations-prevues")
        page.get_by_role("button", name="Prévoir pour").click()
        page.get_by_role("link", name="Préparer les convocations").click()
        page.wait_for_load_state()
        self.take(page, "convocations-apercu")

    def spaces(self):
        """Both spaces at a phone's width, each opened by its printed link, and what they ask of the centre."""
        page = self.open("centre")
        self.candidate(page, "ndiaye")
        page.get_by_role("link", name="Fiche").click()
        self.take(page, "identite-signalee")
        self.candidate(page, "girard")
        page.get_by_role("link", name="Fiche").click()
        page.locator("form[action$='/acces/'] button").click()
        address = page.locator(".address").inner_text().strip()
        guest = self.open(size=PHONE)
        guest.goto(address)
        guest.get_by_role("button", name="Ouvrir mon espace").click()
        self.take(guest, "espace-candidat")
        self.take(guest, "espace-rapport", of="Conditions fixées par le centre")

        page = self.open("centre")
        page.goto(f"{self.url}/")
        page.get_by_role("link", name="Répondre").first.click()
        page.wait_for_load_state()
        self.take(page, "demande-entreprise", of="Demandes de l’entreprise")
        page.get_by_role("link", name="Fiche").click()
        page.locator("form[action*=tuteur] button").click()
        address = page.locator(".address").inner_text().strip()
        guest = self.open(size=PHONE)
        guest.goto(address)
        guest.get_by_role("button", name="Ouvrir mon espace").click()
        self.take(guest, "espace-entreprise")

    def mails(self):
        page = self.open("centre")
        page.goto(f"{self.url}/courriers/")
        self.take(page, "courriers")
        page = self.open("responsable")
        page.goto(f"{self.url}/")
        self.take(page, "tableau-de-bord")
