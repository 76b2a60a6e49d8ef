"""Where a journey is and what comes next, in words: stepper, missing list, the one primary action."""

from dataclasses import dataclass

from django.urls import reverse

from accounts.perms import is_staff
from candidates.rules import Stage
from cqpm.utils.french import plural, short_day
from evaluations.models import Commission, CompanyOpinion, Jury

SHORT = {Stage.OPINION: "Avis"}


@dataclass(frozen=True)
class Act:
    """A button: its words and where it leads."""

    text: str
    url: str


def steps(journey):
    """The eight stations for `components/stepper.html`: done, current, to come; a late opinion warns."""
    order = list(Stage)
    current = order.index(journey.stage)
    subs = {
        Stage.REGISTRATION: short_day(journey.registration.registered_on),
        Stage.DOSSIER: _dossier(journey),
        Stage.EVALUATIONS: _count(journey, lambda row: not row.missing_evaluations),
        Stage.OPINION: _opinion(journey),
        Stage.INTERVIEW: short_day(journey.interview.held_on) if journey.interview else "",
        Stage.VALIDATION: _count(journey, lambda row: row.is_decided),
        Stage.DELIBERATION: _jury(journey),
        Stage.RESULT: journey.decision.get_verdict_display() if _published(journey) else "",
    }
    late = journey.opinion is not None and journey.opinion.is_overdue
    return [
        {
            "name": SHORT.get(stage, stage.label),
            "sub": subs[stage],
            "status": _status(stage, position, current, late=late, finished=_published(journey)),
        }
        for position, stage in enumerate(order)
    ]


def _status(stage, position, current, *, late, finished):
    if stage == Stage.OPINION and late:
        return "warn"
    if position < current or finished:
        return "done"
    return "current" if position == current else "todo"


def _dossier(journey):
    if journey.dossier_is_returned:
        return "retourné"
    if journey.dossier is None:
        preparing = journey.dossier_in_preparation
        return preparing.get_state_display().lower() if preparing else "à ouvrir"
    if journey.dossier.accepted_at:
        return f"accepté le {short_day(journey.dossier.accepted_at)}"
    return f"transmis le {short_day(journey.dossier.transmitted_at)}"


def _opinion(journey):
    opinion = journey.opinion
    if opinion is None:
        return "sans entreprise" if journey.dossier and journey.dossier.no_company_reason else ""
    if opinion.state in CompanyOpinion.AWAITING:
        return f"attendu le {short_day(opinion.due_on)}"
    return opinion.get_state_display().lower()


def _jury(journey):
    if journey.decision is None:
        return ""
    if journey.decision.jury.state in (Jury.State.CLOSED, Jury.State.PUBLISHED):
        return f"jury du {short_day(journey.decision.jury.held_on)}"
    return "en cours"


def _published(journey):
    return journey.stage == Stage.RESULT and journey.decision.jury.state == Jury.State.PUBLISHED


def _count(journey, done):
    total = len(journey.to_evaluate)
    count = sum(bool(done(row)) for row in journey.to_evaluate)
    return f"{count} sur {plural(total, 'capacité')}" if count else ""


def missing(journey):
    """What is missing before the jury, each point with the page that settles it: `components/missing.html`."""
    registration = journey.registration
    if journey.stage in (Stage.DELIBERATION, Stage.RESULT):
        return []
    if journey.dossier is None or journey.dossier_is_returned:
        returned = (
            "Dossier retourné par le centre de ressource : à amender." if journey.dossier_is_returned else ""
        )
        text = returned or "Dossier de modalités à transmettre."
        return [
            {
                "text": text,
                "url": reverse("dossier_edit", args=[registration.pk]),
                "action": "Ouvrir le dossier",
            }
        ]
    grouped = {}
    for row in journey.to_evaluate:
        for sentence in row.proposal.missing:
            grouped.setdefault(sentence, []).append(f"C{row.number}")
    points = [{"text": f"{' '.join(numbers)} · {sentence}"} for sentence, numbers in grouped.items()]
    if not points:
        undecided = [f"C{row.number}" for row in journey.to_evaluate if not row.is_decided]
        if undecided:
            points.append(
                {"text": f"{' '.join(undecided)} · Décision de la commission à prendre, puis à clore."}
            )
    return points


def next_act(journey, user):
    """The one primary action of the page for the staff; None when nothing waits for them."""
    if not is_staff(user):
        return None
    registration, stage = journey.registration, journey.stage
    if stage == Stage.DOSSIER:
        return Act("Compléter le dossier", reverse("dossier_edit", args=[registration.pk]))
    if stage == Stage.EVALUATIONS:
        return Act("Prévoir une évaluation", reverse("evaluation_new", args=[registration.pk]))
    if stage == Stage.OPINION:
        if journey.opinion:
            return Act("Suivre l’avis de l’entreprise", reverse("opinion_detail", args=[journey.opinion.pk]))
        return Act("Demander l’avis de l’entreprise", reverse("opinion_request", args=[registration.pk]))
    if stage in (Stage.INTERVIEW, Stage.VALIDATION):
        entry = (
            registration.commission_entries.exclude(commission__state=Commission.State.CLOSED)
            .order_by("commission__held_on")
            .first()
        )
        if entry:
            url = reverse("commission_session", args=[entry.commission_id, registration.pk])
            return Act("Ouvrir la séance de commission", url)
        return Act("Placer en commission", reverse("commission_list"))
    if stage == Stage.DELIBERATION:
        return Act("Inscrire à un jury", reverse("jury_list"))
    return None
