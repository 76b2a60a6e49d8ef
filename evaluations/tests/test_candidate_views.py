"""The list of candidates and one candidate's page: what is found, who reads what, where each button leads."""

import io
import re
import zipfile
from datetime import date, timedelta
from html import unescape
from urllib.parse import urlencode

import pytest
import time_machine
from django.urls import reverse
from python_calamine import CalamineWorkbook

from accounts.log import SYSTEM
from accounts.models import LogEntry, Role
from accounts.tests.factories import (
    client_as,
    make_centre,
    make_membership,
    make_resource_centre,
    make_wearer,
)
from candidates.actions import abandon_registration, create_training_body
from candidates.models import Candidate, Dossier, Registration
from candidates.tests.factories import (
    full_identity,
    make_cohort,
    make_company,
    make_dossier,
    make_registration,
)
from cqpm.utils.french import day, today
from evaluations.actions import commission as commissions
from evaluations.models import Jury
from evaluations.reads.deadline import next_deadline, with_deadlines
from evaluations.tests.factories import (
    ask_opinion,
    finish,
    make_commission,
    make_decided_registration,
    make_evaluated_registration,
    make_evaluation,
    make_evaluator,
    make_jury,
    make_keeping_registration,
    make_ready_registration,
    make_validated_registration,
    president_of,
    with_dossier,
)
from referentiel.tests.factories import make_referentiel, plain

pytestmark = pytest.mark.django_db
BASES = ["Avis de l’entreprise", "Entretien", "Validation"]
TABS = ["Parcours", "Fiche", "Documents", "Journal"]


@pytest.fixture
def centre():
    return make_centre()


@pytest.fixture
def referentiel():
    return make_referentiel((1, 1), resource_centre=make_resource_centre())


@pytest.fixture
def staff(centre):
    return client_as(make_membership(Role.OFFICER, centre=centre))


def read(client, name="candidate_list", *args, **parameters):
    response = client.get(f"{reverse(name, args=args)}?{urlencode(parameters)}")
    assert response.status_code == 200
    return response


def names(response):
    """The numbers of the registrations listed, in order."""
    return [row.number for row in response.context["page"].object_list]


def headings(response):
    return re.findall(r'<th scope="col"[^>]*>([^<]+)</th>', response.content.decode())


def tabs_of(response):
    return [words for words, _, _ in response.context["tabs"]]


# --- The list ------------------------------------------------------------------------------------------------------


@pytest.mark.both_engines
@pytest.mark.parametrize(
    "typed", ["oeuv", "OEUVRARD", "œuvrard", "noel", "jean oeuv", "fonder", "2026-0001", "2026 0001"]
)
def test_a_word_is_found_by_its_beginning_whatever_accents_and_case(centre, referentiel, staff, typed):
    with time_machine.travel("2026-11-23 09:00+00:00", tick=False):
        company = make_company(centre, name="Fonderie Chauvelot")
        make_registration(
            centre,
            referentiel,
            company=company,
            who={"birth_name": "Œuvrard", "first_name": "Jean-Noël"},
        )
        make_registration(centre, referentiel, who={"birth_name": "Vuillemin", "first_name": "Ada"})
        assert names(read(staff, q=typed)) == ["2026-0001"]


@pytest.mark.both_engines
@pytest.mark.parametrize("typed", ["uvrard", "onderie", "oeuvrard ada", "%", "_"])
def test_the_middle_of_a_word_is_not_its_beginning(centre, referentiel, staff, typed):
    company = make_company(centre, name="Fonderie Chauvelot")
    make_registration(centre, referentiel, company=company, who={"birth_name": "Œuvrard"})
    assert names(read(staff, q=typed)) == ([] if typed not in "%_" else ["2026-0001"])


@pytest.mark.both_engines
def test_filters_stand_in_the_address_and_are_taken_away_one_by_one(centre, referentiel, staff):
    drafted = make_registration(centre, referentiel, route="apprenticeship")
    sent = with_dossier(referentiel, centre=centre, route="apprenticeship")
    other = with_dossier(make_referentiel(resource_centre=make_resource_centre()), centre=centre)
    everyone = {drafted.number, sent.number, other.number}
    assert set(names(read(staff))) == everyone
    assert names(read(staff, etape="dossier")) == [drafted.number]
    assert set(names(read(staff, voie="apprenticeship"))) == {drafted.number, sent.number}
    assert names(read(staff, referentiel=other.referentiel_id)) == [other.number]
    assert names(read(staff, etat="abandoned")) == []

    response = read(staff, q="", voie="apprenticeship", etape="evaluations", page=1)
    assert names(response) == [sent.number]
    chips = response.context["filters"].chips
    assert [words for words, _ in chips] == ["Évaluations", "Apprentissage"]
    assert [names(staff.get(reverse("candidate_list") + url)) for _, url in chips] == [
        names(read(staff, voie="apprenticeship")),
        names(read(staff, etape="evaluations")),
    ]


def test_a_filter_nobody_understands_is_left_aside(centre, referentiel, staff):
    row = make_registration(centre, referentiel)
    response = read(staff, etape="nulle-part", referentiel="x", page="z")
    assert names(response) == [row.number]
    assert response.context["filters"].chips == []


def test_the_versions_offered_are_those_of_the_centre(centre, referentiel, staff):
    make_registration(centre, referentiel)
    make_registration(referentiel=make_referentiel(resource_centre=make_resource_centre()))
    (field,) = [field for field in read(staff).context["filters"].selects if field.name == "referentiel"]
    assert [label for _, label in field.field.choices] == [
        "Tous les référentiels",
        f"{referentiel.title} ({referentiel.number})",
    ]


@pytest.mark.both_engines
def test_the_most_urgent_stand_first_and_what_is_over_last(centre, referentiel, staff):
    officer = make_wearer(Role.OFFICER, centre=centre)
    over = make_registration(centre, referentiel)
    abandon_registration(registration=over, reason="Embauche ailleurs.", by=officer)
    nothing = make_registration(centre, referentiel)
    planned = with_dossier(referentiel, centre=centre)
    make_evaluation(planned, held_on=today() + timedelta(days=3))
    late = with_dossier(referentiel, centre=centre)
    opinion = ask_opinion(late)
    type(opinion).objects.filter(pk=opinion.pk).update(due_on=today() - timedelta(days=2))
    response = read(staff)
    assert names(response) == [late.number, planned.number, nothing.number, over.number]
    rows = {row.pk: next_deadline(row) for row in response.context["page"].object_list}
    assert [plain(rows[late.pk].late), rows[late.pk].what] == ["2 jours de retard", "avis de l’entreprise"]
    assert [rows[planned.pk].late, rows[planned.pk].what] == ["", "situation réelle, 8\xa0h"]
    assert (rows[nothing.pk].what, rows[over.pk]) == ("dossier à transmettre", None)


@pytest.mark.both_engines
def test_commissions_and_juries_are_deadlines_too(centre, referentiel):
    heard = with_dossier(referentiel, centre=centre)
    officer = make_wearer(Role.OFFICER, centre=centre)
    commission = make_commission(centre, held_on=today() + timedelta(days=4), by=officer)
    commissions.add_candidate(commission=commission, registration=heard, by=officer)
    deliberated = make_decided_registration(referentiel, centre=centre)
    jury = make_jury(deliberated, state=Jury.State.PREPARED, held_on=today() + timedelta(days=20))
    # Its dossier was never transmitted, which no candidate brought by the real acts is: that is not what comes first.
    Registration.objects.filter(pk=deliberated.pk).update(dossier_due_on=today() + timedelta(days=30))
    rows = {row.pk: row for row in with_deadlines(Registration.objects.all())}
    assert (rows[heard.pk].commission, plain(next_deadline(rows[heard.pk]).what)) == (
        commission.pk,
        "commission, 9 h",
    )
    assert (rows[deliberated.pk].jury, next_deadline(rows[deliberated.pk]).what) == (jury.pk, "jury")
    assert next_deadline(rows[deliberated.pk]).on == jury.held_on


@pytest.mark.parametrize("size", [1, 3, 30])
def test_the_list_costs_the_same_whatever_its_length(centre, referentiel, staff, size, query_budget):
    first = make_decided_registration(referentiel, centre=centre)
    for _ in range(size - 1):
        make_registration(centre, referentiel, company=first.company)
    with query_budget():
        response = read(staff, q="", etat="registered")
    assert len(names(response)) == min(size, 25)


def test_the_list_asks_as_many_queries_for_one_as_for_three(
    centre, referentiel, staff, django_assert_num_queries
):
    for _ in range(3):
        make_decided_registration(referentiel, centre=centre)
        read(staff)  # a process reads a published référentiel once
        with django_assert_num_queries(10):
            read(staff)


@pytest.mark.both_engines
def test_the_longer_filters_stand_in_the_address_too(centre, referentiel, staff):
    """Class, company, training body, commission, jury: shown when asked for or in force."""
    others = make_registration(centre, referentiel)
    mine, commission = make_ready_registration(referentiel, centre=centre)
    jury = make_jury(decided := make_decided_registration(referentiel, centre=centre))
    body = create_training_body(centre=centre, name="AFPI Bourgogne", by=SYSTEM)
    Registration.objects.filter(pk=others.pk).update(training_body=body)
    cohort = make_cohort(others)
    found = {
        name: names(read(staff, **{name: row.pk}))
        for name, row in {
            "promotion": cohort,
            "entreprise": mine.company,
            "organisme": body,
            "commission": commission,
            "jury": jury,
        }.items()
    }
    assert found == {
        "promotion": [others.number],
        "entreprise": [mine.number],
        "organisme": [others.number],
        "commission": [mine.number],
        "jury": [decided.number],
    }
    shown = {field.name for field in read(staff, plus=1).context["filters"].selects}
    assert shown == {"etape", "referentiel", "voie", "etat", "retard", *found}
    assert [words for words, _ in read(staff, organisme=body.pk).context["filters"].chips] == [
        "AFPI Bourgogne"
    ]
    foreign = make_company(make_centre())
    assert len(names(read(staff, entreprise=foreign.pk))) == 3  # not understood: not a filter, and no leak


def exported(client, **filters):
    """The rows of the spreadsheet, headings aside, as dicts of what is read."""
    response = client.post(f"{reverse('candidate_export')}?{urlencode(filters)}")
    assert response["Content-Disposition"].startswith('attachment; filename="candidats-')
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(response.streaming_content)))
    heading, *rows = book.get_sheet_by_name("Candidats").to_python()
    return [dict(zip(heading, row, strict=True)) for row in rows]


@pytest.mark.both_engines
def test_the_list_is_exported_as_it_is_narrowed(centre, referentiel, staff):
    make_registration(centre, referentiel, who={"birth_name": "Martin"})  # the factory’s names take turns
    decided = make_decided_registration(referentiel, centre=centre, who={"birth_name": "Œuvrard"})
    finish(make_jury(decided), Jury.State.PUBLISHED)
    (row,) = exported(staff, q="oeuvr")
    shown = ("Numéro", "Nom de naissance", "Né(e) le", "SIRET", "État", "Résultat publié")
    assert [row[name] for name in shown] == [
        decided.number,
        "Œuvrard",
        decided.candidate.birth_date,
        decided.company.siret,
        "Close",
        "Admissible",
    ]
    entry = LogEntry.objects.get(verb="export_candidates")
    assert (entry.sentence, entry.data) == ("Liste exportée : 1\u00a0inscription.", {"filters": "q=oeuvr"})
    assert len(exported(staff)) == 2


def test_both_companies_and_the_training_body_are_exported(centre, referentiel, staff):
    host = make_company(centre, name="Fonderie Chauvelot")
    body = create_training_body(centre=centre, name="AFPI Bourgogne", siren="732829320", by=SYSTEM)
    around = {"route": "external_retraining", "host_company": host, "training_body": body}
    hosted = make_registration(centre, referentiel, **around)
    make_registration(centre, referentiel)
    shown = (
        "Voie",
        "SIRET",
        "Entreprise d’accueil",
        "SIRET de l’entreprise d’accueil",
        "SIREN de l’organisme",
    )
    one, other = sorted(exported(staff), key=lambda row: row["Numéro"])
    assert [one[name] for name in shown] == [
        "Période de reconversion externe",
        hosted.company.siret,
        "Fonderie Chauvelot",
        host.siret,
        "732829320",
    ]
    assert [other[name] for name in shown[2:]] == ["", "", ""]


def test_spreadsheet_and_file_show_each_field_of_the_person(centre, referentiel, staff):
    registration = make_registration(centre, referentiel, who=full_identity(birth_date=date(1990, 3, 14)))
    (row,) = exported(staff)
    page = plain(unescape(staff.get(reverse("registration_file", args=[registration.pk])).content.decode()))
    words = {name: getattr(registration.candidate, name) for name in Candidate.PERSONAL}
    exported_text = " ".join(map(str, row.values()))
    assert [name for name, value in words.items() if str(value) not in exported_text] == []
    words |= {"sex": "Féminin", "birth_date": plain(day(words["birth_date"]))}
    assert [name for name, value in words.items() if value not in page] == []


def test_a_name_that_looks_like_a_formula_is_exported_as_a_text(centre, referentiel, staff):
    company = make_company(centre, name="=HYPERLINK(A1)")
    make_registration(centre, referentiel, company=company)
    response = staff.post(reverse("candidate_export"))
    with zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content))) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert ("=HYPERLINK(A1)" in sheet, "<f>" in sheet) == (True, False)


def test_a_page_holds_twenty_five_and_the_next_one_the_rest(centre, referentiel, staff):
    company = make_company(centre)
    for _ in range(27):
        make_registration(centre, referentiel, company=company)
    assert [len(names(read(staff, page=number))) for number in (1, 2, 9)] == [25, 2, 2]
    assert not set(names(read(staff, page=1))) & set(names(read(staff, page=2)))


def test_each_reader_finds_those_in_scope_and_no_figure_that_is_not_his(centre, referentiel, staff):
    mine, theirs = with_dossier(referentiel, centre=centre), with_dossier(referentiel)
    evaluator = make_membership(Role.EVALUATOR, centre=centre)
    make_evaluation(mine, evaluator=evaluator.user)
    resource = make_membership(Role.RESOURCE, resource_centre=referentiel.certification.resource_centre)
    assert names(read(staff)) == [mine.number]
    assert names(read(client_as(evaluator))) == [mine.number]
    assert set(read(client_as(resource)).context["page"].object_list) == {mine, theirs}
    for member in (evaluator, resource):
        found = headings(read(client_as(member)))
        assert found == ["Candidat", "Référentiel", "Entreprise", "Étape", "Centre d’examen"]
    assert headings(read(staff))[-2:] == ["Capacités", "Prochaine échéance"]


@pytest.mark.parametrize("role", [Role.NATIONAL, Role.ADMINISTRATOR])
def test_those_who_see_no_candidate_have_no_list(role):
    assert client_as(make_membership(role)).get(reverse("candidate_list")).status_code == 403


def test_an_empty_list_says_what_to_do_next(staff):
    assert "Aucun candidat pour l’instant" in read(staff).content.decode()
    assert "Aucun candidat ne répond à ces filtres" in read(staff, q="zzz").content.decode()
    evaluator = client_as(make_membership(Role.EVALUATOR))
    assert "Aucun candidat ne vous est confié" in read(evaluator).content.decode()


# --- One candidate: who reads what ---------------------------------------------------------------------------------


@pytest.fixture
def registration(centre, referentiel):
    """Ready to be decided: evaluations, opinion and interview are there."""
    row, commission = make_ready_registration(referentiel, centre=centre, said={1: "reserved"})
    row.commission = commission
    return row


def test_the_staff_reads_everything(registration, staff):
    response = read(staff, "registration_detail", registration.pk)
    page = response.content.decode()
    assert tabs_of(response) == TABS
    assert [words for words in headings(response) if words in BASES] == BASES
    assert "Réservé" in page and "Dijon" in page and "Tout le journal" in page
    for name in ("registration_file", "registration_documents", "registration_journal"):
        assert tabs_of(read(staff, name, registration.pk)) == TABS


def readers(registration):
    """Those in scope beside the staff: (client, whether the bases are theirs)."""
    centre = registration.centre
    scorer = make_membership(Role.EVALUATOR, centre=centre)
    make_evaluation(registration, evaluator=scorer.user)
    member = registration.commission.members.first().user.memberships.get(centre=centre)
    resource = registration.referentiel.certification.resource_centre
    return {
        "scorer": (client_as(scorer), False),
        "member": (client_as(member), True),
        "resource": (client_as(make_membership(Role.RESOURCE, resource_centre=resource)), False),
    }


def test_the_others_read_the_journey_as_far_as_their_part_goes(registration):
    candidate = registration.candidate
    for name, (client, bases) in readers(registration).items():
        response = read(client, "registration_detail", registration.pk)
        page = response.content.decode()
        assert tabs_of(response) == [], name
        assert ([words for words in headings(response) if words in BASES] == BASES) is bases, name
        assert ("Réservé" in page) is bases, name
        assert not [
            secret for secret in ("Dijon", candidate.email, str(candidate.birth_date.year)) if secret in page
        ], name
        assert response.context["journal"] == [], name
        for tab in ("registration_file", "registration_documents", "registration_journal"):
            assert client.get(reverse(tab, args=[registration.pk])).status_code == 403, (name, tab)


def test_an_evaluator_who_only_scores_sees_his_own_evaluation(registration):
    client, _ = readers(registration)["scorer"]
    shown = read(client, "registration_detail", registration.pk).context["evaluations"]
    assert len(shown) == 1
    assert registration.evaluations.count() == 2


def test_the_measure_granted_is_for_those_who_apply_it(centre, referentiel, staff):
    registration = with_dossier(referentiel, centre=centre, adaptation="temps majoré d’un tiers")
    evaluator = make_membership(Role.EVALUATOR, centre=centre)
    make_evaluation(registration, evaluator=evaluator.user)
    resource = make_membership(Role.RESOURCE, resource_centre=referentiel.certification.resource_centre)
    said = {
        name: "majoré" in read(client, "registration_detail", registration.pk).content.decode()
        for name, client in (
            ("staff", staff),
            ("evaluator", client_as(evaluator)),
            ("resource", client_as(resource)),
        )
    }
    assert said == {"staff": True, "evaluator": True, "resource": False}


def test_a_decision_is_read_by_its_president_once_published(referentiel):
    registration = make_decided_registration(referentiel)
    jury = make_jury(registration, state=Jury.State.CLOSED)
    president = client_as(president_of(jury))
    officer = client_as(make_membership(Role.OFFICER, centre=jury.centre))
    assert read(president, "registration_detail", registration.pk).context["decision"] is None
    assert read(officer, "registration_detail", registration.pk).context["decision"].verdict == "admissible"


def test_out_of_scope_is_absent(registration):
    strangers = [
        make_membership(Role.HEAD),
        make_membership(Role.EVALUATOR, centre=registration.centre),
        make_membership(Role.RESOURCE),
        make_membership(Role.NATIONAL),
        make_membership(Role.ADMINISTRATOR),
    ]
    for member in strangers:
        client = client_as(member)
        for name in ("detail", "file", "documents", "journal"):
            url = reverse(f"registration_{name}", args=[registration.pk])
            assert client.get(url).status_code == 404, (member.role, name)


# --- One candidate: what is said -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["detail", "file", "documents", "journal"])
def test_each_tab_keeps_its_budget(registration, staff, name, query_budget):
    with query_budget():
        read(staff, f"registration_{name}", registration.pk)


def test_the_page_of_each_reader_keeps_its_budget(registration, query_budget):
    for client, _ in readers(registration).values():
        with query_budget():
            read(client, "registration_detail", registration.pk)


def leads(client, registration):
    """(words of the next act, its status): the button opens something for whoever sees it."""
    response = read(client, "registration_detail", registration.pk)
    act = response.context["next_act"]
    for point in response.context["missing"]:
        assert client.get(point["url"]).status_code == 200, point
    return (act.text, client.get(act.url).status_code) if act else None


def test_the_next_act_of_each_stage_opens_its_page(centre, referentiel, staff):
    drafted = make_registration(centre, referentiel)
    assert leads(staff, drafted) == ("Compléter le dossier", 200)
    returned = make_registration(centre, referentiel)
    make_dossier(returned, state=Dossier.State.RETURNED)
    assert leads(staff, returned) == ("Corriger le dossier", 200)
    sent = with_dossier(referentiel, centre=centre)
    assert leads(staff, sent) == ("Prévoir une évaluation", 200)
    make_evaluation(sent)
    assert leads(staff, sent) == ("Voir l’évaluation", 200)

    evaluated = make_evaluated_registration(referentiel, centre=centre)
    assert leads(staff, evaluated) == ("Placer en commission", 200)
    ready, _ = make_ready_registration(referentiel, centre=centre)
    assert leads(staff, ready) == ("Ouvrir la séance", 200)
    validated = make_validated_registration(referentiel, centre=centre)
    assert leads(staff, validated) == ("Inscrire à un jury", 200)
    make_jury(validated, state=Jury.State.PREPARED)
    assert leads(staff, validated) == ("Ouvrir le jury", 200)


def test_the_opinion_is_asked_then_followed(centre, referentiel, staff):
    registration = make_evaluated_registration(referentiel, centre=centre)
    opinion = registration.opinions.get()
    Registration.objects.filter(pk=registration.pk).update(stage="opinion")
    assert leads(staff, registration) == ("Suivre l’avis", 200)
    with_one = with_dossier(referentiel, centre=centre)
    Registration.objects.filter(pk=with_one.pk).update(stage="opinion")
    assert leads(staff, with_one) == ("Demander l’avis", 200)
    assert opinion.registration_id == registration.pk


def test_a_result_is_published_then_documented(centre, referentiel, staff):
    registration = make_validated_registration(referentiel, centre=centre)
    make_jury(registration, state=Jury.State.CLOSED)
    assert leads(staff, registration) == ("Publier le résultat", 200)
    other = make_validated_registration(referentiel, centre=centre)
    make_jury(other, state=Jury.State.PUBLISHED)
    assert leads(staff, other) == ("Voir les documents", 200)


def test_nothing_is_left_to_do_for_an_abandoned_registration(centre, referentiel, staff):
    registration = with_dossier(referentiel, centre=centre)
    officer = make_wearer(Role.OFFICER, centre=centre)
    abandon_registration(registration=registration, reason="Embauche ailleurs.", by=officer)
    response = read(staff, "registration_detail", registration.pk)
    assert (response.context["next_act"], response.context["missing"]) == (None, [])
    assert "Embauche ailleurs." in response.content.decode()


def test_an_evaluator_goes_to_his_or_her_own_sheet(centre, referentiel):
    registration = with_dossier(referentiel, centre=centre)
    evaluator = make_evaluator(centre)
    make_evaluation(registration, evaluator=evaluator)
    client = client_as(evaluator)
    assert leads(client, registration) == ("Voir mon évaluation", 200)


def test_what_is_missing_is_said_once_for_all_the_capacities_it_is_about(centre, referentiel, staff):
    registration = with_dossier(referentiel, centre=centre)
    make_evaluation(registration, capacities=[1])
    points = read(staff, "registration_detail", registration.pk).context["missing"]
    assert [(plain(point["text"]), point["action"]) for point in points] == [
        (f"C1 · Évaluation à remettre : situation réelle du {french_today()}.", "Ouvrir"),
        ("Avis de l’entreprise : ni remis, ni absence motivée.", "Demander l’avis"),
        ("Entretien avec le candidat : à tenir.", "Placer en commission"),
        ("C2 · Évaluation prévue au dossier à tenir : situation réelle.", "Prévoir"),
    ]


def french_today():
    return plain(day(today()))


def test_a_kept_capacity_is_shown_with_its_origin(centre, referentiel, staff):
    registration = make_keeping_registration(referentiel, centre=centre)
    page = plain(read(staff, "registration_detail", registration.pk).content.decode())
    first = registration.candidate.registrations.exclude(pk=registration.pk).get()
    assert f"Capacité conservée de l’inscription {first.number}, acquise le" in page
    assert page.count("Conservée") == 1


def test_the_stepper_says_where_each_step_is(registration, staff):
    steps = read(staff, "registration_detail", registration.pk).context["steps"]
    assert [(step["name"], step["status"]) for step in steps] == [
        ("Inscription", "done"),
        ("Dossier", "done"),
        ("Évaluations", "done"),
        ("Avis", "done"),
        ("Entretien", "done"),
        ("Validation", "current"),
        ("Délibération", "todo"),
        ("Résultat", "todo"),
    ]
    assert [plain(steps[2]["sub"]), steps[3]["sub"]] == ["2 sur 2 capacités", "remis"]


def test_a_late_opinion_warns_in_the_stepper(centre, referentiel, staff):
    registration = with_dossier(referentiel, centre=centre)
    opinion = ask_opinion(registration)
    type(opinion).objects.filter(pk=opinion.pk).update(due_on=today() - timedelta(days=1))
    steps = read(staff, "registration_detail", registration.pk).context["steps"]
    assert [step["status"] for step in steps] == ["done", "done", "current", "warn", *["todo"] * 4]
