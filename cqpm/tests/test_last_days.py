"""Every period of the house: the day before its last, the last, the day after.

«Civil dates, Europe/Paris; a period of months ends at the end of the day bearing the same number, else the month's
last day» (domain page, 9). Each situation is made at a moment of its own; what it gives is asked again at noon of the
day before its last day, in the last minute of that day, and in the first of the next. What is counted in hours ends
at a moment: it is asked a second before, at the moment, a second after.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.db import transaction
from django.test import RequestFactory
from django.utils import timezone

from accounts import spaces
from accounts.actions import (
    accept_invitation,
    ask_password_reset,
    chase_link,
    invite_person,
    print_password_reset,
    print_space_link,
    resend_message,
    send_space_links,
)
from accounts.log import SYSTEM
from accounts.models import AccessLink, FaultyAddress, Invitation, OutboxMessage, Role, User
from accounts.preferences import PREFERENCES
from accounts.tasks import claim as claim_mail
from accounts.tests.factories import make_centre, make_link, make_user, make_wearer
from candidates import leases as class_leases
from candidates.actions import (
    abandon_registration,
    approve_for_centre,
    ask_partner_approval,
    receive_eligibility_file,
)
from candidates.models import ClassImport, Dossier, Habilitation, ImportAttempt, Registration
from candidates.models.partners import CANDIDATE_SPACE
from candidates.standing import StandingKind
from candidates.tests.factories import (
    make_class_import,
    make_dossier,
    make_habilitation,
    make_registration,
    require_habilitations,
)
from cqpm import dashboard, personal_data
from cqpm.dashboard.countdown import CountdownStep
from cqpm.tests.code import modules
from cqpm.utils import clocks
from cqpm.utils.clocks import (
    APPEAL,
    BRANCH_TOLD,
    CLOCKS,
    DECLARED_TO_CDC,
    DOSSIER_DUE,
    KEPT_BLOCK,
    KEPT_CAPACITY,
    MEMBERS_CONVENED,
    OPINION_DUE,
    OPINION_RECEIVED,
    REGISTRATION_END,
    SENT_TO_GTP,
    UNIONS_ASKED,
    VAE_ADMISSIBLE,
    Clock,
)
from cqpm.utils.freeze import gate
from cqpm.utils.french import today
from cqpm.utils.refusal import Refusal
from documents import leases as paper_leases
from documents.models import Document
from evaluations import rules
from evaluations.actions import opinion as opinions
from evaluations.forms.opinion import RequestForm
from evaluations.models import CompanyOpinion, Decision, DecisionCapacity, Evaluation, Jury
from evaluations.personal_data import lost_with
from evaluations.reads import space
from evaluations.reads.cohort import late_among
from evaluations.reads.deadline import Deadline, next_deadline, with_deadlines
from evaluations.reads.journey import kept_of
from evaluations.tests.factories import (
    ask_opinion,
    make_commission,
    make_decided_registration,
    make_evaluation,
    make_jury,
    make_presentation,
    seat_members,
    with_dossier,
)
from referentiel import importing
from referentiel.actions import grant_derogation
from referentiel.models import ReferentielImport
from referentiel.tests.factories import make_import, make_referentiel, make_resource_centre

PARIS = ZoneInfo("Europe/Paris")
LEAP_DAY = "2028-02-29 10:00"
SEPTEMBER = (
    "2026-09-15 00:00"  # at midnight to the second: what is purged «before» that day is not purged on it
)
SITTING = date(2026, 10, 1)
PERIODS = []


@dataclass(frozen=True)
class Period:
    """`situation`, made at `start`, gives a question whose answer is true until the end of the day (or moment) `until`.

    `included`: whether it is still true at that very moment; `clock`: the row of the table of clocks it tries, which runs
    from (or back from) the day `fact`, that of `start` unless told otherwise.
    """

    situation: Any
    start: str
    until: str
    included: bool = True
    clock: Clock | None = None
    fact: date | None = None

    def moments(self):
        if len(self.until) > 10:
            moment = in_paris(self.until)
            return [moment - timedelta(seconds=1), moment, moment + timedelta(seconds=1)]
        last = in_paris(f"{self.until} 12:00")
        return [
            last - timedelta(days=1),
            last.replace(hour=23, minute=59),
            last.replace(hour=0) + timedelta(days=1),
        ]


def in_paris(text):
    return datetime.fromisoformat(text).replace(tzinfo=PARIS)


def lasts(start, until, **options):
    """Declares a situation in the table."""

    def declare(situation):
        PERIODS.append(Period(situation, start, until, **options))
        return situation

    return declare


def at(moment):
    return time_machine.travel(moment, tick=False)


def refuses(act):
    """Whether the verb refuses."""
    try:
        act()
    except Refusal:
        return True
    return False


# --- Capacities kept ----------------------------------------------------------------------------------------------


def keeps(number, *, lacking, **norm):
    """Whether another registration reads that capacity from a published jury of today."""
    referentiel = make_referentiel((1,) * lacking, company_opinion=False, **norm)
    former = make_decided_registration(referentiel, lacking=[lacking])
    make_jury(former, state=Jury.State.PUBLISHED)
    following = make_registration(former.centre, referentiel, same_as=former.candidate)
    return lambda: number in kept_of(following)


@lasts(LEAP_DAY, "2030-02-28", clock=KEPT_CAPACITY)
def a_capacity_is_kept_24_months():
    return keeps(1, lacking=2)


@lasts(LEAP_DAY, "2033-02-28", clock=KEPT_BLOCK)
def a_whole_bloc_of_the_register_is_kept_five_years():
    return keeps(1, lacking=3, blocks=(2, 1), rncp="RNCP99998")


@lasts(LEAP_DAY, "2030-02-28")
def whoever_is_erased_loses_what_is_kept():
    former = make_decided_registration(make_referentiel((1, 1)), lacking=[2])
    make_jury(former, state=Jury.State.PUBLISHED)
    return lambda: bool(lost_with(former.candidate))


# --- Notices, dates fixed beforehand ------------------------------------------------------------------------------


def overridable(**fields):
    return rules.jury_composition(
        **{"seats": {}, "members": [], "unions_asked_on": {}, "sitting_on": SITTING} | fields
    ).overridable


@lasts(SEPTEMBER, "2026-09-16", clock=UNIONS_ASKED, fact=SITTING)
def unions_are_asked_15_days_ahead():
    return lambda: not overridable(unions_asked_on={"CFDT": today()})


@lasts(SEPTEMBER, "2026-09-23", clock=MEMBERS_CONVENED, fact=SITTING)
def members_are_convened_8_days_ahead():
    juror = {"name": "Philippe Garnier", "college": rules.College.EMPLOYER}
    return lambda: not overridable(members=[rules.SeatedMember(1, **juror, summoned_on=today())])


@lasts(SEPTEMBER, "2026-09-16")
def the_countdown_to_a_jury_is_not_late():
    return lambda: not CountdownStep("Inviter les organisations syndicales", date(2026, 9, 16), False).late


@lasts(SEPTEMBER, "2026-09-16")
def what_comes_next_for_a_candidate_is_not_late():
    return lambda: not Deadline(date(2026, 9, 16), "jury").late


@lasts(SEPTEMBER, "2026-10-06")
def the_company_has_21_days_before_its_absence_is_recorded():
    opinion = ask_opinion()
    head = make_wearer(Role.HEAD, centre=opinion.registration.centre)
    return lambda: refuses(
        lambda: opinions.record_opinion_absence(opinion=opinion, reason="Aucune réponse.", by=head)
    )


@lasts(SEPTEMBER, "2026-10-06", clock=OPINION_DUE)
def an_opinion_awaited_is_not_overdue():
    opinion = ask_opinion(due_on=RequestForm.for_registration(make_registration(), days=21).initial["due_on"])
    return lambda: not opinion.is_overdue


@lasts(SEPTEMBER, "2026-10-06")
def an_opinion_given_is_not_late():
    due_on = today() + timedelta(days=21)
    return lambda: not CompanyOpinion(due_on=due_on, submitted_at=timezone.now()).is_late


@lasts(SEPTEMBER, "2026-11-05", clock=OPINION_RECEIVED, fact=date(2026, 10, 6))
def an_opinion_late_is_received_30_days_more():
    return opens(ask_opinion().link)


@lasts(SEPTEMBER, "2026-09-28")
def a_report_is_in_time():
    """Awaited a week before the presentation, which is in twenty days."""
    presentation = make_presentation()
    return lambda: (
        not Evaluation(report_due_on=presentation.report_due_on, report_received_on=today()).report_is_late
        and not space.ReportFile(presentation, []).is_late
    )


@lasts(SEPTEMBER, "2026-10-05")
def a_report_may_be_sent_until_the_presentation():
    presentation = make_presentation()
    return lambda: space.ReportFile(presentation, []).may_send


# --- Registrations --------------------------------------------------------------------------------------------------


def closing(**fields):
    referentiel = make_referentiel(resource_centre=make_resource_centre())
    for name, value in fields.items():
        setattr(referentiel, name, value)
    referentiel.save(update_fields=list(fields))
    return referentiel


@lasts(SEPTEMBER, "2026-09-30")
def registrations_are_not_open_yet():
    referentiel, centre = closing(registration_opens_on=date(2026, 10, 1)), make_centre()
    return lambda: refuses(lambda: make_registration(centre, referentiel))


@lasts(SEPTEMBER, "2026-09-30", clock=REGISTRATION_END, fact=date(2026, 9, 30))
def registrations_are_not_closed_yet():
    referentiel, centre = closing(registration_closes_on=date(2026, 9, 30)), make_centre()
    return lambda: not refuses(lambda: make_registration(centre, referentiel))


@lasts(SEPTEMBER, "2026-11-14", clock=DOSSIER_DUE)
def a_dossier_is_not_late_for_60_days():
    """Neither on its page, nor in the list, nor in its class."""
    registration = make_registration()
    return lambda: (
        not registration.dossier_day_is_over
        and not next_deadline(with_deadlines(Registration.objects.all()).get()).late
        and not late_among(Registration.objects.all()).exists()
    )


@lasts(SEPTEMBER, "2026-10-15")
def a_derogation_goes_beyond_the_closing():
    referentiel, centre = closing(registration_closes_on=date(2026, 9, 30)), make_centre()
    keeper = make_wearer(Role.RESOURCE, resource_centre=referentiel.certification.resource_centre)
    row = grant_derogation(
        referentiel=referentiel, centre=centre, until=date(2026, 10, 15), reason="Groupe retardé", by=keeper
    )
    return lambda: row.is_in_force and not refuses(lambda: make_registration(centre, referentiel))


def inscription_required():
    """Whether the centre of a habilitation may register under the setting that refuses without one."""
    require_habilitations()
    centre, referentiel = make_centre(), make_referentiel(resource_centre=make_resource_centre())
    return centre, referentiel


@lasts(SEPTEMBER, "2026-10-15")
def a_centre_habilite_registers_until_its_last_day():
    centre, referentiel = inscription_required()
    make_habilitation(centre=centre, certification=referentiel.certification, ends_on=date(2026, 10, 15))
    return lambda: not refuses(lambda: make_registration(centre, referentiel))


@lasts(SEPTEMBER, "2026-10-15")
def a_centre_is_not_habilite_before_its_first_day():
    centre, referentiel = inscription_required()
    make_habilitation(centre=centre, certification=referentiel.certification, starts_on=date(2026, 10, 16))
    return lambda: refuses(lambda: make_registration(centre, referentiel))


@lasts(SEPTEMBER, "2026-10-15")
def an_evaluator_habilite_evaluates_until_the_last_day():
    registration = with_dossier()
    evaluator = make_wearer(Role.EVALUATOR, centre=registration.centre)
    certification = registration.referentiel.certification
    until = {"certification": certification, "ends_on": date(2026, 10, 15)}
    make_habilitation(centre=registration.centre, evaluator=evaluator, **until)
    require_habilitations()
    return lambda: not refuses(lambda: make_evaluation(registration, evaluator=evaluator))


@lasts(SEPTEMBER, "2026-09-29")
def a_habilitation_is_not_soon_over_three_months_and_a_day_ahead():
    row = make_habilitation(ends_on=date(2026, 12, 30))
    return lambda: (
        Habilitation.objects.standings(row.centre, row.certification, today())[None].kind == StandingKind.HELD
    )


@lasts("2026-12-31 10:00", "2027-02-28", clock=VAE_ADMISSIBLE)
def the_file_of_a_vae_awaits_its_answer_two_months():
    registration = make_registration(route="vae", company=None)
    row = receive_eligibility_file(registration=registration, asked_on=today(), by=SYSTEM)
    return lambda: not row.is_late


@lasts(SEPTEMBER, "2026-11-14", clock=APPEAL)
def a_result_is_contested_within_60_days():
    make_jury(make_decided_registration(), state=Jury.State.PUBLISHED)
    decision = Decision.objects.get()
    return lambda: today() <= space.appeal_until(decision)


# --- Links and sessions -----------------------------------------------------------------------------------------------


def opens(link):
    return lambda: link.is_open and link in AccessLink.objects.open()


@lasts("2026-09-15 10:00", "2026-10-15 10:00", included=False)
def the_link_that_approves_a_dossier_opens_30_days():
    registration = make_registration()
    officer = make_wearer(Role.OFFICER, centre=registration.centre)
    dossier = make_dossier(registration, state=Dossier.State.DRAFT, by=officer)
    approve_for_centre(dossier=dossier, by=officer)
    return opens(ask_partner_approval(dossier=dossier, by=officer).partner_link)


@lasts("2026-09-15 10:00", "2026-09-29 10:00", included=False)
def an_invitation_opens_14_days():
    invite_person(email="ines@exemple.fr", first_name="Inès", last_name="Lacoste", by=SYSTEM)
    return opens(AccessLink.objects.get())


@lasts("2026-09-15 10:00", "2026-09-15 12:00", included=False)
def a_password_is_chosen_again_within_two_hours():
    ask_password_reset(email=make_user().email)
    return opens(AccessLink.objects.get())


@lasts("2026-09-15 10:00", "2026-09-18 10:00", included=False)
def a_password_is_chosen_again_from_paper_within_three_days():
    return opens(print_password_reset(user=make_user(), by=make_wearer(Role.ADMINISTRATOR)))


@lasts("2026-09-15 10:00", "2026-09-15 10:30", included=False)
def a_space_is_entered_within_half_an_hour():
    make_registration(who={"email": "ines@exemple.fr"})
    send_space_links(email="ines@exemple.fr")
    return opens(AccessLink.objects.get())


@lasts(SEPTEMBER, "2026-12-14")
def a_space_is_entered_from_paper_for_90_days():
    registration = make_registration()
    officer = make_wearer(Role.OFFICER, centre=registration.centre)
    person = {"subject": registration.candidate, "holder": "Inès Lacoste", "centre": registration.centre}
    return opens(print_space_link(space=CANDIDATE_SPACE, **person, by=officer))


@lasts("2026-09-15 10:00", "2026-09-15 12:00")
def a_space_stays_open_two_hours():
    link = make_link(CANDIDATE_SPACE)
    request = RequestFactory().get("/")
    request.user = type("Nobody", (), {"is_authenticated": False})
    request.session = {spaces.SESSION_KEY: {"link": str(link.pk), "since": timezone.now().isoformat()}}
    return lambda: spaces.guest_of(request, CANDIDATE_SPACE) == link


@lasts("2026-09-15 10:00", "2026-09-15")
def a_link_is_chased_once_a_day():
    """Already chased is what is true of the day; the day before, it is the same."""
    link = make_link(expires_at=timezone.now() + timedelta(days=30))
    chase_link(link=link)
    return lambda: refuses(lambda: chase_link(link=link))


@lasts("2026-09-15 10:00", "2026-09-15 10:05", included=False)
def a_mail_is_not_sent_twice_within_five_minutes():
    message = OutboxMessage.objects.create(event="e", recipient="a@exemple.fr", template="invitation")
    OutboxMessage.objects.filter(pk=message.pk).update(state="sent", sent_at=timezone.now())
    resend_message(message=message, by=SYSTEM)
    return lambda: refuses(lambda: resend_message(message=message, by=SYSTEM))


# --- Who works on what ------------------------------------------------------------------------------------------------


@lasts("2026-09-15 10:00", "2026-09-15 10:10", included=False)
def a_mail_being_sent_is_left_alone_ten_minutes():
    message = OutboxMessage.objects.create(event="e", recipient="a@exemple.fr", template="invitation")
    claim_mail(message.pk)
    return lambda: claim_mail(message.pk) is None


@lasts("2026-09-15 10:00", "2026-09-15 10:02")
def a_paper_being_rendered_is_left_to_its_worker_two_minutes():
    make_dossier(make_registration())
    paper_leases.claim(Document.objects.get().pk)
    return lambda: paper_leases.claim(Document.objects.get().pk) is None


@lasts("2026-09-15 10:00", "2026-09-15 10:02", included=False)
def a_paper_is_awaited_two_minutes():
    make_dossier(make_registration())
    return lambda: paper_leases.late(timezone.now()) == []


@lasts("2026-09-15 10:00", "2026-09-15 10:03")
def a_class_being_read_is_left_to_its_worker_three_minutes():
    attempt = waiting_class()
    class_leases.claim(attempt.pk)
    return lambda: class_leases.claim(attempt.pk) is None


@lasts("2026-09-15 10:00", "2026-09-15 10:01", included=False)
def a_class_is_awaited_one_minute():
    waiting_class()
    return lambda: class_leases.late(timezone.now()) == []


def waiting_class():
    attempt = make_class_import().attempts.get()
    ImportAttempt.objects.update(state="waiting", read_at=None, attempts=0, progress=0)
    return attempt


@lasts("2026-09-15 10:00", "2026-09-15 10:03")
def a_referentiel_being_read_is_left_to_its_worker_three_minutes():
    row = make_import(state=ReferentielImport.State.PENDING)
    importing.claim(row.pk)
    return lambda: importing.claim(row.pk) is None


@lasts("2026-09-15 10:00", "2026-09-15 10:02", included=False)
def a_referentiel_is_awaited_two_minutes():
    make_import(state=ReferentielImport.State.PENDING)
    return lambda: importing.late(timezone.now()) == []


# --- What is shown for a while ------------------------------------------------------------------------------------------


@lasts("2026-09-15 10:00", "2027-09-15 10:00")
def a_company_sees_a_closed_registration_a_year():
    registration = make_registration()
    Registration.objects.filter(pk=registration.pk).update(state="closed", state_at=timezone.now())
    return lambda: registration in Registration.objects.of_contact(registration.tutor_email)


@lasts("2026-09-15 10:00", "2026-10-15 10:00")
def a_centre_de_ressource_is_shown_what_it_received_for_30_days():
    referentiel = make_referentiel(resource_centre=make_resource_centre())
    make_dossier(make_registration(referentiel=referentiel))
    keeper = make_wearer(Role.RESOURCE, resource_centre=referentiel.certification.resource_centre)
    return lambda: bool(dashboard.sections_for(keeper))


@lasts("2026-09-15 10:00", "2027-09-14")
def the_figures_are_those_of_one_year():
    make_jury(make_decided_registration(), state=Jury.State.PUBLISHED)
    national = make_wearer(Role.NATIONAL)
    return lambda: bool(dashboard.awards_for(national))


# --- Personal data --------------------------------------------------------------------------------------------------------
#
# «Refusals, evaluation sheets, opinions, reports: 5 years and 6 months after the last decision, then purged […];
# unfinished registrations 6 months after abandonment; outbox and drafts 1 year; connection logs 1 year.» What may be
# kept on its last day is purged the night after.


def held(what):
    """Whether the purge leaves everything of that line alone."""
    return lambda: [line.count for line in personal_data.purge(dry_run=True) if line.what == what] == [0]


def judged(lacking=()):
    registration = make_decided_registration(make_referentiel((1, 1)), lacking=lacking)
    make_jury(registration, state=Jury.State.PUBLISHED)


@lasts(SEPTEMBER, "2032-03-15")
def a_person_refused_has_a_name_for_66_months():
    judged(lacking=[2])
    return held("Personnes non admissibles")


@lasts(SEPTEMBER, "2032-03-15")
def the_sheets_of_a_person_admitted_are_held_66_months():
    judged()
    return held("Pièces d’évaluation des admissibles")


@lasts(SEPTEMBER, "2032-03-16")
def whoever_keeps_a_capacity_has_a_name():
    """The setting may grow shorter, or a bloc be kept from a later day: the last day of what is kept is the last."""
    judged(lacking=[2])
    with gate():
        DecisionCapacity.objects.exclude(kept_until=None).update(kept_until=date(2032, 3, 16))
    return held("Personnes non admissibles")


@lasts(SEPTEMBER, "2027-03-15")
def an_abandoned_registration_has_a_name_for_6_months():
    registration = make_registration()
    officer = make_wearer(Role.OFFICER, centre=registration.centre)
    abandon_registration(registration=registration, reason="Départ de l’entreprise.", by=officer)
    return held("Inscriptions sans décision, abandonnées ou transférées")


@lasts("2026-08-31 10:00", "2027-02-28")
def an_abandoned_registration_has_a_name_to_the_end_of_a_shorter_month():
    return an_abandoned_registration_has_a_name_for_6_months()


@lasts(SEPTEMBER, "2027-09-15")
def a_mail_is_held_a_year():
    OutboxMessage.objects.create(event="e", recipient="a@exemple.fr", template="invitation")
    return held("Courriels")


@lasts(SEPTEMBER, "2027-09-15")
def an_address_that_works_again_is_held_a_year():
    FaultyAddress.objects.create(
        address="a@exemple.fr", marked_by="système", cleared_at=timezone.now(), cleared_by="système"
    )
    return held("Adresses en erreur levées")


@lasts(SEPTEMBER, "2027-09-15")
def an_invitation_answered_is_held_a_year():
    invite_person(email="ines@exemple.fr", first_name="Inès", last_name="Lacoste", by=SYSTEM)
    accept_invitation(link=AccessLink.objects.get(), password="une lime et trois équerres")
    return held("Invitations")


@lasts(SEPTEMBER, "2027-09-29")
def an_invitation_never_answered_is_held_a_year_after_its_link():
    invite_person(email="ines@exemple.fr", first_name="Inès", last_name="Lacoste", by=SYSTEM)
    assert Invitation.objects.get().accepted_at is None
    return held("Invitations")


@lasts("2026-09-15 10:00", "2026-09-15 22:00")
def a_connection_lasts_twelve_hours():
    Session.objects.create(session_key="s", expire_date=timezone.now() + timedelta(hours=12))
    return held("Connexions terminées")


@lasts(SEPTEMBER, "2027-09-15")
def the_date_of_the_last_connection_is_held_a_year():
    User.objects.filter(pk=make_user().pk).update(last_login=timezone.now())
    return held("Dates de dernière connexion")


@lasts(SEPTEMBER, "2032-03-15")
def a_habilitation_over_is_held_66_months():
    make_habilitation(ends_on=today())
    return held("Habilitations finies ou retirées")


@lasts(SEPTEMBER, "2027-09-15")
def a_class_never_confirmed_is_held_a_year():
    make_class_import()
    return held("Classes jamais confirmées")


@lasts(SEPTEMBER, "2027-09-15")
def the_file_of_a_class_is_held_a_year():
    done = {"state": "imported", "imported_at": timezone.now(), "imported_by": "Claire Aubry"}
    ClassImport.objects.filter(pk=make_class_import().pk).update(**done)
    return held("Fichiers de classes importées")


@lasts(SEPTEMBER, "2027-09-15")
def a_document_that_became_no_referentiel_is_held_a_year():
    make_import()
    return held("Documents d’import de référentiel")


@lasts(SEPTEMBER, "2027-09-15")
def the_address_of_a_member_of_a_commission_is_held_a_year():
    seat_members(make_commission(make_centre()))
    return held("Adresses de membres de commissions")


@lasts(SEPTEMBER, "2027-09-15")
def the_address_of_a_member_of_a_jury_is_held_a_year():
    make_jury(make_decided_registration())
    return held("Adresses de membres de jurys")


# --- The table of clocks --------------------------------------------------------------------------------------------------

TRIED = [period for period in PERIODS if period.clock]
# What nothing of the application acts on yet: the page «Délais» says them.
TO_COME = {BRANCH_TOLD, SENT_TO_GTP, DECLARED_TO_CDC}


@pytest.mark.parametrize("period", TRIED, ids=lambda period: period.clock.key)
def test_the_day_tried_is_the_one_the_table_gives(period):
    fact = period.fact or in_paris(period.start).date()
    assert period.clock.end(fact).isoformat() == period.until


def test_every_clock_is_tried_read_by_the_house_and_set_where_it_says():
    assert {period.clock for period in TRIED} == set(CLOCKS) - TO_COME
    assert len({clock.key for clock in CLOCKS}) == len(CLOCKS)
    names = {name for name, value in vars(clocks).items() if isinstance(value, Clock)}
    assert {getattr(clocks, name) for name in names} == set(CLOCKS)
    readers = [module for module in modules() if not module.is_test and module.name != clocks.__name__]
    read = {
        name for name in names for module in readers if f"{clocks.__name__}.{name}" in imported_by(module)
    }
    assert {getattr(clocks, name) for name in names - read} == TO_COME
    for clock in CLOCKS:
        if clock.setting:
            assert PREFERENCES[clock.setting].default == clock.length


def imported_by(module):
    return {name for _, name in module.imports()}


# --- The table, asked -------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("period", PERIODS, ids=lambda period: period.situation.__name__)
def test_a_period_runs_to_the_end_of_its_last_day(period):
    with at(in_paris(period.start)):
        holds = period.situation()
    answers = []
    for moment in period.moments():
        with at(moment), transaction.atomic():
            answers.append(holds())
            transaction.set_rollback(True)  # asked anew each time: a claim that is given moves its own end
    assert answers == [True, period.included, False]
