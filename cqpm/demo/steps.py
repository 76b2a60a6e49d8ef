"""How one candidate advances, step by step, on days counted from today. Each step is the real act, on its day."""

from contextlib import contextmanager
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import time_machine

from accounts.actions import print_space_link
from candidates import actions as candidates
from candidates.models.partners import COMPANY_SPACE, contact_key
from evaluations.actions import (
    commission as commissions,
    evaluation as planning,
    opinion as opinions,
    request as requests,
    sheet as scoring,
    validation as validations,
)
from evaluations.models import CriterionResult, Evaluation, Room, ScoreSheet
from evaluations.reads.journey import load_one
from evaluations.rules import CriterionValue, OpinionValue, Outcome, RemarkValue
from referentiel.models import Method

HOURS = (time(9), time(10, 15), time(11, 30), time(7, 45), time(17, 15), time(18, 30))  # of a day
PARIS = ZoneInfo("Europe/Paris")
CONTEXT = "Poste de régleur sur centre d’usinage trois axes : pièces unitaires et petites séries, du contrat de phase au contrôle."
EXCEPTION = "Le candidat ne programme pas à son poste : les programmes viennent du bureau des méthodes."
NO_COMPANY = "Candidat sans emploi : aucune entreprise ne peut donner d’avis sur son travail."
OBSERVATION = "Mise en place du brut, prise d’origine, première pièce contrôlée puis série de dix, sans aide."
QUESTIONS = (
    "Choix des vitesses de coupe, isostatisme de la prise de pièce, conduite à tenir en cas de dérive."
)
EVIDENCE = "Contrat de phase annoté, programme imprimé, relevé de contrôle de la première pièce."
RESTITUTION = "Restitution écrite de la gamme et du programme, reprise à l’oral devant la commission."
CONDITIONS = "Rapport de quinze pages au plus, en PDF ou sur papier, remis au centre d’examen."


class StoryClock:
    """The calendar of the demonstration: `clock(-30)` is thirty days before the day it is built."""

    def __init__(self, today):
        self.today = today

    def __call__(self, days):
        return self.today + timedelta(days=days)

    @contextmanager
    def on(self, days, hour=9, minute=0):
        """Lives what follows on that day: every date the actions write is that day's."""
        if days == 0:  # today is lived now: an hour of today may still be to come
            yield
            return
        moment = datetime.combine(self(days), time(hour, minute), tzinfo=PARIS)
        with time_machine.travel(moment, tick=True):
            yield


def default_choices(referentiel):
    """{number: {method: reason}}: real situation, or a reconstituted one where the référentiel allows no other at work
    than projects, which need a commission.
    """
    return {
        capacity.number: {Method.REAL_SITUATION: ""}
        if Method.REAL_SITUATION in capacity.methods
        else {Method.RECONSTITUTED: EXCEPTION}
        for capacity in referentiel.tree
    }


def transmit(registration, *, by, choices=None):
    """The dossier written, approved by both, transmitted, on the same day."""
    dossier = registration.dossiers.last()
    choices = choices or default_choices(registration.referentiel)
    candidates.save_dossier(
        dossier=dossier,
        context=CONTEXT,
        choices={number: methods for number, methods in choices.items() if number not in registration.kept},
        no_company_reason="" if registration.has_company else NO_COMPANY,
        by=by,
    )
    candidates.approve_for_centre(dossier=dossier, by=by)
    candidates.record_paper_approval(dossier=dossier, name=registration.partner.name, by=by)
    return candidates.transmit_dossier(dossier=dossier, by=by)


def plan(registration, method, numbers, *, by, evaluator, **details):
    """An evaluation of these capacities by this method: before a commission, or on a day, at the next hour its evaluator
    has free in that day."""
    if "commission" not in details:
        day = details["held_on"]
        planned = Evaluation.objects.filter(visit__held_on=day, sheets__evaluator=evaluator).count()
        where = (
            f"{registration.company}, îlot d’usinage" if registration.company else "Centre d’examen, salle 2"
        )
        details = {"starts_at": HOURS[planned % len(HOURS)], "place": where} | details
    rows = [capacity for capacity in registration.referentiel.tree if capacity.number in numbers]
    return planning.plan_evaluation(
        registration=registration,
        method=method,
        capacities=rows,
        evaluator=evaluator,
        by=by,
        **details,
    )


def score(evaluation, *, wrong=(), unseen=(), comment=""):
    """Opens the evaluation and fills its sheet: all met, save the criteria labelled in `wrong` and `unseen`."""
    sheet = evaluation.sheets.select_related("evaluator").get()
    planning.open_evaluation(evaluation=evaluation, by=sheet.evaluator)
    sheet = ScoreSheet.objects.select_related("evaluation", "evaluator").get(pk=sheet.pk)
    rows = CriterionResult.objects.filter(sheet=sheet).select_related("criterion__capacity")
    for row in rows:
        label = row.criterion.label
        value = CriterionValue.NOT_MET if label in wrong else CriterionValue.MET
        scoring.save_result(
            sheet=sheet,
            criterion=row.criterion,
            value=CriterionValue.NOT_OBSERVED if label in unseen else value,
            branches=[0] if row.criterion.alternatives and label not in (*wrong, *unseen) else [],
            comment=comment if label in wrong else "",
            version=row.version,
            by=sheet.evaluator,
        )
    return sheet


def hand_in(sheet):
    """The notes the method asks for, then the sheet is submitted."""
    sheet.refresh_from_db()
    texts = {
        "observation": OBSERVATION,
        "questions": QUESTIONS,
        "evidence": EVIDENCE,
        "restitution": RESTITUTION,
    }
    scoring.save_notes(sheet=sheet, notes=texts, version=sheet.version, by=sheet.evaluator)
    sheet.refresh_from_db()
    return scoring.submit_sheet(sheet=sheet, by=sheet.evaluator)


def hand_opinion_over(registration, *, to, by):
    """The tutor enters the company's space by a printed access, and names a colleague of another mail domain."""
    link = print_space_link(
        space=COMPANY_SPACE,
        subject=contact_key(registration.tutor_email),
        holder=registration.tutor_name,
        centre=registration.centre,
        by=by,
    )
    return requests.ask_contact_change(registration=registration, kind="opinion", by=link, **to)


def ask_opinion(registration, *, by, due_on):
    return opinions.request_opinion(
        registration=registration,
        respondent_name=registration.tutor_name,
        respondent_email=registration.tutor_email,
        due_on=due_on,
        by=by,
    )


def draft_opinion(opinion, values, *, comments=None):
    """The company answers for these capacities: {number: OpinionValue}."""
    for number, value in values.items():
        opinions.save_capacity_opinion(
            opinion=opinion,
            number=number,
            value=value,
            comment=(comments or {}).get(number, ""),
            by=opinion.link,
        )


def give_opinion(opinion, *, but=None, comments=None):
    """The company answers for every capacity, favorable save `but`, and sends."""
    numbers = opinion.values.values_list("capacity__number", flat=True)
    draft_opinion(
        opinion,
        {number: (but or {}).get(number, OpinionValue.FAVORABLE) for number in numbers},
        comments=comments,
    )
    registration = opinion.registration
    return opinions.submit_opinion(
        opinion=opinion,
        name=opinion.respondent_name,
        function=registration.tutor_function or "Responsable d’atelier",
        by=opinion.link,
    )


def hold_commission(centre, *, held_on, members, by):
    """A commission with its members, the first presiding; on the day, all are present."""
    commission = commissions.prepare_commission(
        centre=centre, held_on=held_on, starts_at=time(14), minutes=240, room=rooms_of(centre)[1], by=by
    )
    for rank, member in enumerate(members):
        commissions.add_member(
            commission=commission,
            user=member,
            quality="Professionnel" if rank else "Formateur",
            is_president=not rank,
            by=by,
        )
    return commission


def rooms_of(centre):
    """The rooms of a centre, in the order of their names."""
    return list(Room.objects.filter(centre=centre).order_by("name"))


def seat_everyone(commission, *, by):
    for member in commission.members.all():
        commissions.record_presence(member=member, present=True, by=by)


def hear(commission, registration, *, by, doubts=()):
    """The interview: every capacity confirmed save those in `doubts`."""
    remarks = {
        capacity.number: (
            (RemarkValue.DOES_NOT_CONFIRM, "Réponses hésitantes.")
            if capacity.number in doubts
            else (RemarkValue.CONFIRMS, "")
        )
        for capacity in registration.referentiel.tree
    }
    validations.record_interview(
        commission=commission,
        registration=registration,
        notes="Parcours présenté avec clarté.",
        remarks=remarks,
        by=by,
    )


def validate(commission, registration, *, by, departures=None, only=None):
    """The commission follows each proposal, save `departures`: {number: (Outcome, reason)}."""
    departures = departures or {}
    for row in load_one(registration).to_evaluate:
        if only is not None and row.number not in only:
            continue
        outcome, reason = departures.get(row.number) or (Outcome(row.proposal.proposal), "")
        validations.validate_capacity(
            commission=commission,
            registration=registration,
            number=row.number,
            outcome=outcome,
            reason=reason,
            by=by,
        )
