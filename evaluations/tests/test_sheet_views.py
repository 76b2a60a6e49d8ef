"""The sheet's screen: read, filled in with and without script, submitted, reopened, printed."""

import gzip
import re
from html import unescape

import pytest
from django.contrib.messages import get_messages
from django.test.html import Element, parse_html
from django.urls import reverse

from accounts.models import Role
from accounts.tests.factories import client_as, make_membership, make_wearer
from cqpm.tests.situations import situation
from cqpm.utils.french import day
from evaluations.actions import evaluation as planning, sheet as scoring
from evaluations.models import CriterionResult, ScoreSheet
from evaluations.tests.acts import content
from evaluations.tests.factories import (
    fill_sheet,
    fresh_sheet,
    make_commission,
    make_evaluation,
    make_evaluator,
    make_open_sheet,
    make_submitted_sheet,
    with_dossier,
)
from referentiel.models import Method
from referentiel.tests.factories import load_fictitious, load_seed, make_referentiel

pytestmark = pytest.mark.django_db
SCRIPT = {"HX-Request": "true"}
TOKEN = re.compile(r'(name="csrfmiddlewaretoken" value=|X-CSRFToken": )"[^"]*"')


@situation
def sheet():
    return make_open_sheet(with_dossier(load_seed()))


@pytest.fixture
def client(sheet):
    return client_as(sheet.evaluator.hat)


def url(name, sheet, *args):
    return reverse(name, args=[sheet.pk, *args])


def result(sheet, label):
    capacity, number = label.split(".")
    return CriterionResult.objects.get(
        sheet=sheet, criterion__capacity__number=capacity, criterion__number=number
    )


def post(client, sheet, label="1.1", *, headers=SCRIPT, **data):
    """Sends one criterion, as the script does unless told otherwise."""
    criterion = result(sheet, label).criterion_id
    return client.post(
        url("sheet_result", sheet, criterion), {"version": 0, "value": "met", **data}, headers=headers
    )


def stored(sheet, label="1.1"):
    row = result(sheet, label)
    return row.value, row.branches, row.comment, row.version


def told(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def text(response):
    """The page as it reads, whatever the width of its spaces."""
    return re.sub("[\u00a0\u202f]", " ", unescape(response.content.decode()))


def tree(response):
    """The page as a browser reads it, without what changes at each display."""
    return parse_html(TOKEN.sub(r"\1", response.content.decode()))


def identity(element):
    return dict(element.attributes).get("id")


def replaced(element, pieces):
    """The page once each piece has taken the place of the element with its id: what `sheet.js` does."""
    copy = Element(element.name, element.attributes)
    copy.children = [
        child if not isinstance(child, Element) else pieces.get(identity(child)) or replaced(child, pieces)
        for child in element.children
    ]
    copy.finalize()
    return copy


def pieces_of(response):
    return {identity(child): child for child in tree(response).children if isinstance(child, Element)}


# --- Reading ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("load", "criteria", "capacities"), [(load_seed, 30, 7), (load_fictitious, 33, 8)])
def test_the_sheet_shows_every_word_of_what_it_covers(load, criteria, capacities):
    referentiel = load()
    sheet = make_open_sheet(with_dossier(referentiel))
    covered = [row for row in referentiel.tree if Method.REAL_SITUATION in row.methods]
    page = text(client_as(sheet.evaluator.hat).get(url("sheet", sheet)))
    texts = [
        part
        for capacity in covered
        for criterion in capacity.criteria.all()
        for part in (criterion.text, *criterion.items, *criterion.alternatives, criterion.tail)
    ] + [
        part
        for capacity in covered
        for condition in capacity.conditions.all()
        for part in (condition.text, *condition.items)
    ]
    plain = re.sub(r"\s+", " ", page)
    assert [part for part in texts if re.sub(r"\s+", " ", part) not in plain] == []
    assert [page.count('class="crit"'), page.count('<details class="cap"')] == [criteria, capacities]
    assert f"<b>0</b> sur {criteria}" in page


@pytest.mark.parametrize("criteria", [(1,), (6, 4, 4, 3, 3, 4, 6)])
def test_the_page_costs_the_same_whatever_the_number_of_criteria(criteria, django_assert_num_queries):
    sheet = make_open_sheet(with_dossier(make_referentiel(criteria)))
    client = client_as(sheet.evaluator.hat)
    client.get(url("sheet", sheet))  # the texts of the référentiel are then in memory
    with django_assert_num_queries(6):  # session, person, hats, sheet, results, condition notes
        response = client.get(url("sheet", sheet))
    assert response.context["screen"].total == sum(criteria)


def test_the_heaviest_page_stays_light(client, sheet):
    for row in sheet.results.all():
        CriterionResult.objects.filter(pk=row.pk).update(value="not_met", comment="é" * 300, version=1)
    assert len(gzip.compress(client.get(url("sheet", sheet)).content)) < 30_000


def test_every_state_of_a_sheet_fits_the_budget(query_budget):
    registration = with_dossier(load_fictitious(), methods=list(Method))
    head = client_as(make_wearer(Role.HEAD, centre=registration.centre).hat)
    planned = make_evaluation(registration).sheets.get()
    for row in (planned, make_open_sheet(registration), make_submitted_sheet(registration)):
        for name in ("sheet", "sheet_print"):
            with query_budget():
                assert head.get(url(name, row)).context["sheet"] == row


def test_the_staff_reads_and_may_not_write(sheet):
    officer = client_as(make_wearer(Role.OFFICER, centre=sheet.evaluation.registration.centre).hat)
    page = text(officer.get(url("sheet", sheet)))
    assert "Vous lisez cette grille ; seul son évaluateur la remplit." in page
    assert ["<form" in page, "sheet.js" in page] == [False, False]
    before = content()
    condition = result(sheet, "1.1").criterion.capacity.conditions.first()
    answers = [
        post(officer, sheet),
        officer.post(url("sheet_notes", sheet), {"version": 0, "questions": "Pourquoi ?"}),
        officer.post(url("sheet_condition", sheet, condition.pk), {"version": 0, "note": "Sans plan."}),
        officer.post(url("sheet_submit", sheet)),
    ]
    assert [answer.status_code for answer in answers] == [403, 403, 403, 403]
    assert content() == before


def test_the_others_find_nothing(sheet):
    centre = sheet.evaluation.registration.centre
    strangers = [
        make_evaluator(centre).hat,
        make_wearer(Role.HEAD).hat,
        make_wearer(Role.NATIONAL).hat,
        make_membership(Role.EVALUATOR, user=sheet.evaluator),
    ]
    for hat in strangers:
        stranger = client_as(hat.user, hat)
        answers = [
            stranger.get(url("sheet", sheet)),
            stranger.get(url("sheet_print", sheet)),
            post(stranger, sheet),
        ]
        assert [answer.status_code for answer in answers] == [404, 404, 404]


def test_a_planned_sheet_is_read_blank_and_opened_from_there():
    evaluation = make_evaluation()
    row = fresh_sheet(evaluation.sheets.get())
    client = client_as(row.evaluator.hat)
    page = text(client.get(url("sheet", row)))
    assert [page.count('class="crit crit-read"'), "À saisir" in page] == [3, False]
    assert reverse("evaluation_open", args=[evaluation.pk]) in page


def test_a_criterion_of_another_referentiel_is_not_found(client, sheet):
    stranger = make_referentiel().tree[0]
    answers = [
        client.post(url("sheet_result", sheet, stranger.criteria.first().pk), {"version": 0}),
        client.post(url("sheet_condition", sheet, stranger.conditions.first().pk), {"version": 0}),
    ]
    assert [answer.status_code for answer in answers] == [404, 404]


# --- Saving with script ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("label", "data"),
    [
        ("1.1", {"value": "met"}),
        ("1.2", {"value": "not_met", "comment": "Cote <12> oubliée & reprise."}),
        ("1.5", {"value": "met", "branches": [1]}),
        ("4.2", {"value": "not_observed"}),
        ("4.2", {"value": "", "comment": "À revoir."}),
    ],
)
def test_the_answer_applied_to_the_page_equals_a_full_reload(client, sheet, label, data):
    """Folds apart: which one is open follows the reader, and on a reload the first unfinished capacity."""
    fill_sheet(sheet, except_for={"1.1": "", "1.3": "", "2.1": "", "7.6": "not_met"}, notes=False)
    version = result(sheet, label).version
    page = tree(client.get(url("sheet", sheet)))
    response = post(client, sheet, label, version=version, **data)
    assert response.status_code == 200
    section = label[0]
    pieces = pieces_of(response)
    assert set(pieces) == {
        f"critere-{result(sheet, label).criterion_id}",
        "etat",
        f"regle-{section}",
        f"compte-{section}",
        "total",
        "manque",
        "pied",
    }
    assert replaced(page, pieces) == tree(client.get(url("sheet", sheet)))


def test_notes_applied_to_the_page_equal_a_full_reload(client, sheet):
    page = tree(client.get(url("sheet", sheet)))
    sent = {"version": 0, "observation": "Vu.", "questions": "Pourquoi ?", "evidence": "Relevé."}
    response = client.post(url("sheet_notes", sheet), sent, headers=SCRIPT)
    pieces = pieces_of(response)
    assert set(pieces) == {"notes", "etat", "manque", "pied"}
    assert replaced(page, pieces) == tree(client.get(url("sheet", sheet)))
    row = fresh_sheet(sheet)
    assert [row.observation, row.questions, row.evidence, row.version] == ["Vu.", "Pourquoi ?", "Relevé.", 1]


def test_a_condition_is_noted(client, sheet):
    condition = result(sheet, "1.1").criterion.capacity.conditions.first()
    address = url("sheet_condition", sheet, condition.pk)
    response = client.post(address, {"version": 0, "note": "Sans plan."}, headers=SCRIPT)
    assert set(pieces_of(response)) == {f"condition-{condition.pk}", "etat", "manque", "pied"}
    assert 'name="version" value="1"' in text(response)
    assert sheet.condition_notes.get().note == "Sans plan."
    assert "Sans plan." in text(client.get(url("sheet", sheet)))


def test_the_hot_path_asks_little(client, sheet, django_assert_num_queries):
    post(client, sheet)
    criterion = result(sheet, "1.2").criterion_id
    with django_assert_num_queries(8):  # session, person, hats, sheet, the UPDATE and its savepoint, progress
        client.post(url("sheet_result", sheet, criterion), {"version": 0, "value": "met"}, headers=SCRIPT)
    assert stored(sheet, "1.2") == ("met", [], "", 1)


def test_progress_follows(client, sheet):
    fill_sheet(sheet, except_for={"3.2": "", "3.4": ""}, notes=False)
    page = text(post(client, sheet, "3.2", version=1))
    assert "<b>29</b> sur 30" in page
    assert '<span class="cap-count">3 sur 4</span>' in page
    assert "1 critère à saisir, 3 notes à consigner" in page
    assert f'href="#critere-{result(sheet, "3.4").criterion_id}"' in page
    done = text(post(client, sheet, "3.4", version=1))
    assert 'href="#notes"' in done


def test_met_without_branch_is_refused_and_what_was_typed_stays(client, sheet):
    response = post(client, sheet, "1.5", value="met", comment="Au pupitre.")
    assert response.status_code == 422
    page = text(response)
    assert "Cochez la branche appliquée : sans elle, le critère ne peut pas être acquis." in page
    assert re.search(r'value="met" checked', page)
    assert ">Au pupitre.</textarea>" in page
    assert stored(sheet, "1.5") == ("", [], "", 0)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({"version": ""}, "Saisie incomplète : rechargez la page."),
        ({"version": "x"}, "Saisie incomplète : rechargez la page."),
        ({"value": "12/20"}, "Cette réponse n’existe pas."),
        ({"branches": [0]}, "Cette branche n’existe pas dans ce critère."),
        ({"comment": "é" * 5001}, "Le texte dépasse 5000 caractères."),
    ],
)
def test_what_cannot_be_read_is_refused(client, sheet, data, reason):
    response = post(client, sheet, **data)
    assert [response.status_code, reason in text(response)] == [422, True]
    assert stored(sheet) == ("", [], "", 0)


def test_two_tabs_are_shown_both_values_and_one_is_chosen(client, sheet):
    post(client, sheet, value="met", comment="Vu.")
    response = post(client, sheet, value="not_met", comment="Non.")
    assert response.status_code == 409
    page = text(response)
    assert "Critère 1.1 : deux saisies différentes" in page
    assert re.findall(r"Retenir « ([^»]+) »", page) == ["non acquis", "acquis"]
    assert [page.count("Vu."), page.count("Non.")] == [2, 2]  # in sight, and in what keeping it would send
    assert stored(sheet) == ("met", [], "Vu.", 1)
    forms = [dict(re.findall(r'name="(\w+)" value="([^"]*)"', form)) for form in page.split("<form")[1:3]]
    mine, theirs = ({name: form[name] for name in ("version", "value", "comment")} for form in forms)
    assert [mine, theirs] == [
        {"version": "1", "value": "not_met", "comment": "Non."},
        {"version": "1", "value": "met", "comment": "Vu."},
    ]
    assert post(client, sheet, **mine).status_code == 200
    assert stored(sheet) == ("not_met", [], "Non.", 2)


def test_two_tabs_differing_by_comment_or_branches(client, sheet):
    post(client, sheet, "1.5", value="met", branches=[0])
    page = text(post(client, sheet, "1.5", value="met", branches=[0, 1]))
    assert page.count("Retenir cette saisie") == 2
    assert re.findall(r"Branches : ([a-z, ]+)<", page) == ["a, b", "a"]


def test_two_tabs_on_the_notes(client, sheet):
    address = url("sheet_notes", sheet)
    client.post(address, {"version": 0, "questions": "Une.", "evidence": "Plan."}, headers=SCRIPT)
    response = client.post(address, {"version": 0, "questions": "Deux.", "evidence": "Plan."}, headers=SCRIPT)
    page = text(response)
    assert response.status_code == 409
    assert re.findall(r"Questionnements : (\w+)\.", page) == ["Deux", "Une"]
    assert "Éléments de preuve apportés par le candidat : Plan" not in page  # only what differs
    assert fresh_sheet(sheet).questions == "Une."
    (keep,) = re.findall(r'name="version" value="(\d+)"', page.split("<form")[1])
    client.post(address, {"version": keep, "questions": "Deux."}, headers=SCRIPT)
    assert fresh_sheet(sheet).questions == "Deux."


def test_two_tabs_on_a_condition(client, sheet):
    condition = result(sheet, "1.1").criterion.capacity.conditions.first()
    address = url("sheet_condition", sheet, condition.pk)
    client.post(address, {"version": 0, "note": "Sans plan."}, headers=SCRIPT)
    response = client.post(address, {"version": 0, "note": "Sans gamme."}, headers=SCRIPT)
    assert [response.status_code, text(response).count("Retenir cette note")] == [409, 2]
    client.post(address, {"version": 1, "note": ""}, headers=SCRIPT)
    response = client.post(address, {"version": 1, "note": "Sans gamme."}, headers=SCRIPT)
    assert "Retenir « condition remplie »" in text(response)


def test_a_closed_sheet_refuses(client, sheet):
    sheet = fill_sheet(sheet)
    scoring.submit_sheet(sheet=sheet, by=sheet.evaluator)
    response = post(client, sheet, version=1, value="not_met")
    submitted = fresh_sheet(sheet)
    assert response.status_code == 422
    assert f"La grille a été remise le {day(submitted.submitted_at)}" in unescape(response.content.decode())
    assert stored(sheet) == ("met", [], "", 1)


# --- Saving without script -------------------------------------------------------------------------------------


def test_without_script_a_button_saves_one_criterion(client, sheet):
    response = post(client, sheet, value="not_met", comment="Vu.", headers={})
    assert response.url == f"{url('sheet', sheet)}#critere-{result(sheet, '1.1').criterion_id}"
    assert told(response) == ["Critère 1.1 enregistré."]
    assert stored(sheet) == ("not_met", [], "Vu.", 1)


def test_without_script_notes_and_conditions_are_saved_too(client, sheet):
    condition = result(sheet, "1.1").criterion.capacity.conditions.first()
    notes = client.post(url("sheet_notes", sheet), {"version": 0, "questions": "Pourquoi ?"})
    noted = client.post(url("sheet_condition", sheet, condition.pk), {"version": 0, "note": "Sans plan."})
    assert [notes.url, noted.url] == [
        f"{url('sheet', sheet)}#notes",
        f"{url('sheet', sheet)}#condition-{condition.pk}",
    ]
    assert [told(notes), told(noted)[-1]] == [["Notes enregistrées."], "Condition enregistrée."]


def test_without_script_a_refusal_keeps_what_was_typed(client, sheet):
    response = post(client, sheet, "1.5", value="met", comment="Au pupitre.", headers={})
    page = text(response)
    assert [response.status_code, page.count('class="crit"'), "Au pupitre.</textarea>" in page] == [
        422,
        30,
        True,
    ]
    assert "Cochez la branche appliquée" in page


def test_without_script_a_conflict_is_a_page(client, sheet):
    post(client, sheet, value="met")
    response = post(client, sheet, value="not_met", headers={})
    page = text(response)
    assert [response.status_code, page.count('class="crit"'), page.count("deux saisies différentes")] == [
        409,
        29,
        1,
    ]
    notes = url("sheet_notes", sheet)
    client.post(notes, {"version": 0, "questions": "Une."})
    page = text(client.post(notes, {"version": 0, "questions": "Deux."}))
    assert "Notes : deux saisies différentes" in page


def test_without_script_what_comes_too_late_is_shown_beside_the_closed_sheet(client, sheet):
    sheet = fill_sheet(sheet)
    scoring.submit_sheet(sheet=sheet, by=sheet.evaluator)
    response = post(client, sheet, version=1, value="not_met", comment="Trop tard.", headers={})
    page = text(response)
    assert [response.status_code, "Trop tard." in page] == [422, True]
    assert "Non enregistré. La grille a été remise" in page


# --- Submission, reopening -------------------------------------------------------------------------------------


def test_a_sheet_unfinished_has_a_blocked_button_and_its_reasons(client, sheet):
    sheet = fill_sheet(sheet, except_for={"2.3": ""})
    page = text(client.get(url("sheet", sheet)))
    assert 'aria-disabled="true" aria-describedby="missing" data-missing="missing"' in page
    assert "Capacité 2 : critère 2.3 à saisir." in page
    assert told(client.post(url("sheet_submit", sheet))) == ["Capacité 2 : critère 2.3 à saisir."]
    assert not fresh_sheet(sheet).is_submitted


def test_a_finished_sheet_is_submitted_once(client, sheet):
    sheet = fill_sheet(sheet)
    page = client.get(url("sheet", sheet))
    sent = {"revision": page.context["screen"].revision}
    assert told(client.post(url("sheet_submit", sheet), sent)) == ["Grille remise : elle ne se modifie plus."]
    submitted = fresh_sheet(sheet)
    again = client.post(url("sheet_submit", sheet), sent)
    assert (
        told(again)[-1]
        == f"La grille a été remise le {day(submitted.submitted_at)} : elle ne se modifie plus."
    )
    assert fresh_sheet(sheet).content_hash == submitted.content_hash
    page = text(client.get(url("sheet", sheet)))
    assert f"Remise par <b>{sheet.evaluator}</b>" in page
    assert ["signé" in page.lower(), "sheet_foot" in page, 'id="pied"' in page] == [False, False, False]


def test_a_sheet_changed_since_it_was_shown_is_read_again(client, sheet):
    sheet = fill_sheet(sheet)
    sent = {"revision": client.get(url("sheet", sheet)).context["screen"].revision}
    post(client, sheet, version=1, value="not_met")
    assert told(client.post(url("sheet_submit", sheet), sent)) == [
        "La grille a changé depuis son affichage : relisez-la, puis remettez-la."
    ]
    assert not fresh_sheet(sheet).is_submitted


def test_the_responsable_or_the_commission_s_president_reopens(sheet):
    sheet = fill_sheet(sheet)
    registration = sheet.evaluation.registration
    president, member = make_evaluator(registration.centre), make_evaluator(registration.centre)
    commission = make_commission(registration.centre)
    for user in (president, member):
        commission.members.create(
            user=user, name=str(user), quality="Professionnel", is_president=user is president
        )
    commission.agenda.create(registration=registration)
    head = make_wearer(Role.HEAD, centre=registration.centre)
    officer = make_wearer(Role.OFFICER, centre=registration.centre)
    address = url("sheet_reopen", sheet)
    for user in (head, president):
        scoring.submit_sheet(sheet=fresh_sheet(sheet), by=sheet.evaluator)
        for other in (officer, member, sheet.evaluator):
            assert address not in text(client_as(other.hat).get(url("sheet", sheet)))
            assert client_as(other.hat).post(address, {"reason": "Erreur."}).status_code == 403
        client = client_as(user.hat)
        assert address in text(client.get(url("sheet", sheet)))
        response = client.post(address, {"reason": ""})
        assert [response.status_code, response.context["reopen_form"].errors] == [
            422,
            {"reason": ["Ce champ est obligatoire."]},
        ]
        response = client.post(address, {"reason": "Critère inversé."})
        assert told(response) == [f"Grille rouverte : {sheet.evaluator} en est averti."]
        assert not fresh_sheet(sheet).is_submitted
    assert "Critère inversé." in text(client_as(sheet.evaluator.hat).get(url("sheet", sheet)))


def test_a_sheet_put_off_says_so(sheet):
    officer = make_wearer(Role.OFFICER, centre=sheet.evaluation.registration.centre)
    planning.mark_postponed(evaluation=sheet.evaluation, reason="Machine en panne.", by=officer)
    page = text(client_as(sheet.evaluator.hat).get(url("sheet", sheet)))
    assert ["Machine en panne." in page, "<form" in page] == [True, False]


# --- Paper -----------------------------------------------------------------------------------------------------


def test_the_paper_carries_conditions_and_results(client, sheet):
    sheet = fill_sheet(sheet, except_for={"1.2": "not_met"})
    condition = result(sheet, "1.1").criterion.capacity.conditions.first()
    scoring.note_condition(sheet=sheet, condition=condition, note="Sans plan.", version=0, by=sheet.evaluator)
    scoring.submit_sheet(sheet=fresh_sheet(sheet), by=sheet.evaluator)
    page = text(client.get(url("sheet_print", sheet)))
    assert [page.count('<section class="grille-cap">'), page.count('<th scope="row">')] == [7, 30]
    assert [page.count('aria-label="Acquis"'), page.count('aria-label="Non acquis"')] == [29, 1]
    assert "des outils de coupe disponibles" in page
    assert [page.count("Sans plan."), "Validée et remise par Claire Aubry" in page] == [1, True]
    registration = sheet.evaluation.registration
    foot = page.partition('<p class="grille-foot">')[2].partition("</p>")[0]
    assert " ".join(foot.split()).startswith(f"Grille n° {registration.number}, {registration.candidate}, ")
    detail = text(client.get(url("evaluation_detail", sheet.evaluation)))
    assert f'href="{url("sheet_print", sheet)}">Imprimer la grille remplie</a>' in detail


@pytest.mark.parametrize("prepare", [make_evaluation, make_open_sheet])
def test_a_blank_paper_says_nothing_of_the_answers(prepare):
    row = prepare(with_dossier(load_fictitious()))
    row = row if isinstance(row, ScoreSheet) else fresh_sheet(row.sheets.get())
    if row.is_open:
        fill_sheet(row)
    client = client_as(row.evaluator.hat)
    page = text(client.get(url("sheet_print", row) + "?vierge"))
    assert [page.count('aria-label="Acquis"'), page.count("ce qui a été vu")] == [0, 0]
    assert "Évaluateur, date et signature" in page
