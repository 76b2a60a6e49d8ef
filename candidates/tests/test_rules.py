"""Inscription and dossier: the tables of `candidates.rules`."""

from datetime import date

import pytest
from hypothesis import given, strategies as st

from candidates.rules import (
    ModalityChoice,
    Route,
    Stage,
    birth_date_problems,
    birth_place_problems,
    missing_modalities,
    name_problems,
    registration_number,
    same_domain,
    training_before_registration,
    vae_outside_rncp,
    written_name,
)

TODAY = date(2026, 11, 22)


def test_the_stages_stand_in_the_order_of_the_journey():
    assert Stage.labels == [
        "Inscription",
        "Dossier",
        "Évaluations",
        "Avis de l’entreprise",
        "Entretien",
        "Validation",
        "Délibération",
        "Résultat",
    ]


# --- Inscription --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("year", "rank", "number"),
    [
        (2026, 147, "2026-0147"),
        (2026, 1, "2026-0001"),
        (2027, 9999, "2027-9999"),
        (2027, 10000, "2027-10000"),
    ],
)
def test_registration_numbers(year, rank, number):
    assert registration_number(year, rank) == number


@pytest.mark.parametrize("rank", [0, -1])
def test_ranks_start_at_one(rank):
    with pytest.raises(ValueError, match="ranks start at 1"):
        registration_number(2026, rank)


@pytest.mark.parametrize("route", Route)
@pytest.mark.parametrize("rncp", [True, False])
def test_only_vae_outside_the_register_is_warned_of(route, rncp):
    warned = route == Route.VAE and not rncp
    assert vae_outside_rncp(route, rncp=rncp) == (
        "VAE pour une certification hors RNCP : cette voie est restreinte depuis 2025. "
        "Le responsable du centre doit confirmer l’inscription."
        if warned
        else None
    )


@pytest.mark.parametrize(
    ("training_started_on", "warned"),
    [(None, False), (date(2026, 9, 1), False), (date(2026, 9, 2), False), (date(2026, 8, 31), True)],
)
def test_a_training_older_than_the_inscription_is_warned_of(training_started_on, warned):
    warning = training_before_registration(training_started_on, date(2026, 9, 1))
    assert warning == (
        "La formation a commencé le 31\u00a0août\u00a02026, avant l’inscription du 1er\u00a0septembre\u00a02026 : "
        "le référentiel demande une inscription préalable."
        if warned
        else None
    )


# --- Civil identity -----------------------------------------------------------------------------------------

LETTERS = ["Un nom s’écrit avec des lettres, des espaces, des traits d’union et des apostrophes."]


@pytest.mark.parametrize(
    ("name", "problems"),
    [
        ("Marchetti", []),
        ("  Léo ", []),
        ("d’Artagnan", []),
        ("D'Artagnan", []),
        ("Jean-Pierre", []),
        ("de La Tour du Pin", []),
        ("Dupont--Martin", []),  # double names of 2005 to 2010
        ("N’Guyen Văn", []),
        ("Zoe\u0308", []),  # an accent typed apart
        ("", ["Le nom est vide."]),
        ("   ", ["Le nom est vide."]),
        ("NULL0", LETTERS),
        ("R2D2", LETTERS),
        ("Dupont²", LETTERS),
        ("Léo, Paul", LETTERS),
        ("-Paul", LETTERS),
        ("Paul-", LETTERS),
        ("Léo  Paul", LETTERS),
        ("=cmd", LETTERS),
        ("A" * 60, []),
        ("A" * 61, ["Le nom dépasse 60 caractères."]),
    ],
)
def test_names(name, problems):
    assert name_problems(name) == problems


@given(st.text(max_size=200))
def test_any_text_gets_an_answer_and_no_name_passes_with_a_digit(text):
    problems = name_problems(text)
    assert problems or not any(character.isdigit() for character in text)


@pytest.mark.parametrize(
    ("birth_date", "problems"),
    [
        (date(2003, 3, 14), []),
        (date(2026, 11, 23), ["La date de naissance est dans le futur."]),
        (date(2011, 11, 22), []),  # fifteen today
        (date(2011, 11, 23), ["Le candidat aurait moins de 15 ans : vérifiez l’année de naissance."]),
        (TODAY, ["Le candidat aurait moins de 15 ans : vérifiez l’année de naissance."]),
        (date(1935, 11, 23), []),  # ninety until tomorrow
        (date(1935, 11, 22), ["Le candidat aurait plus de 90 ans : vérifiez l’année de naissance."]),
    ],
)
def test_birth_dates(birth_date, problems):
    assert birth_date_problems(birth_date, today=TODAY) == problems


SHAPE = [
    "Code INSEE attendu : cinq caractères, 21231 pour Dijon, 2A004 pour Ajaccio, "
    "99 et le code du pays pour une naissance à l’étranger."
]


@pytest.mark.parametrize(
    ("code", "country", "problems"),
    [
        ("21231", "France", []),  # Dijon
        ("01004", "France", []),
        ("2A004", "France", []),  # Ajaccio
        ("2B033", "France", []),  # Bastia
        ("75056", "France", []),
        ("97411", "France", []),  # Saint-Denis de La Réunion
        ("98818", "France", []),  # Nouméa
        ("99351", "Tunisie", []),
        ("99109", "Allemagne", []),
        ("99109", "France", ["Ce code désigne un pays étranger : indiquez le pays de naissance."]),
        ("99100", "France", ["99100 désigne la France : indiquez le code de la commune de naissance."]),
        (
            "21231",
            "Belgique",
            ["Ce code désigne une commune française : le pays de naissance doit être la France."],
        ),
        ("2C004", "France", SHAPE),
        ("2a004", "France", SHAPE),
        ("20004", "France", []),  # Ajaccio before 1976; the birth date says which: `test_birth_codes`
        ("00123", "France", SHAPE),
        ("96001", "France", SHAPE),
        ("21000", "France", SHAPE),  # a postcode
        ("2123", "France", SHAPE),
        ("212310", "France", SHAPE),
        ("99901", "Nulle part", SHAPE),
        ("", "France", SHAPE),
    ],
)
def test_birth_communes(code, country, problems):
    assert birth_place_problems(code, country) == problems


# --- Dossier ------------------------------------------------------------------------------------------------

ALLOWED = frozenset({"real_situation", "project", "reconstituted"})
CONTEXT = "Atelier de six centres d’usinage, pièces aéronautiques."
REASON = "Machine en panne jusqu’à la fin du contrat."


def choice(*chosen, capacity=1, allowed=ALLOWED, reason=""):
    return ModalityChoice(capacity, frozenset(allowed), frozenset(chosen), reason)


@pytest.mark.parametrize(
    ("choices", "missing"),
    [
        ([choice("real_situation")], []),
        ([choice("real_situation", "project")], []),  # several methods may serve one capacity
        ([choice("reconstituted", reason=REASON)], []),
        ([choice()], ["Modalité d’évaluation à choisir : C1."]),
        (
            [choice(capacity=4), choice(capacity=2), choice("project", capacity=3)],
            ["Modalité d’évaluation à choisir : C2 et C4."],
        ),
        (
            [choice("project", allowed={"real_situation"})],
            ["C1 : une modalité choisie n’est pas prévue par le référentiel."],
        ),
        (
            [choice("reconstituted", reason="  ")],
            [
                "C1 : dire pourquoi une évaluation en milieu professionnel est impossible, "
                "ce qui seul permet une situation reconstituée."
            ],
        ),
        (
            # «et lorsque cela est prévu dans le référentiel»: a reason does not make it allowed
            [choice("reconstituted", allowed={"project"}, reason=REASON)],
            ["C1 : une modalité choisie n’est pas prévue par le référentiel."],
        ),
    ],
)
def test_modalities(choices, missing):
    assert missing_modalities(choices, context=CONTEXT) == missing


@pytest.mark.parametrize("context", ["", " \n "])
def test_the_context_is_recorded(context):
    assert missing_modalities([choice("project")], context=context) == ["Contexte : à décrire."]


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("élodie", "Élodie"),
        ("LEFEBVRE-DELACROIX", "Lefebvre-Delacroix"),
        ("œuvrard", "Œuvrard"),
        ("LEFEBVRE DE LA TOUR", "Lefebvre de la Tour"),
        ("martin du bois", "Martin du Bois"),
        ("DE GAULLE", "De Gaulle"),
        ("LE GOFF", "Le Goff"),
        ("D’ALMEIDA", "D’Almeida"),
        ("jean d'ormesson", "Jean d'Ormesson"),
        ("DUPONT D", "Dupont D"),
        ("jean-de-dieu", "Jean-de-Dieu"),
        ("n’guyen", "N’Guyen"),
        ("LI", "Li"),
        ("O", "O"),
        ("o", "o"),
        ("McDonald", "McDonald"),
        ("de la Tour", "de la Tour"),
        ("Élodie", "Élodie"),
        ("", ""),
    ],
)
def test_a_name_typed_in_one_case_is_written_the_french_way(typed, written):
    assert (written_name(typed), written_name(written)) == (written, written)


# --- The company's contacts -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("laure@exemple.fr", "karim@exemple.fr", True),
        ("laure@Exemple.FR ", " KARIM@exemple.fr", True),
        ("laure@exemple.fr", "karim@ailleurs.fr", False),
        ("laure@exemple.fr", "karim@usine.exemple.fr", False),
        ("laure@exemple.fr", "karim@malexemple.fr", False),
        ("laure@gmail.com", "karim@gmail.com", False),
        ("laure@orange.fr", "karim@Orange.fr", False),
        ("", "", False),
        ("laure@exemple.fr", "", False),
        ("laure@", "karim@", False),
        ("exemple.fr", "exemple.fr", False),
        ("exemple.fr", "laure@exemple.fr", False),
    ],
)
def test_colleagues_share_a_mail_domain_of_their_own(first, second, same):
    assert [same_domain(first, second), same_domain(second, first)] == [same, same]
