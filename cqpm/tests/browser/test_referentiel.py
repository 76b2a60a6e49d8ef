"""A référentiel comes in as people have it, is corrected beside its source, published, and used."""

import pytest
from playwright.sync_api import expect

from cqpm.tests.browser.test_journey import (
    Story,
    a_responsable_invites_an_evaluator,
    an_administrator_opens_the_centres,
)
from referentiel.tests.factories import documents

pytestmark = pytest.mark.browser

SLIP = "Les limites de sa propre intervention sont énoncées"


def test_a_document_becomes_a_published_version(site, visitor, tmp_path):
    story = Story(site, visitor)
    an_administrator_opens_the_centres(story)
    a_responsable_invites_an_evaluator(story)
    keeper, content = story.resource, documents.invented()
    path = tmp_path / "Référentiel îlots.txt"
    path.write_text(documents.numbered(content).replace(f"{SLIP}.", SLIP), encoding="utf-8")

    keeper.open("/referentiels/")
    keeper.press("Importer un référentiel")
    keeper.page.get_by_label("Référentiel").set_input_files(path)
    keeper.press("Lire le document")
    expect(keeper.page.get_by_role("link", name="Ouvrir le brouillon")).to_be_visible()
    keeper.audit()
    keeper.sees("ne finit pas par un point")
    keeper.press("Ouvrir le brouillon")

    # The criterion is corrected beside its source, which follows.
    criterion = keeper.page.get_by_label("Critère 1.4", exact=True)
    criterion.focus()
    expect(keeper.page.locator(".source-lines .is-near")).to_contain_text("Analyser une demande")
    expect(criterion).to_have_value(SLIP)
    criterion.fill(f"{SLIP}.")
    keeper.press("Enregistrer la capacité 1")
    keeper.sees("Capacité 1 : enregistré.")
    keeper.press("Monter le critère 1.4")
    expect(keeper.page.get_by_label("Critère 1.3", exact=True)).to_have_value(f"{SLIP}.")

    keeper.press("Aperçu")
    keeper.sees("Aperçu du brouillon")
    keeper.press("Corriger le brouillon")
    keeper.unfold("Publier la version")
    keeper.press("Publier définitivement")
    keeper.sees("publiée : elle ne change plus.")
    keeper.press("Nouvelle version")
    keeper.press("Créer le brouillon")
    keeper.sees("Brouillon de la version 2")

    # The centre d'examen may register for it at once.
    story.head.open("/candidats/")
    story.head.press("Inscrire un candidat")
    title = f"CQPM {content['title']}, {documents.NUMBER}, version 1"
    expect(story.head.page.get_by_role("option", name=title)).to_have_count(1)
