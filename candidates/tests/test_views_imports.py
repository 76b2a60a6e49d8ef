"""The pages of a class's import: what is shown, asked, downloaded; files refused by name."""

import io

import pytest
import python_calamine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import Role
from accounts.tests.factories import client_as, make_resource_centre, make_wearer
from candidates import actions
from candidates.imports.columns import COLUMNS, COMMENT, GUIDE, HEADINGS, SHEET, VERSION, VERSION_LABEL
from candidates.imports.reading import read
from candidates.models import ClassImport, Registration
from candidates.tasks import read_class
from candidates.tests.classes import make_import, person, send, text, upload, workbook
from candidates.tests.factories import make_candidate
from cqpm.utils.french import today
from cqpm.utils.uploads import LIMITS
from referentiel.tests.factories import make_referentiel

pytestmark = pytest.mark.django_db
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


@pytest.fixture
def officer():
    return make_wearer(Role.OFFICER)


@pytest.fixture
def client(officer):
    return client_as(officer)


def page(client, made, query=""):
    return client.get(reverse("class_import", args=[made.pk]) + query).content.decode()


def posted(client, content, referentiel=None, name="classe.xlsx"):
    data = {
        "file": SimpleUploadedFile(name, content),
        "referentiel": (referentiel or make_referentiel(resource_centre=make_resource_centre())).pk,
        "registered_on": today().isoformat(),
    }
    return client.post(reverse("class_import_new"), data)


# --- Sending ----------------------------------------------------------------------------------------------


def test_a_class_from_file_to_registrations(client, officer, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as woken:
        response = posted(client, workbook(person(), person()))
    made = ClassImport.objects.get()
    assert (response.status_code, response["Location"]) == (302, reverse("class_import", args=[made.pk]))
    assert len(woken) == 1
    waiting = client.get(reverse("class_import", args=[made.pk]))
    assert 'hx-trigger="every 1s"' in waiting.content.decode()
    progress = reverse("class_import_progress", args=[made.pk])
    assert "HX-Refresh" not in client.get(progress)
    read_class(str(made.attempts.get().pk))
    assert client.get(progress)["HX-Refresh"] == "true"
    assert "Importer les 2 lignes" in page(client, made)
    client.post(reverse("class_import_confirm", args=[made.pk]))
    assert Registration.objects.filter(centre=officer.hat.centre).count() == 2
    assert "Annuler l’import" in page(client, made)
    client.post(reverse("class_import_undo", args=[made.pk]))
    assert Registration.objects.count() == 0
    assert "Ses numéros ne resserviront pas" in page(client, made)


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (OLE, "ancien format Office (.xls, .doc)"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "fichier protégé par un mot de passe"),
        (b"%PDF-1.7", "PDF"),
        (b"MZ\x90\x00", "inconnu"),
    ],
)
def test_files_of_another_type_are_refused_by_name(client, content, found):
    response = posted(client, content)
    form = response.context["form"]
    assert form.errors["file"] == [
        f"Ce fichier n’est pas du type attendu (XLSX ou texte (CSV, TXT)). Type reconnu : {found}."
    ]
    assert ClassImport.objects.count() == 0


def test_a_file_over_the_limit_is_refused_in_french(client):
    response = posted(client, b"a;b\n" * (LIMITS["class"] // 4 + 100_000))
    assert (response.status_code, ClassImport.objects.count()) == (413, 0)
    assert "dépasse 10\u00a0Mo" in response.content.decode()


def test_a_corrected_file_of_the_wrong_type_leaves_the_last_one(client, officer):
    made = make_import(person(), by=officer)
    url = reverse("class_import_file", args=[made.pk])
    response = client.post(url, {"file": SimpleUploadedFile("a.xlsx", b"%PDF-1.7")}, follow=True)
    assert "n’est pas du type attendu" in response.content.decode()
    assert made.attempts.count() == 1
    client.post(url, {"file": SimpleUploadedFile("a.csv", text(person()))})
    assert list(made.attempts.values_list("rank", "filename", "is_workbook")) == [
        (1, "classe.xlsx", True),
        (2, "a.csv", False),
    ]


# --- Reading the report -----------------------------------------------------------------------------------


def test_the_report_says_line_column_value_and_what_to_do(client, officer):
    made = make_import(person(birth_name="Haddad", birth_date="31/02/2001"), person(), by=officer)
    shown = page(client, made)
    for words in ("HADDAD Léo", "Date de naissance", "<code>31/02/2001</code>", "Cette date n’existe pas."):
        assert shown.count(words) == 1
    assert "Importer la ligne prête" in shown
    assert "Cette date n’existe pas." not in page(client, made, "?niveau=pretes")
    assert "Aucun constat ici" in page(client, made, "?niveau=a-verifier")


def test_a_likely_duplicate_is_compared_and_settled(client, officer):
    known = make_candidate(
        officer.hat.centre, birth_name="Lefèvre", birth_date=person()["birth_date"], birth_place="Lyon"
    )
    made = make_import(person(birth_name="LEFEVRE", birth_place="Dijon"), by=officer)
    shown = page(client, made)
    for words in ("Déjà enregistré", "Lyon", "C’est la même<", "Autre personne<"):
        assert shown.count(words) == 1
    row = made.attempts.get().rows.get()
    data = {"row": row.pk, "key": row.findings[0]["key"], "answer": "same", "niveau": "a-verifier"}
    response = client.post(reverse("class_import_settle", args=[made.pk]), data)
    assert response["Location"] == reverse("class_import", args=[made.pk]) + "?niveau=a-verifier"
    assert "Même personne." in page(client, made, "?niveau=pretes")
    client.post(reverse("class_import_confirm", args=[made.pk]))
    assert known.registrations.count() == 1


def test_answers_to_nothing_are_refused_politely(client, officer):
    made = make_import(person(), by=officer)
    url = reverse("class_import_settle", args=[made.pk])
    assert client.post(url, {"row": "²"}).status_code == 404
    row = made.attempts.get().rows.get()
    shown = client.post(url, {"row": row.pk, "key": "x"}, follow=True).content.decode()
    assert "Cette question n’est plus posée" in shown
    assert client.post(url).status_code == 302


def test_earlier_files_stay_readable_and_closed(client, officer):
    made = make_import(person(sex="H"), by=officer)
    send(made, person(), by=officer)
    assert "Écrivez F ou M." not in page(client, made)
    earlier = page(client, made, "?essai=1")
    assert "Écrivez F ou M." in earlier
    assert "Essai précédent, en lecture seule." in earlier
    assert "Déposer un fichier corrigé" not in earlier


def test_a_refused_file_says_why_and_where_the_template_is(client, officer):
    made = make_import(content=workbook(person(), version="2025-1"), by=officer)
    shown = page(client, made)
    assert f"la version actuelle est {VERSION}" in shown
    assert reverse("class_import_template", args=["xlsx"]) in shown


@pytest.mark.parametrize("query", ["", "?niveau=pretes"])
def test_report_takes_the_same_queries_whatever_the_lines(client, officer, query, django_assert_num_queries):
    """With a known person, a twin and errors among them."""
    make_candidate(officer.hat.centre, birth_name="Lefèvre", birth_date=person()["birth_date"])
    for count in (1, 30):
        lines = [person(sex="H") for _ in range(count)] + [person() for _ in range(count)]
        twins = [person(birth_name="Lefevre") for _ in range(count + 1)]
        made = make_import(*lines, *twins, by=officer)
        with django_assert_num_queries(11 if query == "" else 9):
            page(client, made, query)


def test_someone_elses_import_is_absent(officer):
    made = make_import(person(), by=officer)
    elsewhere = client_as(make_wearer(Role.HEAD))
    for name in ("class_import", "class_import_annotated", "class_import_progress"):
        assert elsewhere.get(reverse(name, args=[made.pk])).status_code == 404
    assert str(made.pk) not in elsewhere.get(reverse("class_import_new")).content.decode()


# --- Downloads --------------------------------------------------------------------------------------------


def test_the_template_has_its_version_headings_lists_and_instructions(client):
    response = client.get(reverse("class_import_template", args=["xlsx"]))
    assert response["Content-Disposition"] == 'attachment; filename="modele-classe.xlsx"'
    book = python_calamine.load_workbook(io.BytesIO(response.content))
    version, headings = book.get_sheet_by_name(SHEET).to_python()
    assert (version[:2], headings) == ([VERSION_LABEL, VERSION], HEADINGS)
    guide = book.get_sheet_by_name(GUIDE).to_python()
    assert [line[0] for line in guide[1 : len(COLUMNS) + 1]] == HEADINGS
    found = read(response.content, True)
    assert (found["version"], len(found["lines"])) == (VERSION, 1)
    csv = client.get(reverse("class_import_template", args=["csv"])).content
    assert read(csv, False)["lines"] == [[1, HEADINGS]]


def test_the_annotated_copy_says_each_finding_and_is_accepted_again(client, officer):
    made = make_import(
        person(sex="H", email="=cmd|'/C calc'!A0", birth_commune_code="01053", birth_place="Bourg-en-Bresse"),
        person(),
        by=officer,
    )
    response = client.get(reverse("class_import_annotated", args=[made.pk]))
    found = read(response.content, True)
    (_, headings), (_, first), (_, second) = found["lines"]
    assert headings == [*HEADINGS, COMMENT]
    assert (first[-1].splitlines(), second[-1]) == (
        [
            "À CORRIGER, Adresse électronique : Une valeur ne commence pas par « = » : un tableur la prendrait pour une formule.",
            "À CORRIGER, Sexe : Écrivez F ou M.",
        ],
        "",
    )
    # A text, no live formula; the code keeps its zero.
    assert first[HEADINGS.index("Adresse électronique")] == "=cmd|'/C calc'!A0"
    assert first[HEADINGS.index("Code INSEE de naissance")] == "01053"
    again = send(made, content=response.content, by=officer)
    assert list(again.rows.values_list("line", "status")) == [(3, "to_correct"), (4, "ready")]


def test_confirming_nothing_and_undoing_nothing_are_told(client, officer):
    made = make_import(person(sex="H"), by=officer)
    for name in ("class_import_confirm", "class_import_undo"):
        response = client.post(reverse(name, args=[made.pk]), follow=True)
        assert "callout-ko" in response.content.decode()
    actions.send_file(class_import=made, file=upload(workbook(person())), by=officer)
    response = client.post(reverse("class_import_again", args=[made.pk]), follow=True)
    assert "Ce fichier est en cours de contrôle." in response.content.decode()
