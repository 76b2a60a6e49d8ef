"""Every error and warning at once, each on its line and column; what is blank matches nobody."""

from datetime import date

import pytest
from stdnum import luhn

from candidates.imports.cells import Odd, date_of, in_words, typed_date
from candidates.imports.checking import check_known, check_lines, give_keys
from candidates.imports.columns import COLUMNS, COMMENT, HEADINGS, VERSION
from candidates.imports.findings import OTHER, READ, SAME, Status, known_of, status_of
from candidates.imports.layout import places_of_columns
from candidates.imports.lines import Context
from candidates.rules import Route
from candidates.tests.classes import person
from candidates.tests.factories import make_siret
from cqpm.utils.refusal import Refusal

DAY = date(2026, 11, 25)
INDEXES = {column.key: index for index, column in enumerate(COLUMNS)}


def context(**given):
    return Context(
        today=DAY, registered_on=DAY, rncp=True, lengths={"tutor_name": 160, "email": 254}, **given
    )


def checked(*people, **given):
    """The Lines of so many people, their cells as a file gives them."""
    lines = [
        [number, [as_cell(line.get(column.key, "")) for column in COLUMNS]]
        for number, line in enumerate(people, start=3)
    ]
    found = check_lines(lines, INDEXES, context(**given))
    give_keys(found)
    return found


def as_cell(value):
    return ["date", value.isoformat()] if isinstance(value, date) else value


def said(line):
    return [(finding["level"], finding["column"], finding["code"]) for finding in line.findings]


def only(line, text=None):
    (finding,) = line.findings
    return (finding["level"], finding["column"], finding["text"])


def test_a_line_without_fault_says_nothing():
    (line,) = checked(person())
    assert line.findings == []
    assert line.values["birth_country"] == "France"
    assert line.values["birth_date"] == date(2003, 3, 14)
    assert line.values["route"] == Route.APPRENTICESHIP


def test_every_error_of_a_line_is_said_at_once():
    (line,) = checked(
        {
            "birth_name": "Ravier2",
            "sex": "H",
            "birth_date": "31/02/2001",
            "email": "marie.roche@",
            "siret": "123",
        }
    )
    assert said(line) == [
        ("error", "Premier prénom", "required"),
        ("error", "Date de naissance", "date"),
        ("error", "Nom de naissance", "name"),
        ("error", "Sexe", "sex"),
        ("error", "Code INSEE de naissance", "required"),
        ("error", "Commune de naissance", "required"),
        ("error", "Adresse électronique", "email"),
        ("error", "Voie", "required"),
        ("error", "SIRET", "siret"),
    ]
    assert status_of(line.findings, {}) == Status.TO_CORRECT


# --- Cells ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "14/03/2003",
        "14-03-2003",
        "14.03.2003",
        "14 03 2003",
        "2003-03-14",
        "2003-03-14 00:00:00",
        "14 mars 2003",
        "vendredi 14 mars 2003",
        "14/03/2003 00:00",
    ],
)
def test_a_date_is_understood_however_it_is_typed(text):
    assert typed_date(text) == date(2003, 3, 14)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("31/02/2001", "Cette date n’existe pas."),
        ("03/14/2003", "Cette date n’existe pas."),
        ("14/03/03", "Écrivez l’année en quatre chiffres : 14/03/2003."),
        ("37694", "Ce nombre n’est pas une date : écrivez 14/03/2003."),
        ("mars 2003", "Date illisible : écrivez 14/03/2003."),
        ("14 brumaire 2003", "Date illisible : écrivez 14/03/2003."),
    ],
)
def test_what_is_no_date_says_why(text, sentence):
    with pytest.raises(Odd) as odd:
        typed_date(text)
    assert odd.value.sentence == sentence


def test_first_of_the_month_and_accents():
    assert typed_date("1er février 2003") == typed_date("1 fevrier 2003") == date(2003, 2, 1)


def test_a_date_lost_as_a_number_is_read_in_the_epoch_of_its_workbook_and_to_be_checked():
    sentence = "Nombre lu comme la date du 14\u00a0mars\u00a02003 : vérifiez-la."
    assert date_of(37694.0, 1900) == (date(2003, 3, 14), sentence)
    assert date_of(36232, 1904) == (date(2003, 3, 14), sentence)
    for value in (3.5, 12, 99_999, True):
        with pytest.raises(Odd):
            date_of(value, 1900)
    (line,) = checked(person(birth_date=37694.0))
    assert only(line) == ("warning", "Date de naissance", sentence)


def test_numbers_are_spoken_without_the_point_of_floats():
    assert [in_words(value) for value in (73282932000074.0, 1053, 3.5, True, None, " a ")] == [
        "73282932000074",
        "1053",
        "3,5",
        "VRAI",
        "",
        "a",
    ]


def test_spaces_of_every_sort_are_taken_off():
    (line,) = checked(person(email="\u00a0lea@exemple.fr\u200b ", birth_name=" DE\u202f LA  Tour "))
    assert (line.findings, line.values["email"], line.values["birth_name"]) == (
        [],
        "lea@exemple.fr",
        "DE LA Tour",
    )


@pytest.mark.parametrize(
    ("cell", "level", "sentence"),
    [
        ("=cmd|'/C calc'!A0", "error", "Une valeur ne commence pas par « = » : un tableur la prendrait pour une formule."),
        ("@SUM(A1)", "error", "Une valeur ne commence pas par « @ » : un tableur la prendrait pour une formule."),
        ("+33|calc", "error", "Une valeur ne commence pas par « + » : un tableur la prendrait pour une formule."),
        ("#N/A", "error", "Le tableur affiche une erreur dans cette cellule : tapez la valeur."),
        (["formula", "cmd|'/C calc'!A0", "0"], "error", "Formule refusée : elle appelle un autre programme ou un autre fichier. Tapez la valeur."),
        (["formula", "[1]Feuil1!A1", "x"], "error", "Formule refusée : elle appelle un autre programme ou un autre fichier. Tapez la valeur."),
        (["formula", "A1", ""], "error", "Formule sans résultat enregistré : tapez la valeur."),
        (["formula", "PROPER(A1)", "Laure"], "warning", "Cellule calculée : « Laure » a été lu."),
        (["merged", "Laure"], "warning", "Cellules fusionnées : « Laure » a été repris sur cette ligne."),
        (["spread", "Laure"], "error", "Cellules fusionnées : défusionnez-les et remplissez chaque cellule."),
    ],
)  # fmt: skip
def test_odd_cells(cell, level, sentence):
    (line,) = checked(person(tutor_function=cell))
    assert only(line) == (level, "Fonction du tuteur", sentence)


def test_a_phone_may_begin_with_a_plus_and_gets_its_zero_back():
    (line,) = checked(person(phone="+33 6 12 34 56 78"))
    assert (line.findings, line.values["phone"]) == ([], "+33 6 12 34 56 78")
    (line,) = checked(person(phone=612345678.0))
    assert (said(line), line.values["phone"]) == ([("notice", "Téléphone", "zero")], "0612345678")


def test_an_address_is_whole_and_gets_its_zero_back():
    (line,) = checked(person(address="Bât. B ; 1 rue Basse", postcode=1000.0, city="Bourg", country="FRANCE"))
    assert said(line) == [("notice", "Code postal", "zero")]
    taken = [line.values[key] for key in ("address", "postcode", "city", "country")]
    assert taken == ["Bât. B\n1 rue Basse", "01000", "Bourg", ""]
    (line,) = checked(person(address="1 rue Basse", city="Bern", country="Suisse", postcode=3000.0))
    assert (line.findings, line.values["postcode"]) == ([], "3000")
    (line,) = checked(person(address="1 rue Basse", postcode="210"))
    assert said(line) == [
        ("error", "Commune de résidence", "address"),
        ("error", "Code postal", "address"),
    ]


def test_a_minor_s_representative_is_asked_for_and_never_required():
    young = {"birth_date": DAY.replace(year=DAY.year - 17)}
    (line,) = checked(person(**young))
    assert said(line) == [("warning", "Représentant légal", "minor")]
    (line,) = checked(person(representative_name="Mme Roy", **young))
    assert said(line) == []
    (line,) = checked(person(representative_phone="06 12 34 56 78", **young))
    assert said(line) == [("error", "Représentant légal", "required")]
    (line,) = checked(person(representative_name="Mme Roy", representative_address="1 rue Basse", **young))
    assert {column for _, column, _ in said(line)} == {
        "Commune du représentant légal",
        "Code postal du représentant légal",
    }


# --- Birth place ------------------------------------------------------------------------------------------


def test_a_lost_zero_is_put_back_only_when_commune_and_code_agree():
    (line,) = checked(person(birth_commune_code=1053.0, birth_place="Bourg en Bresse"))
    assert (said(line), line.values["birth_commune_code"]) == (
        [("warning", "Code INSEE de naissance", "zero")],
        "01053",
    )
    (line,) = checked(person(birth_commune_code=1231.0, birth_place="Dijon"))
    assert only(line) == (
        "error",
        "Code INSEE de naissance",
        "Cinq caractères attendus. Le tableur a sans doute retiré le zéro : 01231, Manziat ?",
    )


def test_a_commune_alone_is_completed_when_only_one_bears_the_name():
    (line,) = checked(person(birth_commune_code="", birth_place="dijon"))
    assert only(line) == (
        "notice",
        "Code INSEE de naissance",
        "Complété d’après la commune : 21231 (Côte-d’Or).",
    )
    assert line.values["birth_commune_code"] == "21231"
    (line,) = checked(person(birth_commune_code="", birth_place="Saint-Denis"))
    assert only(line)[2] == (
        "Plusieurs communes portent ce nom : 11339 (Aude), 30247 (Gard), 93066 (Seine-Saint-Denis) et 97411 (La Réunion)."
    )


def test_a_birth_abroad_goes_by_code_or_country():
    (line,) = checked(person(birth_place="Porto", birth_commune_code="99139"))
    assert (only(line), line.values["birth_country"]) == (
        ("notice", "Pays de naissance", "Naissance à l’étranger : pays retenu Portugal."),
        "Portugal",
    )
    (line,) = checked(person(birth_place="Porto", birth_commune_code="", birth_country="portugal"))
    assert (said(line), line.values["birth_commune_code"]) == (
        [("notice", "Code INSEE de naissance", "completed")],
        "99139",
    )
    (line,) = checked(person(birth_place="Porto", birth_commune_code="", birth_country="Lusitanie"))
    assert said(line) == [("error", "Pays de naissance", "country")]


@pytest.mark.parametrize(
    ("cells", "level", "code"),
    [
        ({"birth_commune_code": "21999"}, "warning", "commune_unknown"),
        ({"birth_commune_code": "69123"}, "warning", "commune_unknown"),  # Lyon, not Dijon
        ({"birth_commune_code": "123"}, "error", "commune_code"),
        ({"birth_country": "Espagne"}, "error", "commune_code"),
    ],
)
def test_codes_that_surprise_warn_those_that_cannot_be_are_refused(cells, level, code):
    (line,) = checked(person(**cells))
    assert said(line) == [(level, "Code INSEE de naissance", code)]


# --- Company, route, training -----------------------------------------------------------------------------


def test_a_blank_siret_or_address_matches_nobody():
    known = {"by_siret": {make_siret(): ("1", "Vauzelle")}, "by_name": {"vauzelle": [("1", "Vauzelle")]}}
    lines = checked(person(email=""), person(email=""), **known)
    assert [(line.findings, line.values["company_id"]) for line in lines] == [([], ""), ([], "")]


def test_companies_are_found_by_siret_then_by_name():
    siret = make_siret()
    known = {"by_siret": {siret: ("1", "Vauzelle")}, "by_name": {"vauzelle": [("1", "Vauzelle")]}}
    by_siret, by_name, other, new, unnamed = checked(
        person(siret=f"{siret[:3]} {siret[3:]}"),
        person(company_name="VAUZELLE"),
        person(siret=siret, company_name="Serein"),
        person(siret=make_siret(), company_name="Serein"),
        person(siret=make_siret()),
        **known,
    )
    assert [line.values["company_id"] for line in (by_siret, by_name, other, new)] == ["1", "1", "1", ""]
    assert (by_siret.findings, by_name.findings) == ([], [])
    assert said(other) == [("warning", "SIRET", "company")]
    assert said(new) == [("notice", "Entreprise", "new")]
    assert said(unnamed) == [("error", "Entreprise", "required")]


def luhn_closed(digits):
    return digits + luhn.calc_check_digit(digits)


def test_a_siret_gets_its_zeros_back_when_its_key_agrees():
    siret = luhn_closed(f"{luhn_closed('01234567')}0001")
    (line,) = checked(person(siret=float(siret), company_name="Serein"))
    assert (said(line)[0], line.values["siret"]) == (("warning", "SIRET", "zero"), siret)


def test_two_companies_of_one_name_ask_for_the_siret():
    (line,) = checked(person(company_name="Serein"), by_name={"serein": [("1", "Serein"), ("2", "Serein")]})
    assert said(line) == [("error", "SIRET", "company")]


def test_a_tutor_wants_a_company():
    (line,) = checked(person(tutor_name="Laure Cassagne"))
    assert said(line) == [("error", "Tuteur", "company")]
    (line,) = checked(person(tutor_name="Laure Cassagne"), company=True)
    assert line.findings == []


def test_routes_by_label_or_for_all():
    lines = checked(
        *[person(route=text) for text in ("VAE", "contrat de professionnalisation", "", "Stage")], route="vae"
    )
    assert [line.values["route"] for line in lines] == ["vae", "professional_contract", "vae", ""]
    assert said(lines[3]) == [("error", "Voie", "route")]


def test_warnings_of_an_inscription_are_those_of_the_form():
    given = Context(today=DAY, registered_on=DAY, rncp=False)
    cells = [
        as_cell(person(route="VAE", training_started_on=date(2026, 9, 1)).get(c.key, "")) for c in COLUMNS
    ]
    (line,) = check_lines([[3, cells]], INDEXES, given)
    assert said(line) == [
        ("warning", "Voie", "vae"),
        ("warning", "Formation commencée le", "training_before"),
    ]


def test_trainers_come_one_a_line():
    (line,) = checked(person(trainers=" Paul Ravier ;Ada  Benali; "))
    assert line.values["trainers"] == "Paul Ravier\nAda Benali"


def test_what_is_too_long_is_said():
    (line,) = checked(person(tutor_name="x" * 161, company_name="Serein"))
    assert ("error", "Tuteur", "too_long") in said(line)


# --- Likely duplicates ------------------------------------------------------------------------------------


def test_one_person_on_two_lines_is_a_question_until_answered():
    first, second = checked(
        person(birth_name="Lefèvre", first_name="Zoé"), person(birth_name="LEFEVRE", first_name="zoe")
    )
    assert (first.findings, said(second)) == ([], [("warning", "Nom de naissance", "twin_line")])
    key = second.findings[0]["key"]
    assert status_of(second.findings, {}) == Status.TO_CHECK
    assert status_of(second.findings, {key: OTHER}) == Status.READY
    assert status_of(second.findings, {key: SAME}) == Status.IGNORED


def test_lines_that_do_not_say_who_are_nobodys_double():
    lines = checked(
        person(birth_name=""), person(birth_name=""), person(birth_date=""), person(birth_date="")
    )
    assert [code for line in lines for _, _, code in said(line)] == ["required"] * 4


def test_known_candidates_are_questions_too():
    lines = checked(person(birth_name="Lefèvre", first_name="Zoé"), person())
    known = {
        "lefevre|zoe|2003-03-14": [
            ("u1", "Zoé LEFÈVRE", ["2026-0147"], "", ["Elle est admissible."]),
            ("u2", "Zoe LEFEVRE", [], "2026-0150", []),
        ]
    }
    check_known(lines, known)
    give_keys(lines)
    one, two = lines[0].findings
    assert lines[1].findings == []
    assert one["text"] == (
        "Sans doute Zoé LEFÈVRE, 2026-0147 : même nom, même naissance. Elle est admissible."
    )
    assert two["text"].endswith("Déjà inscrit à ce référentiel sous le n° 2026-0150.")
    answers = {one["key"]: SAME, two["key"]: OTHER}
    assert (status_of(lines[0].findings, answers), known_of(lines[0].findings, answers)) == (
        Status.READY,
        "u1",
    )
    assert status_of(lines[0].findings, {one["key"]: OTHER, two["key"]: SAME}) == Status.IGNORED


def test_an_answer_outlives_a_corrected_file():
    twins = [person(birth_name="Lefèvre"), person(birth_name="LEFEVRE")]
    before = checked(*twins)[1].findings[0]["key"]
    assert checked(person(), *twins)[2].findings[0]["key"] == before
    warned = checked(person(birth_name="Lefèvre", birth_commune_code="21999"))[0].findings[0]["key"]
    assert (
        checked(person(), person(birth_name="Lefèvre", birth_commune_code="21999"))[1].findings[0]["key"]
        == warned
    )
    assert (
        status_of(
            checked(person(birth_name="Lefèvre", birth_commune_code="21999"))[0].findings, {warned: READ}
        )
        == Status.READY
    )


def test_one_address_for_two_people_is_a_warning():
    lines = checked(person(email="a@exemple.fr"), person(email="A@exemple.fr"))
    assert [said(line) for line in lines] == [[], [("warning", "Adresse électronique", "shared")]]


# --- Template ---------------------------------------------------------------------------------------------


def refused(headings, version, workbook=True):
    with pytest.raises(Refusal) as refusal:
        places_of_columns(headings, version, workbook=workbook)
    return refusal.value.reasons


AGAIN = "Téléchargez le modèle actuel sur la page d’import et recopiez-y vos lignes."


def test_columns_are_found_in_any_order_and_the_comments_left_out():
    shuffled = [COMMENT, *reversed(HEADINGS), ""]
    assert places_of_columns(shuffled, VERSION, workbook=True)["birth_name"] == len(HEADINGS)
    assert places_of_columns([heading.upper() for heading in HEADINGS], None, workbook=False) == INDEXES


def test_an_older_template_is_refused_and_says_where_the_present_one_is():
    assert refused(HEADINGS, "2025-1") == [
        f"La version « 2025-1 » du modèle n’est plus acceptée, la version actuelle est {VERSION}. {AGAIN}"
    ]
    assert refused(HEADINGS, None) == [
        f"Ce classeur n’est pas le modèle : sa première ligne ne porte pas de version. {AGAIN}"
    ]


def test_headings_that_are_not_the_templates_are_all_named():
    headings = [*HEADINGS[1:], "Prénom", HEADINGS[2]]
    assert refused(headings, None, workbook=False) == [
        "Colonnes absentes : « Nom de naissance ».",
        "Colonnes inconnues : « Prénom ».",
        "Colonnes en double : « Premier prénom ».",
        AGAIN,
    ]
