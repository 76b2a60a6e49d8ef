"""The paper of a dossier de modalités, and the words every paper uses."""

from datetime import date

import pytest
import time_machine

from accounts.models import Role
from accounts.tests.factories import make_centre, make_resource_centre, make_wearer
from candidates import actions, papers
from candidates.models import Candidate, Dossier
from candidates.tests.factories import REASON, make_company, make_dossier, make_registration, make_siret
from cqpm.utils.french import in_town, siret
from documents.models import Document
from documents.render import render_html
from referentiel.models import Method
from referentiel.tests.factories import make_referentiel, plain

INES = {
    "sex": "F",
    "birth_name": "Berthier",
    "usage_name": "Lacoste",
    "first_name": "Inès",
    "first_name_2": "Marie",
    "birth_date": date(1998, 5, 8),
}


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel("2026-09-01 08:00+00:00", tick=False) as traveller:
        yield traveller


@pytest.fixture
def registration(db):
    centre = make_centre("UIMM territoriale Val-de-Brenne", address="4 rue de la Forge")
    referentiel = make_referentiel(
        (2, 1), number="ESSAI 0300", fictitious=False, resource_centre=make_resource_centre("UIMM Bourgogne")
    )
    company = make_company(centre, name="Ateliers Vauzelle", siret=make_siret(40))
    return make_registration(
        centre,
        referentiel,
        company=company,
        who=INES,
        tutor_function="cheffe d'atelier",
        line_manager_name="Rémi Vauzelle",
        adaptation="temps majoré d'un tiers",
    )


def transmitted(registration, **fields):
    """The paper of the dossier just transmitted."""
    make_dossier(registration, **fields)
    return Document.objects.order_by("requested_at", "number").last()


# --- The dossier --------------------------------------------------------------------------------------------------


def test_a_dossier_is_printed_when_it_is_transmitted(registration):
    by = make_wearer(Role.OFFICER, centre=registration.centre)
    dossier = make_dossier(registration, state=Dossier.State.APPROVED, by=by)
    assert Document.objects.count() == 0
    actions.transmit_dossier(dossier=dossier, by=by)
    document = Document.objects.get()
    assert (document.kind, document.number, document.fact, document.public) == (
        "dossier",
        "2026-0001",
        f"dossier:{dossier.pk}",
        False,
    )
    assert document.label == "Dossier de modalités d’évaluation, Inès LACOSTE"
    assert document.requested_by == str(by)


def test_what_the_dossier_says(registration):
    choices = {1: {Method.REAL_SITUATION: "", Method.PROJECT: ""}, 2: {Method.RECONSTITUTED: REASON}}
    data = transmitted(registration, choices=choices).data
    by = str(make_wearer(Role.OFFICER, centre=registration.centre))
    assert data == {
        "letterhead": {
            "issuer": "UIMM territoriale Val-de-Brenne",
            "lines": ["Centre d’examen, 4 rue de la Forge, 21500\u00a0Montbard"],
            "references": [
                "Inscription\u00a02026-0001",
                "transmis\u00a0le\u00a01er\u00a0septembre\u00a02026",
            ],
            "rule": [2, 1],
            "footer": "UIMM territoriale Val-de-Brenne, centre d’examen",
        },
        "certification": {
            "kind": "CQPM",
            "name": "certificat de qualification paritaire de la métallurgie",
            "title": "Opérateur(trice) d’essai",
            "reference": "ESSAI\u00a00300",
            "rncp": "",
            "mention": "Référentiel ESSAI\u00a00300.",
            "fictitious": False,
        },
        "heading": "Dossier de modalités d’évaluation",
        "amendment_reason": "",
        "changes": [],
        "holder": {
            "name": "Madame\u00a0Inès Marie LACOSTE",
            "born": "née BERTHIER le 8\u00a0mai\u00a01998 à Dijon\u00a0(21)",
            "feminine": True,
        },
        "registration": "2026-0001, le 1er\u00a0septembre\u00a02026",
        "route": "Formation continue",
        "host_company": "",
        "company": "Ateliers Vauzelle, 21500 Montbard, SIRET\u00a0" + siret(make_siret(40)),
        "people": [
            {"role": "Tutorat", "name": "Laure Cassagne, cheffe d’atelier"},
            {"role": "Responsable hiérarchique", "name": "Rémi Vauzelle"},
        ],
        "adaptation": "temps majoré d’un tiers",
        "context": ["Poste de régleur sur centre d’usinage, pièces unitaires et petites séries."],
        "no_company_reason": "",
        "capacities": [
            {
                "number": 1,
                "title": "Capacité d’essai 1",
                "kept": "",
                "methods": [
                    {"name": "Évaluation en situation professionnelle réelle", "reason": ""},
                    {
                        "name": "Présentation des projets ou activités réalisés en milieu professionnel",
                        "reason": "",
                    },
                ],
            },
            {
                "number": 2,
                "title": "Capacité d’essai 2",
                "kept": "",
                "methods": [
                    {
                        "name": "Évaluation à partir d’une situation professionnelle reconstituée",
                        "reason": REASON,
                    }
                ],
            },
        ],
        "approvals": [
            {"who": "Centre d’examen", "how": f"approuvé par {by} le 1er\u00a0septembre\u00a02026"},
            {
                "who": "Entreprise",
                "how": "approuvé sur papier par Laure Cassagne le 1er\u00a0septembre\u00a02026",
            },
            {
                "who": "Centre de ressource",
                "how": f"UIMM Bourgogne, transmis le 1er\u00a0septembre\u00a02026 par {by}",
            },
        ],
    }


def test_without_company_the_candidate_approves(db):
    registration = make_registration(company=None, who=INES, route="job_seeker")
    document = transmitted(registration)
    assert (document.data["company"], document.data["people"]) == ("", [])
    assert document.data["approvals"][1] == {
        "who": "Candidate",
        "how": "approuvé sur papier par Inès LACOSTE le 1er\u00a0septembre\u00a02026",
    }
    html = plain(render_html(document))
    assert "<dt>Entreprise</dt><dd>sans entreprise</dd>" in html
    assert (
        "<b>Absence d’entreprise.</b> Candidat sans emploi : aucune entreprise ne peut donner d’avis." in html
    )


def test_an_amendment_has_a_paper_of_its_own(registration):
    by = make_wearer(Role.OFFICER, centre=registration.centre)
    first = transmitted(registration, by=by)
    actions.amend_dossier(registration=registration, reason="Machine en panne : autre poste", by=by)
    second = transmitted(registration, by=by, choices={1: {Method.PROJECT: ""}, 2: {Method.PROJECT: ""}})
    assert (first.number, second.number, second.replaces) == ("2026-0001", "2026-0001-A1", None)
    assert second.data["heading"] == "Avenant n°\u00a01 au dossier de modalités d’évaluation"
    assert second.data["amendment_reason"] == "Machine en panne\u00a0: autre poste"
    assert Document.objects.count() == 2


def test_a_dossier_transmitted_again_is_printed_again_and_replaces_the_former_paper(registration):
    by = make_wearer(Role.OFFICER, centre=registration.centre)
    make_dossier(registration, state=Dossier.State.RETURNED, by=by)
    make_dossier(registration, by=by, choices={1: {Method.PROJECT: ""}, 2: {Method.PROJECT: ""}})
    first, second = Document.objects.order_by("number")
    assert (first.number, second.number, second.replaces) == ("2026-0001", "2026-0001-R1", first)
    assert first.data["capacities"] != second.data["capacities"]


# --- The words of every paper -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Dijon", "à Dijon"),
        ("Le Mans", "au Mans"),
        ("LE CREUSOT", "au CREUSOT"),
        ("Les Ulis", "aux Ulis"),
        ("La Rochelle", "à La Rochelle"),
        ("L’Isle-Adam", "à L’Isle-Adam"),
        ("Lens", "à Lens"),
        ("Le", "à Le"),
    ],
)
def test_towns_whose_article_contracts(name, words):
    assert in_town(name) == words


@pytest.mark.parametrize(
    ("identity", "name", "born"),
    [
        (
            {"sex": "M", "birth_name": "Marchetti", "first_name": "Léo"},
            "Monsieur\u00a0Léo MARCHETTI",
            "né le 1er\u00a0mars\u00a02003 à Dijon\u00a0(21)",
        ),
        (
            {
                "sex": "F",
                "birth_name": "d'Angély",
                "usage_name": "de La Tour d'Auvergne",
                "first_name": "Zoé",
            },
            "Madame\u00a0Zoé DE LA TOUR D’AUVERGNE",
            "née D’ANGÉLY le 1er\u00a0mars\u00a02003 à Dijon\u00a0(21)",
        ),
        (
            {"sex": "M", "birth_name": "Silva", "birth_commune_code": "99139", "birth_place": "Porto"}
            | {"birth_country": "Portugal", "first_name": "Rui"},
            "Monsieur\u00a0Rui SILVA",
            "né le 1er\u00a0mars\u00a02003 à Porto\u00a0(Portugal)",
        ),
        (
            {"sex": "F", "birth_name": "Césaire", "birth_commune_code": "97101", "birth_place": "Les Abymes"}
            | {"first_name": "Aimée"},
            "Madame\u00a0Aimée CÉSAIRE",
            "née le 1er\u00a0mars\u00a02003 aux Abymes\u00a0(971)",
        ),
        (
            {"sex": "F", "birth_name": "Orsini", "birth_commune_code": "2A004", "birth_place": "Ajaccio"}
            | {"first_name": "Lisa"},
            "Madame\u00a0Lisa ORSINI",
            "née le 1er\u00a0mars\u00a02003 à Ajaccio\u00a0(2A)",
        ),
    ],
)
def test_how_a_paper_names_the_holder(identity, name, born):
    defaults = {"birth_date": date(2003, 3, 1), "birth_place": "Dijon", "birth_commune_code": "21231"}
    person = papers.holder(Candidate(**defaults | identity))
    assert (person["name"], person["born"], person["feminine"]) == (name, born, identity["sex"] == "F")


def test_a_label_never_outgrows_its_column():
    candidate = Candidate(birth_name="x" * 60, usage_name="y" * 60, first_name="z" * 60)
    assert len(papers.paper_label("t" * 120, candidate)) == 200
