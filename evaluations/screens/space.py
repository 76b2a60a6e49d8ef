"""What a candidate's own page says of a registration (`reads.space`): plain words, no query."""

from dataclasses import dataclass
from operator import attrgetter

from accounts import links
from accounts.keys import key_of
from candidates.models import Registration
from candidates.rules import Stage
from cqpm.utils.french import day, local_date, plural, today
from evaluations.models import CompanyOpinion, Evaluation, Summons
from evaluations.reads.space import (
    approval_link,
)
from evaluations.rules.appointment import Appointment
from referentiel.models import Method

IDENTITY = "identite"  # an anchor of the page
ADVICE = {
    Method.REAL_SITUATION: "Un évaluateur vous observe à votre poste et vous questionne. Préparez les preuves de ce que vous avez fait : gammes, plans, programmes, fiches de contrôle.",
    Method.PROJECT: "Vous présentez votre rapport à la commission, qui vous questionne.",
    Method.RECONSTITUTED: "Votre évaluation se tient dans une situation recréée, représentative de l’entreprise.",
}


@dataclass(frozen=True)
class SpaceStep:
    """A station of the way: what it is, where it stands (done, current, todo), one sentence."""

    name: str
    status: str
    words: str


@dataclass(frozen=True)
class Task:
    """What is asked of the candidate now; `url` may be an anchor of the page."""

    title: str
    words: str
    url: str
    action: str
    late: bool = False


@dataclass(frozen=True)
class Meeting:
    """A day to come: what, when, where, what to bring; `letter`: the convocation to print, None before it is sent."""

    what: str
    appointment: Appointment
    advice: str
    letter: Summons | None


# --- The way -----------------------------------------------------------------------------------------------------


def steps(way):
    """The eight stations in words."""
    order = list(Stage)
    current, finished = order.index(way.stage), way.is_over
    words = {
        Stage.REGISTRATION: _registration,
        Stage.DOSSIER: _dossier,
        Stage.EVALUATIONS: _evaluations,
        Stage.OPINION: _opinion,
        Stage.INTERVIEW: _interview,
        Stage.VALIDATION: _validation,
        Stage.DELIBERATION: _deliberation,
        Stage.RESULT: _result,
    }
    result = []
    for position, station in enumerate(order):
        done = position < current or finished
        status = "done" if done else "current" if position == current else "todo"
        result.append(SpaceStep(station.label, status, words[station](way, status)))
    return result


def _registration(way, status):
    registration = way.registration
    return f"Inscription n° {registration.number}, le {day(registration.registered_on)}."


def _dossier(way, status):
    with_whom = "avec votre entreprise" if way.registration.has_company else "avec vous"
    preparing = way.dossier_in_preparation
    if preparing and preparing.transmitted_at:
        return "Le centre de ressource l’a retourné : le centre d’examen le corrige."
    if status == "done" and way.dossier:
        return f"Transmis le {day(local_date(way.dossier.transmitted_at))} : il dit comment chaque capacité est évaluée."
    if way.dossier:
        return "Transmis : le centre de ressource doit encore l’accepter."
    return f"Le centre d’examen choisit {with_whom} comment chaque capacité sera évaluée, puis le transmet."


def _evaluations(way, status):
    total = len(way.evaluations)
    done = sum(row.state == Evaluation.State.SUBMITTED for row in way.evaluations)
    if status == "done":
        return "Toutes vos évaluations sont faites."
    if done:
        return (
            f"{plural(done, 'évaluation terminée', 'évaluations terminées')} sur {plural(total, 'prévue')}."
        )
    if status == "current":
        return "Le centre d’examen vous en donne les dates."
    return "Elles commencent une fois le dossier transmis. Le centre d’examen vous en donne les dates."


def _opinion(way, status):
    opinion = way.opinion
    if not way.registration.has_company:
        return "Sans entreprise : le dossier dit pourquoi, aucun avis n’est attendu."
    if opinion is None:
        return "Votre entreprise dira, capacité par capacité, ce qu’elle a vu au travail."
    if opinion.state in CompanyOpinion.State.AWAITED:
        return f"Demandé à {opinion.respondent_name}, attendu le {day(opinion.due_on)}."
    if opinion.state == CompanyOpinion.State.ABSENT:
        return "L’entreprise n’a pas répondu : le centre l’a consigné, et cela ne vous pénalise pas."
    return f"Donné par votre entreprise le {day(local_date(opinion.submitted_at))}."


def _interview(way, status):
    if way.interview:
        return f"Il s’est tenu le {day(way.interview.held_on)}."
    return "La commission d’évaluation vous reçoit : vous parlez de ce que vous avez fait."


def _validation(way, status):
    if status == "done":
        return "La commission s’est prononcée sur chaque capacité. Le jury décide."
    return "La commission se prononce sur chaque capacité, d’après vos évaluations, l’avis de l’entreprise et l’entretien."


def _deliberation(way, status):
    decision = way.decision
    if status == "done":
        return f"Le jury paritaire s’est réuni le {day(decision.entry.deliberation.jury.held_on)}."
    if way.registration.jury_on:
        return f"Le jury paritaire se réunit le {day(way.registration.jury_on)}. Vous n’avez pas à y venir."
    if decision:
        return f"Le jury du {day(decision.entry.deliberation.jury.held_on)} a remis sa décision à une prochaine séance."
    return "Un jury paritaire, moitié employeurs moitié salariés, décide d’après votre dossier. Vous n’avez pas à y venir."


def _result(way, status):
    if way.is_over:
        return f"Publié le {day(local_date(way.decision.entry.deliberation.jury.published_at))}."
    return "Le centre vous prévient dès sa publication."


# --- What comes next ---------------------------------------------------------------------------------------------


def next_words(way):
    """«Prochaine étape»: one sentence on what happens now, and who acts."""
    registration = way.registration
    if registration.state == Registration.State.ABANDONED:
        return f"Cette inscription est abandonnée depuis le {day(local_date(registration.state_at))}."
    if registration.state == Registration.State.TRANSFERRED:
        return f"Votre parcours continue dans un autre centre d’examen depuis le {day(local_date(registration.state_at))}."
    if way.is_over:
        return "Votre parcours est terminé : le résultat est ci-dessous."
    return {
        Stage.DOSSIER: "Le centre d’examen prépare votre dossier de modalités.",
        Stage.EVALUATIONS: _next_evaluation(way),
        Stage.OPINION: "L’avis de votre entreprise, que le centre lui demande.",
        Stage.INTERVIEW: "L’entretien avec la commission d’évaluation.",
        Stage.VALIDATION: "La commission se prononce sur chaque capacité.",
        Stage.DELIBERATION: "La décision du jury paritaire.",
    }.get(way.stage, "Le résultat.")


def _next_evaluation(way):
    planned = [row.appointment for row in way.evaluations if row.is_planned and row.held_on >= today()]
    if planned:
        return f"Votre prochaine évaluation, le {min(planned, key=attrgetter('order')).when}."
    return "Vos évaluations : le centre d’examen en fixe les dates."


def meetings(way):
    """The days to come, the first first."""
    entry = way.entry
    found = [
        Meeting(
            what="Présentation de votre rapport" if row.is_project else Method(row.method).short,
            appointment=row.appointment,
            advice=ADVICE[row.method],
            letter=way.letters.get(key_of(row)),
        )
        for row in way.evaluations
        if row.state == Evaluation.State.PLANNED and row.held_on >= today() and not row.commission_id
    ]
    if entry:
        presents = any(row.commission_id == entry.commission_id and row.is_project for row in way.evaluations)
        found.append(
            Meeting(
                what="Présentation de votre rapport et entretien"
                if presents
                else "Entretien avec la commission",
                appointment=entry.appointment,
                advice="Apportez une pièce d’identité et votre convocation. Venez dix minutes en avance.",
                letter=way.letters.get(key_of(entry.commission)),
            )
        )
    return sorted(found, key=lambda row: row.appointment.order)


def tasks(way, reports):
    """What is asked of the candidate. `reports`: `report_files(way)`."""
    found = []
    if approval := approval_link(way):
        found.append(
            Task(
                "Approuvez votre dossier",
                "Relisez comment chaque capacité sera évaluée, puis approuvez.",
                links.path(approval),
                "Lire le dossier",
            )
        )
    for row in reports:
        if not row.versions and row.may_send:
            due = day(row.evaluation.report_due_on)
            late = today() > row.evaluation.report_due_on
            words = (
                f"Il était attendu le {due}. Envoyez-le sans attendre : le responsable du centre décide s’il est admis."
                if late
                else f"Attendu le {due}, en PDF, DOCX ou ODT."
            )
            found.append(
                Task("Envoyez votre rapport", words, f"#{row.anchor}", "Aller au rapport", late=late)
            )
    reading = way.reading
    if way.registration.is_running and (reading is None or reading.is_answered):
        found.append(
            Task(
                "Relisez vos nom, prénoms et naissance",
                "Ils seront écrits sur le procès-verbal du jury et sur votre attestation.",
                f"#{IDENTITY}",
                "Relire",
            )
        )
    return found
