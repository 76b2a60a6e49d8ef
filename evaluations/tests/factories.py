"""Plain functions that make coherent rows, through the real actions. Nothing here can build what they refuse."""

from datetime import time, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import Role
from accounts.tests.factories import make_resource_centre, make_user, make_wearer
from candidates.models import ContactRequest, DossierChoice, Registration
from candidates.tests.factories import REASON, contact_link, make_dossier, make_registration
from cqpm.utils.freeze import gate
from cqpm.utils.french import today
from cqpm.utils.uploads import sniff
from evaluations.actions import (
    commission as commissions,
    evaluation as planning,
    jury as juries,
    opinion as opinions,
    request as requests,
    sheet as scoring,
    validation as validations,
)
from evaluations.models import (
    CapacityValidation,
    Commission,
    CommissionCandidate,
    CompanyOpinion,
    CriterionResult,
    Evaluation,
    Jury,
    JuryMember,
    Visit,
)
from evaluations.reads.journey import load_one
from evaluations.reads.jury import JurySitting
from evaluations.rules import RULE_VERSION, College, Outcome
from referentiel.models import Method

REPORT_CONDITIONS = "Quinze pages, annexes comprises, en PDF à l’adresse du centre."
MEMBERS = (
    ("Nathalie", "Brossard"),
    ("Gérard", "Pillot"),
    ("Amina", "Benali"),
    ("Sophie", "Cormier"),
)
SITUATION = "Centre d’usinage de l’atelier-école, pièce et outils d’une commande réelle."


# --- The company's space ---------------------------------------------------------------------------------------

COLLEAGUE = {"name": "Karim Benali", "function": "Chef d’atelier", "email": "k.benali@exemple.fr"}
STRANGER = COLLEAGUE | {"email": "k.benali@ailleurs.fr"}  # of another mail domain


def make_contact_request(registration, kind=ContactRequest.Kind.TUTOR, **person):
    """Somebody of another mail domain proposed by the tutor of a registration; the centre has to answer."""
    return requests.ask_contact_change(
        registration=registration, kind=kind, by=contact_link(registration), **STRANGER | person
    )


# --- Evaluations and sheets ------------------------------------------------------------------------------------


def make_evaluator(centre, **fields):
    """An evaluator of the centre, wearing that hat."""
    return make_wearer(Role.EVALUATOR, centre=centre, **fields)


def with_dossier(referentiel=None, *, methods=(Method.REAL_SITUATION,), centre=None, **fields):
    """A registration two months old whose dossier is transmitted: these methods for every capacity allowing them.

    A référentiel that no centre de ressource keeps is given one.
    """
    registered_on = fields.pop("registered_on", today() - timedelta(days=60))
    registration = make_registration(
        centre, kept_somewhere(referentiel), registered_on=registered_on, **fields
    )
    make_dossier(registration, choices=choose(registration, methods))
    return registration


def kept_somewhere(referentiel):
    """The référentiel, its certification in a centre de ressource: without one no dossier is transmitted."""
    if referentiel and referentiel.certification.resource_centre is None:
        referentiel.certification.resource_centre = make_resource_centre()
        referentiel.certification.save(update_fields=["resource_centre"])
    return referentiel


def choose(registration, methods):
    """Choices for `save_dossier`: of these methods, those each capacity not kept allows, else its first."""
    return {
        capacity.number: {
            method.value: REASON if method == Method.RECONSTITUTED else ""
            for method in [m for m in capacity.methods if m in methods] or capacity.methods[:1]
        }
        for capacity in registration.referentiel.tree
        if capacity.number not in registration.kept
    }


def plan_of(registration, method=Method.REAL_SITUATION, *, capacities=None, **plan):
    """What `plan_evaluation` takes for a coherent evaluation held today: all the capacities it can cover."""
    commission = plan.get("commission")
    on = commission.held_on if commission else plan.get("held_on", today())
    alone = {"held_on": on, "starts_at": time(8), "place": "Atelier de l’entreprise, Montbard"}
    specific = {
        Method.PROJECT: {
            "report_conditions": REPORT_CONDITIONS,
            "report_due_on": on - timedelta(days=7),
        },
        Method.RECONSTITUTED: {"situation": SITUATION, "by_observation": True},
    }
    numbers = capacities or [
        capacity.number for capacity in registration.referentiel.tree if method in capacity.methods
    ]
    return {
        "capacities": [row for row in registration.referentiel.tree if row.number in numbers],
        **({} if commission else alone),
        **specific.get(method, {}),
        **plan,
        "evaluator": plan.get("evaluator") or make_evaluator(registration.centre),
    }


def make_evaluation(registration=None, method=Method.REAL_SITUATION, *, by=None, **plan):
    """An evaluation planned for today. `plan`: as `plan_of`."""
    registration = registration or with_dossier(methods=[method])
    return planning.plan_evaluation(
        registration=registration,
        method=method,
        by=by or make_wearer(Role.OFFICER, centre=registration.centre),
        **plan_of(registration, method, **plan),
    )


def redate(evaluation, held_on):
    """Lives as if the evaluation had been planned for another day, past the database's refusals. Gives it as read."""
    with gate():
        Visit.objects.filter(evaluations=evaluation).update(held_on=held_on)
    return Evaluation.objects.with_people().get(pk=evaluation.pk)


def make_open_sheet(registration=None, method=Method.REAL_SITUATION, **plan):
    """The sheet of an evaluation just opened; its `evaluator` wears the hat."""
    if method == Method.PROJECT and not plan.get("commission"):
        registration = registration or with_dossier(methods=[method])
        plan["commission"] = make_commission(registration.centre)
    evaluation = make_evaluation(registration, method, **plan)
    staff = make_wearer(Role.OFFICER, centre=evaluation.registration.centre)
    if method == Method.PROJECT:
        planning.record_report(evaluation=evaluation, received_on=evaluation.report_due_on, by=staff)
    planning.open_evaluation(evaluation=evaluation, by=staff)
    return fresh_sheet(evaluation.sheets.get())


def fresh_sheet(sheet):
    """The sheet as a view reads it, its evaluator wearing the hat of the centre."""
    sheet = type(sheet).objects.with_evaluation().get(pk=sheet.pk)
    centre = sheet.evaluation.registration.centre
    sheet.evaluator.hat = sheet.evaluator.memberships.get(role=Role.EVALUATOR, centre=centre)
    return sheet


def fill_sheet(sheet, value="met", *, except_for=None, notes=True):
    """Answers every criterion with `value`, those of `except_for` ({«3.2»: value}) otherwise, and writes the notes."""
    wanted = except_for or {}
    for result in CriterionResult.objects.filter(sheet=sheet).select_related("criterion__capacity"):
        answer = wanted.get(result.criterion.label, value)
        scoring.save_result(
            sheet=sheet,
            criterion=result.criterion,
            value=answer,
            branches=[0] if answer == "met" and result.criterion.alternatives else [],
            comment="",
            version=result.version,
            by=sheet.evaluator,
        )
    if notes:
        expected = {note.field: f"{note.label} : ce qui a été vu." for note in sheet.notes_expected()}
        scoring.save_notes(sheet=sheet, notes=expected, version=sheet.version, by=sheet.evaluator)
    return fresh_sheet(sheet)


def make_submitted_sheet(
    registration=None, method=Method.REAL_SITUATION, *, value="met", except_for=None, **plan
):
    """A sheet filled in and submitted."""
    sheet = fill_sheet(make_open_sheet(registration, method, **plan), value, except_for=except_for)
    scoring.submit_sheet(sheet=sheet, by=sheet.evaluator)
    return fresh_sheet(sheet)


def make_report_file(content=b"%PDF-1.7", name="Rapport.pdf"):
    """A file as `UploadField` cleans it."""
    file = SimpleUploadedFile(name, content)
    file.sniffed = sniff(content)
    return file


def make_presentation(registration=None, *, in_days=20, **plan):
    """A presentation of projects planned in so many days, the report due a week before."""
    registration = registration or with_dossier(methods=[Method.PROJECT])
    return make_evaluation(registration, Method.PROJECT, held_on=today() + timedelta(days=in_days), **plan)


# --- Commissions -----------------------------------------------------------------------------------------------


def make_commission(
    centre, *, held_on=None, starts_at=time(9), place="Pôle formation, salle 2", by=None, **fields
):
    """A commission prepared for today unless told otherwise, still without members or candidates."""
    commission = commissions.prepare_commission(
        centre=centre,
        held_on=max(held_on or today(), today()),
        starts_at=starts_at,
        place=place,
        by=by or make_wearer(Role.OFFICER, centre=centre),
        **fields,
    )
    if held_on and held_on < today():  # one already held: no verb prepares it after the event
        Commission.objects.filter(pk=commission.pk).update(held_on=held_on)
        commission.refresh_from_db()
    return commission


def seat_members(commission, *, count=2, by=None):
    """`count` members with an account and no conflict, the first one presiding; gives them in that order."""
    by = by or make_wearer(Role.OFFICER, centre=commission.centre)
    users = [
        make_evaluator(commission.centre, user=make_user(first_name=first, last_name=last))
        for first, last in MEMBERS[:count]
    ]
    return [
        commissions.add_member(commission=commission, user=user, quality="Professionnel de l’usinage", by=by)
        for user in users
    ]


def make_session(*registrations, centre=None, by=None, **fields):
    """A commission of today in session: two members present, these candidates on its agenda, everybody summoned."""
    centre = centre or registrations[0].centre
    by = by or make_wearer(Role.OFFICER, centre=centre)
    commission = make_commission(centre, by=by, **fields)
    members = seat_members(commission, by=by)
    for registration in registrations:
        commissions.add_candidate(commission=commission, registration=registration, by=by, again=True)
    commissions.summon_commission(commission=commission, by=by)
    for member in members:
        commissions.record_presence(member=member, present=True, by=by)
    return Commission.objects.get(pk=commission.pk)


def make_evaluated_registration(referentiel=None, *, centre=None, except_for=None, said=None, **fields):
    """A registration with two of the three bases, through the real actions: evaluations and opinion submitted.

    `except_for`: {«3.2»: value} of the criteria not met; `said`: {capacity number: value} of the opinions other than favorable.
    """
    registration = with_dossier(referentiel, centre=centre, **fields)
    for method in Method:
        chosen = DossierChoice.objects.filter(dossier__registration=registration, method=method)
        if numbers := list(chosen.values_list("capacity__number", flat=True)):
            make_submitted_sheet(registration, method, capacities=numbers, except_for=except_for)
    give_opinion(registration, said or {})
    return registration


def make_keeping_registration(referentiel=None, *, centre=None, lacking=(2,)):
    """A second registration, evaluated for `lacking` only: the other capacities are kept from a published jury."""
    first = make_decided_registration(referentiel, centre=centre, lacking=lacking)
    make_jury(first, state=Jury.State.PUBLISHED)
    return make_evaluated_registration(first.referentiel, centre=first.centre, same_as=first.candidate)


def ask_opinion(registration=None, *, by=None, **fields):
    """The opinion asked of the company, due in three weeks; `fields`: those of `request_opinion`."""
    registration = registration or with_dossier()
    return opinions.request_opinion(
        registration=registration,
        by=by or make_wearer(Role.OFFICER, centre=registration.centre),
        **{
            "respondent_name": registration.tutor_name,
            "respondent_email": registration.tutor_email,
            "due_on": today() + timedelta(days=21),
        }
        | fields,
    )


def draft_opinion(opinion, value="favorable", *, but=()):
    """Every capacity asked about answered with `value`, those of `but` left without answer; not given yet."""
    for number in opinion.values.values_list("capacity__number", flat=True):
        if number not in but:
            opinions.save_capacity_opinion(
                opinion=opinion, number=number, value=value, comment="", by=opinion.link
            )
    return CompanyOpinion.objects.with_people().get(pk=opinion.pk)


def give_opinion(registration, values):
    """The company's opinion, favorable save for `values`, where the référentiel asks for one."""
    if not any(capacity.company_opinion for capacity in registration.referentiel.tree):
        return
    opinion = ask_opinion(registration)
    for number in opinion.values.values_list("capacity__number", flat=True):
        opinions.save_capacity_opinion(
            opinion=opinion, number=number, value=values.get(number, "favorable"), comment="", by=opinion.link
        )
    opinions.submit_opinion(
        opinion=opinion, name=registration.tutor_name, function="Tutrice", by=opinion.link
    )


def make_ready_registration(referentiel=None, **fields):
    """A registration whose three bases are present, on the agenda of a commission in session: gives both."""
    registration = make_evaluated_registration(referentiel, **fields)
    commission = make_session(registration)
    hear(commission, registration)
    return registration, commission


def hear(commission, registration, remarks=None):
    """The interview with one candidate."""
    return validations.record_interview(
        commission=commission,
        registration=registration,
        notes="Le candidat explique ses choix de montage.",
        remarks=remarks or {},
        by=make_wearer(Role.OFFICER, centre=commission.centre),
    )


def decide_all(commission, registration, *, outcomes=None):
    """Every capacity as proposed, save for `outcomes` {number: outcome}, departures with their reason."""
    by = make_wearer(Role.OFFICER, centre=commission.centre)
    for row in load_one(registration).to_evaluate:
        validations.validate_capacity(
            commission=commission,
            registration=registration,
            number=row.number,
            outcome=(outcomes or {}).get(row.number, row.proposal.proposal),
            reason="Explications convaincantes à l’entretien.",
            by=by,
        )


# --- Juries ----------------------------------------------------------------------------------------------------


def make_validated_registration(referentiel=None, *, lacking=(), **fields):
    """A registration ready for the jury: every capacity decided by a commission that has closed.

    `lacking`: the capacities not acquired; `fields`: those of `make_ready_registration`.
    """
    registration, commission = make_ready_registration(referentiel, **fields)
    return close_validated(commission, registration, lacking)


def make_decided_registration(referentiel=None, *, centre=None, lacking=(), **fields):
    """What a jury reads and nothing more: a registration whose capacities a closed commission decided last week.

    Its dossier is not transmitted and nothing was evaluated: ten times as fast as `make_validated_registration`.
    """
    registered_on = today() - timedelta(days=60)
    registration = make_registration(centre, referentiel, registered_on=registered_on, **fields)
    commission = make_commission(registration.centre, held_on=today() - timedelta(days=7))
    CommissionCandidate.objects.create(commission=commission, registration=registration)
    CapacityValidation.objects.bulk_create(
        CapacityValidation(
            commission=commission,
            registration=registration,
            capacity=capacity,
            outcome=outcome,
            proposal=outcome,
            rule_version=RULE_VERSION,
            inputs={},
            decided_by="Nathalie Brossard",
        )
        for capacity in registration.referentiel.tree
        for outcome in [Outcome.NOT_ACQUIRED if capacity.number in lacking else Outcome.ACQUIRED]
    )
    done = {"summoned_at": timezone.now(), "summoned_by": "Claire Aubry", "closed_at": timezone.now()}
    Commission.objects.filter(pk=commission.pk).update(state="closed", closed_by="Nathalie Brossard", **done)
    return Registration.objects.with_people().get(pk=registration.pk)


def validate_again(registration, *, lacking=()):
    """Another commission hears the candidate, decides what is to decide, and closes."""
    commission = make_session(registration)
    hear(commission, registration)
    return close_validated(commission, registration, lacking)


def close_validated(commission, registration, lacking):
    decide_all(commission, registration, outcomes=dict.fromkeys(lacking, "not_acquired"))
    commissions.close_commission(
        commission=commission, by=make_wearer(Role.OFFICER, centre=commission.centre)
    )
    return Registration.objects.with_people().get(pk=registration.pk)


def make_jury(*registrations, centre=None, state=Jury.State.OPEN, president=None, **fields):
    """A jury of today brought to `state` by the real acts: two seats a college, all filled and present, notices kept.

    Open, nothing is decided; closed, every computed outcome has been pronounced. `fields`: those of `prepare_jury`.
    """
    centre = centre or registrations[0].centre
    by = make_wearer(Role.HEAD, centre=centre)
    plan = {"held_on": today(), "starts_at": time(9, 30), "place": "Montbard, salle Buffon", **fields}
    jury = juries.prepare_jury(centre=centre, by=by, **{"unions": ["CFDT", "CGT"], **plan})
    compose(jury, president or make_user(first_name="Philippe", last_name="Garnier"), by=by)
    if registrations:
        juries.add_candidates(jury=jury, registrations=registrations, by=by)
    if state == Jury.State.PREPARED:
        return fresh_jury(jury)
    juries.summon_jury(jury=jury, by=by)
    # No verb convenes or asks in the past.
    asked_on = jury.held_on - timedelta(days=20)
    Jury.objects.filter(pk=jury.pk).update(unions_invited_on=asked_on, summoned_on=asked_on)
    JuryMember.objects.filter(seat__jury=jury).update(summoned_on=asked_on)
    if state == Jury.State.SUMMONED:
        return fresh_jury(jury)
    juries.open_jury(jury=jury, by=by)
    for member in JuryMember.objects.filter(seat__jury=jury).select_related("seat"):
        juries.record_presence(member=member, present=True, by=by)
    if state == Jury.State.OPEN:
        return fresh_jury(jury)
    return finish(fresh_jury(jury), state, by=by)


def compose(jury, president, *, by):
    """Somebody in every seat; the first employer presides, the second one stands in."""
    for seat in jury.seats.order_by("college", "position"):
        name = f"{seat.get_college_display()[:-1]} {seat.position}"
        juries.seat_member(
            seat=seat,
            name=name,
            email=f"siege{seat.pk}@exemple.fr",
            organisation=seat.organisation or f"Société {seat.position}",
            by=by,
        )
    members = JuryMember.objects.filter(seat__jury=jury, seat__college=College.EMPLOYER)
    first, second, *_ = members.select_related("seat").order_by("seat__position")
    substitute = make_user(first_name="Hélène", last_name="Mugnier")
    for member, user, name_somebody in (
        (first, president, juries.name_president),
        (second, substitute, juries.name_substitute),
    ):
        names = {"first_name": user.first_name, "last_name": user.last_name}
        name_somebody(member=member, email=user.email, by=by, **names)


def finish(jury, state, *, by=None):
    """Pronounces what is computed, closes, and publishes when `state` says so."""
    by = by or make_wearer(Role.OFFICER, centre=jury.centre)
    president = president_of(jury)
    cases = JurySitting(jury).cases
    seen = {case.entry.pk: case.computed.verdict for case in cases if case.may_be_pronounced}
    if seen:
        juries.pronounce_all(jury=jury, seen=seen, by=by)
    juries.close_jury(jury=jury, president=president, secretary=by)
    if state == Jury.State.PUBLISHED:
        juries.publish_jury(jury=jury, president=president, secretary=by)
    return fresh_jury(jury)


def president_of(jury):
    """The account of the president, wearing no hat."""
    user = JuryMember.objects.get(seat__jury=jury, is_president=True).user
    user.hat = None
    return user


def fresh_jury(jury):
    return Jury.objects.select_related("centre").get(pk=jury.pk)
