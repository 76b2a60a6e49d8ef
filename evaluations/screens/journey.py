"""Where a journey is and what comes next, in words: stepper, missing list, the one primary action.

The stage is the stored one, the same as in the lists; the journey was read `with_deadlines`.
"""

from collections import defaultdict
from dataclasses import dataclass

from django.urls import reverse

from accounts.perms import is_staff_of
from candidates.rules import Stage
from cqpm.utils.french import day, enumeration, plural, short_day, today
from evaluations.models import CompanyOpinion, Evaluation
from evaluations.rules import Admissibility, Missing

SHORT_STAGES = {Stage.OPINION: "Avis"}


@dataclass(frozen=True)
class Act:
    """A button: its words and where it leads."""

    text: str
    url: str


# --- The stepper ------------------------------------------------------------------------------------------------


def steps(journey, *, results=True):
    """The eight stations for `components/stepper.html`: done, current, to come; a dossier or an opinion late warns.

    `results`: whether the reader may know what came out, and not only how far things are.
    """
    registration, order = journey.registration, list(Stage)
    current = order.index(registration.stage)
    subs = {
        Stage.REGISTRATION: short_day(registration.registered_on),
        Stage.DOSSIER: _dossier(journey),
        Stage.EVALUATIONS: _count(journey, lambda row: not row.missing_evaluations),
        Stage.OPINION: _opinion(journey),
        Stage.INTERVIEW: _interview(journey),
        Stage.VALIDATION: _count(journey, lambda row: row.is_decided),
        Stage.DELIBERATION: _jury(journey),
        Stage.RESULT: _result(journey, results),
    }
    late = {
        Stage.OPINION: journey.opinion is not None and journey.opinion.is_overdue,
        Stage.DOSSIER: dossier_is_late(journey),
    }
    return [
        {
            "name": SHORT_STAGES.get(stage, stage.label),
            "sub": subs[stage],
            "status": "warn"
            if late.get(stage)
            else _status(position, current, finished=journey.is_published),
        }
        for position, stage in enumerate(order)
    ]


def _status(position, current, *, finished):
    if position < current or finished:
        return "done"
    return "current" if position == current else "todo"


def _dossier(journey):
    if journey.dossier_is_returned:
        return "retourné"
    dossier = journey.dossier or journey.dossier_in_preparation
    if dossier_is_late(journey):
        return f"attendu le {short_day(journey.registration.dossier_due_on)}"
    if journey.dossier is None:
        return dossier.get_state_display().lower()
    if dossier.accepted_at:
        return f"accepté le {short_day(dossier.accepted_at)}"
    return f"transmis le {short_day(dossier.transmitted_at)}"


def dossier_is_late(journey):
    """Not transmitted yet though its day is over."""
    waits = journey.dossier is None and not journey.dossier_is_returned
    return waits and journey.registration.dossier_day_is_over


def _opinion(journey):
    opinion = journey.opinion
    if opinion is None:
        return "sans entreprise" if journey.dossier and journey.dossier.no_company_reason else ""
    if opinion.state in CompanyOpinion.State.AWAITED:
        return f"attendu le {short_day(opinion.due_on)}"
    return opinion.get_state_display().lower()


def _interview(journey):
    if journey.interview:
        return short_day(journey.interview.held_on)
    planned = journey.registration.commission_on
    return f"prévu le {short_day(planned)}" if planned else ""


def _jury(journey):
    if journey.is_pronounced:
        return f"jury du {short_day(journey.decision.jury.held_on)}"
    if journey.registration.jury_on:
        return f"jury du {short_day(journey.registration.jury_on)}"
    return f"ajournée le {short_day(journey.decision.jury.held_on)}" if journey.decision else ""


def _result(journey, results):
    if journey.is_published:
        return journey.decision.get_verdict_display().lower() if results else "publié"
    return "à publier" if journey.is_pronounced else ""


def _count(journey, done):
    total = len(journey.to_evaluate)
    count = sum(bool(done(row)) for row in journey.to_evaluate)
    return f"{count} sur {plural(total, 'capacité')}" if count else ""


# --- What is missing --------------------------------------------------------------------------------------------


def missing(journey, user):
    """What is missing before the jury, as `components/missing.html` takes it: text, and for the staff of the centre
    the page that settles it. Empty once the jury's turn has come, or when the registration is over."""
    registration = journey.registration
    if not registration.is_running or registration.stage in (Stage.DELIBERATION, Stage.RESULT):
        return []
    points = _missing_dossier(journey)
    if journey.dossier:
        points += _missing_bases(journey) + _missing_decisions(journey)
    staff = is_staff_of(user, registration.centre_id)
    return [
        {"text": text, "url": act.url, "action": act.text} if staff and act else {"text": text}
        for text, act in points
    ]


def _missing_dossier(journey):
    address = reverse("dossier_edit", args=[journey.registration.pk])
    if journey.dossier_is_returned:
        return [(str(Admissibility.DOSSIER_RETURNED()), Act("Corriger", address))]
    if journey.dossier is None:
        registration = journey.registration
        since = plural((today() - registration.dossier_due_on).days, "jour")
        late = f", {since} de retard" if dossier_is_late(journey) else ""
        due = (
            f"à transmettre au centre de ressource au plus tard le {day(registration.dossier_due_on)}{late}."
        )
        return [(f"Dossier de modalités : {due}", Act("Compléter", address))]
    if journey.registration.stage == Stage.DOSSIER:
        return [("Dossier de modalités : l’accord du centre de ressource est attendu.", None)]
    return []


def _missing_bases(journey):
    """Each sentence once, with the capacities it is about: «C1 et C3 · Évaluation à remettre…»."""
    reasons, numbers = {}, defaultdict(list)
    for row in journey.to_evaluate:
        for reason in row.proposal.missing:
            reasons[str(reason)] = reason
            numbers[str(reason)].append(row.number)
    return [
        (_about(journey, numbers[sentence], sentence), _settling(journey, reason))
        for sentence, reason in reasons.items()
    ]


def _settling(journey, reason):
    """The act that settles a missing base."""
    if reason.kind == Missing.OPINION:
        return _opinion_act(journey)
    if reason.kind in (Missing.INTERVIEW, Missing.INTERVIEW_FACT):
        return _commission_act(journey)
    if reason.kind in (Missing.TO_SUBMIT, Missing.SHEET, Missing.CONSENSUS):
        return Act("Ouvrir", reverse("evaluation_detail", args=[reason.subject]))
    return Act("Prévoir", reverse("evaluation_new", args=[journey.registration.pk]))


def _missing_decisions(journey):
    ready = [row for row in journey.to_evaluate if not row.proposal.missing and not row.is_decided]
    undecided = [row.number for row in ready if row.validation is None]
    to_close = [row.number for row in ready if row.validation is not None]
    act, points = _commission_act(journey), []
    if undecided:
        points.append((_about(journey, undecided, "Décision de la commission à prendre."), act))
    if to_close and not undecided:
        points.append(("Commission à clore.", act))
    return points


def _about(journey, numbers, sentence):
    """The sentence alone when it holds for every capacity."""
    if len(numbers) == len(journey.to_evaluate):
        return sentence
    return f"{enumeration(f'C{number}' for number in numbers)} · {sentence}"


def _opinion_act(journey):
    registration = journey.registration
    if journey.opinion:
        return Act("Suivre l’avis", reverse("opinion_detail", args=[journey.opinion.pk]))
    if registration.has_company:
        return Act("Demander l’avis", reverse("opinion_request", args=[registration.pk]))
    return Act("Amender le dossier", reverse("dossier_edit", args=[registration.pk]))


def _commission_act(journey):
    registration = journey.registration
    if registration.commission is None:
        return Act("Placer en commission", f"{reverse('commission_list')}?candidat={registration.pk}")
    if registration.commission_on > today():
        return Act("Préparer la commission", reverse("commission_detail", args=[registration.commission]))
    address = reverse("commission_session", args=[registration.commission, registration.pk])
    return Act("Ouvrir la séance", address)


# --- The next act -----------------------------------------------------------------------------------------------


def next_act(journey, user):
    """The one primary action of the page; None when nothing waits for this person."""
    registration = journey.registration
    if not is_staff_of(user, registration.centre_id):
        return _own_sheet(journey, user)
    if registration.stage == Stage.RESULT:
        return _result_act(journey)
    if not registration.is_running:
        return None
    by_stage = {
        Stage.DOSSIER: _dossier_act,
        Stage.EVALUATIONS: _evaluation_act,
        Stage.OPINION: _opinion_act,
        Stage.INTERVIEW: _commission_act,
        Stage.VALIDATION: _commission_act,
        Stage.DELIBERATION: _jury_act,
    }
    return by_stage[registration.stage](journey)


def _own_sheet(journey, user):
    """The evaluator's own sheet, once open; before, the evaluation."""
    for evaluation in journey.evaluations:
        for sheet in evaluation.sheet_rows:
            if sheet.evaluator_id == user.pk and evaluation.state == Evaluation.State.OPEN:
                return Act("Remplir ma grille", reverse("sheet", args=[sheet.pk]))
            if sheet.evaluator_id == user.pk and evaluation.state == Evaluation.State.PLANNED:
                return Act("Voir mon évaluation", reverse("evaluation_detail", args=[evaluation.pk]))
    return None


def _dossier_act(journey):
    """None while the centre de ressource has it."""
    if journey.dossier and not journey.dossier_is_returned:
        return None
    words = "Corriger le dossier" if journey.dossier_is_returned else "Compléter le dossier"
    return Act(words, reverse("dossier_edit", args=[journey.registration.pk]))


def _evaluation_act(journey):
    """To plan what the dossier foresees and nobody planned; else the first evaluation still to be handed in."""
    planned = {
        (capacity, evaluation.method)
        for evaluation in journey.evaluations
        if not evaluation.is_not_held
        for capacity in evaluation.capacity_numbers
    }
    foreseen = {(row.number, choice.method) for row in journey.to_evaluate for choice in row.choices}
    waiting = [row for row in journey.evaluations if row.state in Evaluation.State.TO_HOLD]
    if waiting and foreseen <= planned:
        return Act("Voir l’évaluation", reverse("evaluation_detail", args=[waiting[0].pk]))
    return Act("Prévoir une évaluation", reverse("evaluation_new", args=[journey.registration.pk]))


def _jury_act(journey):
    if journey.registration.jury:
        return Act("Ouvrir le jury", reverse("jury_detail", args=[journey.registration.jury]))
    return Act("Inscrire à un jury", f"{reverse('jury_list')}?candidat={journey.registration.pk}")


def _result_act(journey):
    if journey.is_published:
        return Act("Voir les documents", reverse("registration_documents", args=[journey.registration.pk]))
    return Act("Publier le résultat", reverse("jury_detail", args=[journey.decision.jury.pk]))
