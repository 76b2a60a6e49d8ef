"""The dashboard of each hat: what waits for whom, how many queries it costs, and whose names it never shows."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts.models import AccessLink, FaultyAddress, OutboxMessage, Role
from accounts.tests.factories import (
    client_as,
    make_centre,
    make_membership,
    make_resource_centre,
    make_user,
    make_wearer,
    wearing,
)
from candidates.actions import abandon_registration, receive_eligibility_file
from candidates.models import Dossier, Eligibility, Registration
from candidates.tests.factories import make_dossier, make_registration
from cqpm import dashboard
from cqpm.utils.french import short_day, today
from evaluations.actions import evaluation as planning, opinion as opinions
from evaluations.models import CompanyOpinion, Decision, Jury
from evaluations.tests.factories import (
    ask_opinion,
    make_commission,
    make_contact_request,
    make_decided_registration,
    make_evaluated_registration,
    make_evaluation,
    make_evaluator,
    make_jury,
    make_open_sheet,
    make_session,
    president_of,
    redate,
    with_dossier,
)
from referentiel.tests.factories import make_referentiel, plain

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]


@pytest.fixture
def centre():
    return make_centre()


@pytest.fixture
def referentiel():
    return make_referentiel((1,), resource_centre=make_resource_centre())


@pytest.fixture
def officer(centre):
    return make_wearer(Role.OFFICER, centre=centre)


def shown(user):
    """{title: [names]} of the sections of a hat."""
    return {
        section.title: [plain(line.name) for line in section.lines]
        for section in dashboard.sections_for(user)
    }


def name(registration):
    return str(registration.candidate)


def staged(registration, stage):
    Registration.objects.filter(pk=registration.pk).update(stage=stage)
    return registration


def overdue(registration, *, days=3):
    opinion = ask_opinion(registration)
    CompanyOpinion.objects.filter(pk=opinion.pk).update(due_on=today() - timedelta(days=days))
    return opinion


# --- The staff -----------------------------------------------------------------------------------------------------


def test_what_waits_for_the_centre_stands_under_its_own_title(centre, referentiel, officer):
    late = with_dossier(referentiel, centre=centre)
    overdue(late)
    make_evaluation(late, held_on=today() + timedelta(days=1))
    draft = make_registration(centre, referentiel)
    past = with_dossier(referentiel, centre=centre)
    evaluation = make_evaluation(past)
    redate(evaluation, today() - timedelta(days=2))
    to_plan = with_dossier(referentiel, centre=centre)
    to_ask = staged(with_dossier(referentiel, centre=centre), "opinion")
    to_hear = staged(with_dossier(referentiel, centre=centre), "interview")
    ready = staged(make_decided_registration(referentiel, centre=centre), "deliberation")
    Dossier.objects.filter(registration=ready).update(state="draft")
    found = shown(officer)
    assert found.pop("Dossiers de modalités à compléter") == [name(ready), name(draft)]
    assert found == {
        "Avis de l’entreprise en retard": [name(late)],
        "Évaluations passées, grille à remettre": [name(past)],
        "Évaluations à prévoir": [name(to_plan)],
        "Avis de l’entreprise à demander": [name(to_ask)],
        "Candidats à placer en commission": [name(to_hear)],
        "Candidats prêts pour un jury": [name(ready)],
    }


def test_a_vae_awaits_its_ruling_then_is_late(centre, referentiel, officer):
    registration = make_registration(centre, referentiel, route="vae", company=None)
    receive_eligibility_file(registration=registration, asked_on=today(), by=officer)
    due_on = Eligibility.objects.get().due_on

    def lines():
        sections = {section.title: section for section in dashboard.sections_for(officer)}
        return [(line.name, line.when, line.late) for line in sections["Recevabilités de VAE à rendre"].lines]

    for on, late in ((due_on, False), (due_on + timedelta(days=1), True)):
        with time_machine.travel(f"{on} 10:00"):
            assert lines() == [(name(registration), short_day(due_on), late)]


def test_nothing_of_another_centre_and_nothing_that_is_over_is_shown(centre, referentiel, officer):
    """One row for each section of the page, all of another centre; then what is over here."""
    overdue(with_dossier(referentiel))
    make_registration(None, referentiel)  # its dossier to complete
    make_evaluated_registration(referentiel)  # to be heard
    make_decided_registration(referentiel)  # ready for a jury
    make_contact_request(with_dossier(referentiel))
    OutboxMessage.objects.create(
        event="e", recipient="a@b.fr", template="t", centre=make_centre(), state="failed"
    )
    make_jury(make_decided_registration(referentiel), state=Jury.State.PREPARED)
    make_commission(make_centre())
    for make in (overdue, make_evaluation, lambda row: None):
        registration = with_dossier(referentiel, centre=centre)
        make(registration)
        abandon_registration(registration=registration, reason="Embauche ailleurs.", by=officer)
    assert shown(officer) == {}
    assert "Rien n’attend" in client_as(officer).get("/").content.decode()


def test_a_returned_dossier_stands_first_and_says_why(centre, referentiel, officer):
    draft, returned = make_registration(centre, referentiel), make_registration(centre, referentiel)
    make_dossier(returned, state=Dossier.State.RETURNED, comment="Pièce support à préciser.")
    (section,) = dashboard.sections_for(officer)
    assert [(line.name, line.action, line.late) for line in section.lines] == [
        (name(returned), "Corriger", True),
        (name(draft), "Compléter", False),
    ]
    assert section.lines[0].sub == "Pièce support à préciser."


def test_a_late_report_asks_for_a_decision(centre, referentiel, officer):
    registration = with_dossier(referentiel, methods=["project"], centre=centre)
    evaluation = make_evaluation(
        registration,
        "project",
        held_on=today() + timedelta(days=5),
        report_due_on=today() - timedelta(days=1),
    )
    assert shown(officer) == {}
    planning.record_report(evaluation=evaluation, received_on=today(), by=officer)
    assert shown(officer) == {"Rapports en retard, à admettre ou non": [name(registration)]}
    head = make_wearer(Role.HEAD, centre=centre)
    planning.accept_late_report(evaluation=evaluation, by=head)
    assert shown(officer) == {}


def test_a_section_shows_five_lines_and_counts_them_all(centre, referentiel, officer):
    for _ in range(7):
        make_registration(centre, referentiel)
    for _ in range(6):
        staged(with_dossier(referentiel, centre=centre), "interview")
    sections = {section.title: section for section in dashboard.sections_for(officer)}
    counts = {title: (len(row.lines), row.count, row.has_more) for title, row in sections.items()}
    assert counts == {
        "Dossiers de modalités à compléter": (5, 7, True),
        "Candidats à placer en commission": (5, 6, True),
    }
    page = client_as(officer).get("/")
    assert page.context["to_do"] == 13


def fill(centre, referentiel, officer, size):
    """`size` rows in every section of the staff, and the countdown."""
    for _ in range(size):
        late = with_dossier(referentiel, centre=centre)
        overdue(late)
        evaluation = make_evaluation(late)
        redate(evaluation, today() - timedelta(days=2))
        for stage in ("opinion", "interview", "deliberation"):
            staged(with_dossier(referentiel, centre=centre), stage)
        with_dossier(referentiel, centre=centre)
        make_registration(centre, referentiel)
        make_session(late, by=officer)
        decided = make_decided_registration(referentiel, centre=centre)
        make_jury(decided, state=Jury.State.SUMMONED, held_on=today() + timedelta(days=25))
    OutboxMessage.objects.filter(centre=centre).update(state="failed")
    asked = AccessLink.objects.filter(purpose="opinion", centre=centre)
    asked.update(created_at=timezone.now() - timedelta(days=10))
    FaultyAddress.objects.create(address=asked.first().email, centre=centre, marked_by="Claire Aubry")
    OutboxMessage.objects.filter(link__in=asked).update(state="held")


@pytest.mark.parametrize("size", [1, 3])
def test_the_dashboard_of_the_staff_keeps_its_budget(centre, referentiel, officer, size, query_budget):
    fill(centre, referentiel, officer, size)
    client = client_as(officer)
    with query_budget():
        response = client.get("/")
    titles = [section.title for section in (*response.context["files"], *response.context["agenda"])]
    assert len(titles) == 12
    assert response.context["countdown"].days == 25


# --- The countdown -------------------------------------------------------------------------------------------------


def test_the_next_jury_is_counted_down_with_its_legal_deadlines(centre, referentiel, officer):
    with time_machine.travel("2026-11-12 09:00+00:00", tick=False):
        registration = make_decided_registration(referentiel, centre=centre)
        jury = make_jury(registration, state=Jury.State.PREPARED, held_on=today() + timedelta(days=19))
        countdown = dashboard.countdown_for(officer)
        assert (countdown.jury.pk, countdown.days) == (jury.pk, 19)
        assert [(step.words, plain(step.sub), step.done) for step in countdown.steps] == [
            (
                "Inviter les organisations syndicales",
                "au plus tard lundi 16 novembre 2026, dans 4 jours",
                False,
            ),
            ("Convoquer les membres", "au plus tard lundi 23 novembre 2026, dans 11 jours", False),
        ]
        assert countdown.next_step == countdown.steps[0]
        ticks = countdown.rule
        assert [tick.label for tick in ticks if tick.label] == ["auj.", "J-15", "J-8", "jury"]
        assert [tick.kind for tick in ticks] == ["now"] * 4 + ["major"] + ["minor"] * 6 + ["major"] + [
            "minor"
        ] * 7 + ["major"]
        Jury.objects.filter(pk=jury.pk).update(unions_invited_on=today())
        assert dashboard.countdown_for(officer).next_step.words == "Convoquer les membres"
    with time_machine.travel("2026-11-25 09:00+00:00", tick=False):
        step = dashboard.countdown_for(officer).next_step
        assert (step.late, plain(step.sub)) == (
            True,
            "au plus tard lundi 23 novembre 2026, 2 jours de retard",
        )
    with time_machine.travel("2026-12-01 09:00+00:00", tick=False):
        assert dashboard.countdown_for(officer) is None


def test_a_jury_far_ahead_has_no_rule_of_days(centre, referentiel, officer):
    registration = make_decided_registration(referentiel, centre=centre)
    make_jury(registration, state=Jury.State.PREPARED, held_on=today() + timedelta(days=90))
    assert dashboard.countdown_for(officer).rule == []


def test_nobody_but_the_staff_counts_down(referentiel):
    jury = make_jury(
        make_decided_registration(referentiel),
        state=Jury.State.PREPARED,
        held_on=today() + timedelta(days=25),
    )
    assert dashboard.countdown_for(president_of(jury)) is None
    assert dashboard.countdown_for(make_evaluator(jury.centre)) is None
    assert dashboard.countdown_for(make_wearer(Role.OFFICER)) is None


# --- The other hats ------------------------------------------------------------------------------------------------


def test_an_evaluator_finds_his_or_her_own_sheets_and_commissions(centre, referentiel):
    evaluator = make_evaluator(centre)
    mine = with_dossier(referentiel, centre=centre)
    make_evaluation(mine, evaluator=evaluator)
    open_one = with_dossier(referentiel, centre=centre)
    sheet = make_open_sheet(open_one, evaluator=evaluator)
    make_evaluation(with_dossier(referentiel, centre=centre))
    sections = dashboard.sections_for(evaluator)
    assert {section.title: [line.name for line in section.lines] for section in sections} == {
        "Grilles à remplir": [name(open_one)],
        "Évaluations à mener": [name(mine)],
    }
    assert sections[0].lines[0].url == reverse("sheet", args=[sheet.pk])


def test_a_member_finds_the_commission_but_not_the_sheets_of_others(centre, referentiel):
    heard = with_dossier(referentiel, centre=centre)
    commission = make_session(heard)
    make_evaluation(heard)
    member = wearing(commission.members.last().user.memberships.get())
    assert shown(member) == {"Commissions à tenir": ["Aujourd’hui"]}


def test_a_centre_de_ressource_finds_what_it_received_lately(referentiel):
    resource = make_wearer(Role.RESOURCE, resource_centre=referentiel.certification.resource_centre)
    make_dossier(make_registration(referentiel=referentiel), state=Dossier.State.DRAFT)
    with_dossier(make_referentiel((1,), resource_centre=make_resource_centre()))
    received = with_dossier(referentiel)
    assert shown(resource) == {"Dossiers reçus depuis trente jours": [name(received)]}
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        assert shown(resource) == {}


def test_a_president_without_hat_finds_the_jury(referentiel):
    jury = make_jury(make_decided_registration(referentiel))
    client = client_as(president_of(jury))
    assert shown(president_of(jury)) == {"Jurys": ["Aujourd’hui"]}
    assert reverse("jury_detail", args=[jury.pk]) in client.get("/").content.decode()


def test_whom_no_mail_reaches_is_to_be_called_once_a_step_is_reached(centre, referentiel, officer):
    with time_machine.travel(timezone.now() - timedelta(days=8)):
        printed, back, reached = (
            ask_opinion(with_dossier(referentiel, centre=centre), respondent_name=who, respondent_email=email)
            for who, email in (("Anne Roy", ""), ("Bruno Sel", "b@exemple.fr"), ("Carl Tort", "c@exemple.fr"))
        )
        elsewhere = ask_opinion(with_dossier(referentiel), respondent_email="")
    ask_opinion(
        with_dossier(referentiel, centre=centre), respondent_email=""
    )  # today: nothing to ask again yet
    for where, opinion in ((centre, back), (make_centre(), reached)):
        FaultyAddress.objects.create(address=opinion.respondent_email, centre=where, marked_by="Claire Aubry")
    title = "À relancer par téléphone ou courrier"
    assert shown(officer)[title] == ["Anne Roy", "Bruno Sel"]
    opinions.remind_company(opinion=printed, by=officer)
    assert shown(officer)[title] == ["Bruno Sel"]
    assert shown(make_wearer(Role.HEAD, centre=elsewhere.registration.centre))[title] == ["Laure Cassagne"]


def test_what_did_not_leave_is_shown_to_the_centre_and_without_name_to_the_administrator(
    centre, referentiel, officer
):
    opinion = ask_opinion(with_dossier(referentiel, centre=centre), respondent_name="Anne Roy")
    sections = {
        "failed": "Courriers en échec",
        "held": "Adresses en erreur, à corriger",
    }
    for state, title in sections.items():
        OutboxMessage.objects.filter(link=opinion.link).update(state=state)
        assert shown(officer)[title] == ["Anne Roy"]
        assert shown(make_wearer(Role.ADMINISTRATOR))[title] == ["Demande d’avis"]
        assert title not in shown(make_wearer(Role.HEAD))


def test_the_administrator_finds_centres_without_responsable_and_no_candidate(centre, referentiel):
    registration = overdue(with_dossier(referentiel, centre=centre)).registration
    make_membership(Role.HEAD)
    administrator = make_wearer(Role.ADMINISTRATOR)
    assert shown(administrator)["Centres sans responsable"] == [str(centre)]
    page = client_as(administrator).get("/").content.decode()
    assert name(registration) not in page
    assert registration.number not in page


def test_the_national_body_reads_counts_and_no_name(referentiel):
    registration = make_decided_registration(referentiel)
    make_jury(registration, state=Jury.State.PUBLISHED)
    running = overdue(with_dossier(referentiel)).registration
    national = make_wearer(Role.NATIONAL)
    response = client_as(national).get("/")
    page = response.content.decode()
    assert response.context["awards"] == [(referentiel.title, 1, 0, 0)]
    assert {row["name"]: row["value"] for row in response.context["stages"] if row["value"]} == {
        "Évaluations": 1
    }
    assert shown(national) == {}
    for row in (registration, running):
        known = (name(row), row.candidate.birth_name, row.number, str(row.pk), row.company.name)
        assert [text for text in known if text in page] == []


def test_a_year_of_decisions_is_counted_each_rectified_one_once(referentiel):
    national, registration = make_wearer(Role.NATIONAL), make_decided_registration(referentiel)
    jury = make_jury(registration, state=Jury.State.PUBLISHED)
    first = Decision.objects.get(entry__deliberation__jury=jury)
    rectified = {"act": "adjourn", "verdict": "adjourned", "reason": "Pièce manquante.", "replaces": first}
    Decision.objects.create(entry=first.entry, decided_by="Philippe Garnier", **rectified)
    found = []
    for days in (0, 364, 366):
        with time_machine.travel(timezone.now() + timedelta(days=days)):
            found.append(dashboard.awards_for(national))
    counted = [(referentiel.title, 0, 0, 1)]
    assert found == [counted, counted, []]


def test_the_figures_of_a_centre_are_its_own(centre, referentiel, officer):
    with_dossier(referentiel)
    make_jury(make_decided_registration(referentiel), state=Jury.State.PUBLISHED)
    assert (dashboard.stages_for(officer), dashboard.awards_for(officer)) == ([], [])
    with_dossier(referentiel, centre=centre)
    assert [row["value"] for row in dashboard.stages_for(officer)] == [0, 0, 1, 0, 0, 0, 0, 0]


@pytest.mark.parametrize(
    "role, words",
    [
        (Role.OFFICER, "Rien n’attend"),
        (Role.EVALUATOR, "Aucune évaluation ne vous attend"),
        (Role.RESOURCE, "Aucun dossier reçu depuis trente jours"),
        (Role.NATIONAL, "L’instance nationale suit les chiffres"),
        (Role.ADMINISTRATOR, "Tout est en ordre"),
        (None, "Aucun jury"),
    ],
)
def test_an_empty_dashboard_says_so_within_budget(role, words, query_budget):
    user = make_membership(role) if role else make_user()
    client = client_as(user)
    with query_budget():
        response = client.get("/")
    assert words in response.content.decode()


@pytest.mark.parametrize("size", [1, 3])
def test_the_other_dashboards_keep_their_budget(centre, referentiel, size, query_budget):
    evaluator = make_evaluator(centre)
    for _ in range(size):
        registration = with_dossier(referentiel, centre=centre)
        make_evaluation(registration, evaluator=evaluator)
        make_open_sheet(with_dossier(referentiel, centre=centre), evaluator=evaluator)
    resource = make_membership(Role.RESOURCE, resource_centre=referentiel.certification.resource_centre)
    for who in (
        evaluator,
        resource,
        make_membership(Role.NATIONAL),
        make_membership(Role.ADMINISTRATOR),
    ):
        client = client_as(who)
        with query_budget():
            assert client.get("/").status_code == 200
