"""The fiche de synthèse of a commission, frozen at its closing: who sat, what was proposed and decided, on what and why.

It names several people. When the pieces of one of them go it is issued again without that candidate.
"""

from accounts import log
from accounts.keys import Key, key_of
from candidates.models import Registration
from candidates.papers import certification_words, letterhead, unbroken
from cqpm.utils.french import NBSP, day, enumeration, hour, local_date, long_day, lower_first, plural, typeset
from documents.actions import request_document
from documents.kinds import PaperKind
from documents.models import Document
from documents.rules import reissue_number
from evaluations.models import Commission, CommissionMember, CompanyOpinion
from evaluations.papers.minutes import full_stop
from evaluations.reads.capacity import CapacityFile
from evaluations.reads.commission import Sitting
from evaluations.reads.conflict import Opposition
from evaluations.reads.journey import Journey
from evaluations.rules import MergedValue, Outcome

# --- When it is asked for ---------------------------------------------------------------------------------------


def request_synthesis(sitting: Sitting, *, number: str, by: log.Actor) -> Document:
    """The paper of a commission that has just closed."""
    commission = sitting.commission
    return request_document(
        kind=SYNTHESIS.key,
        fact=key_of(commission),
        number=number,
        label=f"Fiche de synthèse, commission du {day(commission.held_on)}",
        centre=commission.centre,
        data=synthesis_data(sitting),
        by=by,
    )


def synthesis_of(commission: Commission) -> Document | None:
    """The fiche of a commission as it stands: none before it closes, nor of those closed before fiches were made."""
    if commission.state != Commission.State.CLOSED:
        return None
    papers = Document.objects.select_related("centre").filter(kind=SYNTHESIS.key, fact=key_of(commission))
    return papers.filter(replaced_by=None).first()


def syntheses_of(registration: Registration) -> list[str]:
    """The keys of the commissions that heard a registration: their papers name it among others."""
    heard = Commission.objects.filter(agenda__registration=registration, state=Commission.State.CLOSED)
    return [key_of(row) for row in heard]


def names_in(document: Document) -> set[str]:
    """The numbers of the inscriptions a fiche speaks of; none once it is purged."""
    return {row["number"] for row in document.data.get("candidates", [])}


def less_one(document: Document, registration: Registration) -> dict:
    """The frozen data of a fiche, less one candidate."""
    left = [row for row in document.data["candidates"] if row["number"] != registration.number]
    return document.data | {"candidates": left, "counted": counted(left)}


def issue_again(document: Document, data: dict) -> Document:
    """The fiche, its former version emptied, in what words are left."""
    return request_document(
        kind=SYNTHESIS.key,
        fact=document.fact,
        number=reissue_number(document.number),
        label=document.label,
        centre=document.centre,
        data=data,
        replaces=document,
        by=log.SYSTEM,
    )


def may_read_synthesis(user, document) -> bool:
    """The staff of the centre; the evaluators who are members of the commission."""
    return Commission.objects.for_user(user).filter(pk=document.fact_key.pk).exists()


# --- What it says -----------------------------------------------------------------------------------------------


def build_synthesis(fact: Key) -> dict:
    """The data of the fiche of «commission:<uuid>», closed."""
    return synthesis_data(Sitting(Commission.objects.select_related("centre").get(pk=fact.pk)))


def synthesis_data(sitting: Sitting) -> dict:
    """A closed commission in the words of its paper. Whoever has been purged since is left out."""
    commission = sitting.commission
    entries = [entry for entry in sitting.entries if entry.registration.purged_at is None]
    candidates = [
        candidate_words(sitting, sitting.journeys[entry.registration_id], entry) for entry in entries
    ]
    referentiels = list(dict.fromkeys(entry.registration.referentiel for entry in entries))
    head = letterhead(
        commission.centre,
        ["Commission d’évaluation", long_day(commission.held_on)],
        sitting.entries[0].registration.referentiel,
    )
    return {
        "letterhead": head,
        "footer": f"commission du {day(commission.held_on)}",
        "titles": [
            typeset(f"{words['kind']} {words['title']}") for words in map(certification_words, referentiels)
        ],
        "fictitious": any(row.fictitious for row in referentiels),
        "sitting": when(commission),
        "members": [member_words(member) for member in sitting.members],
        "minimum": f"{plural(sitting.minimum, 'membre présent', 'membres présents')} au moins",
        "rules": sorted({row["rule"] for one in candidates for row in one["capacities"] if row["rule"]}),
        "candidates": candidates,
        "counted": counted(candidates),
        "closing": f"{typeset(commission.closed_by)} a clos la séance le {day(commission.closed_at)} "
        f"à {hour(commission.closed_at)}.",
    }


def when(commission: Commission) -> str:
    """«jeudi 12 novembre 2026, de 13 h 30 à 16 h 48, salle 2»; closed on another day, it says which."""
    closed = commission.closed_at
    if local_date(closed) == commission.held_on and hour(closed) != hour(commission.starts_at):
        hours = f"de {hour(commission.starts_at)} à {hour(closed)}"
    else:
        hours = f"{hour(commission.starts_at)}, close le {day(closed)} à {hour(closed)}"
    return typeset(f"{long_day(commission.held_on)}, {hours}, {commission.place}")


def member_words(member: CommissionMember) -> dict:
    """A member as the fiche prints it, present or not."""
    employer, _ = member.works_for
    return {
        "name": typeset(member.name),
        "role": "préside" if member.is_president else "membre",
        "quality": typeset(member.quality),
        "employer": typeset(employer) or "non connu",
        "present": bool(member.present),
    }


def counted(candidates: list[dict]) -> str:
    """«3 candidats entendus : 20 capacités acquises et 1 non acquise»."""
    outcomes = [row["outcome"] for one in candidates for row in one["capacities"]]
    acquired = outcomes.count(Outcome.ACQUIRED)
    parts = [plural(acquired, "capacité acquise", "capacités acquises")]
    if lacking := outcomes.count(Outcome.NOT_ACQUIRED):
        parts.append(plural(lacking, "non acquise", "non acquises"))
    return f"{plural(len(candidates), 'candidat')}{NBSP}: {enumeration(parts)}"


# --- One candidate ----------------------------------------------------------------------------------------------


def candidate_words(sitting: Sitting, journey: Journey, entry) -> dict:
    """A candidate's table, and the sentences under it."""
    registration = journey.registration
    around = [registration.number, str(registration.company or ""), str(registration.host_company or "")]
    return {
        "name": typeset(registration.candidate.sorted_name),
        "number": registration.number,
        "about": typeset(", ".join(filter(None, [entry.appointment.hours, *around]))),
        "title": typeset(str(registration.referentiel.title)),
        "capacities": [capacity_words(sitting, journey, row) for row in journey.to_evaluate],
        "notes": [
            {"head": typeset(head), "text": typeset(full_stop(text))}
            for head, text in notes(sitting, journey)
        ],
    }


def capacity_words(sitting: Sitting, journey: Journey, row: CapacityFile) -> dict:
    """One line: the three bases, the proposal frozen with the decision, the decision."""
    validation = sitting.standing(row)
    merged = list(row.merged.values())
    return {
        "number": row.number,
        "title": typeset(row.capacity.title),
        "met": f"{sum(value == MergedValue.MET for value in merged)} sur {len(merged)}",
        "opinion": opinion_words(row),
        "interview": row.remark.get_value_display().lower()
        if row.remark
        else ("non abordé" if journey.interview else "–"),
        "proposal": validation.get_proposal_display().lower() if validation else "–",
        "decision": validation.get_outcome_display().lower() if validation else "–",
        "outcome": validation.outcome if validation else "",
        "departs": bool(validation and validation.departs),
        "rule": validation.rule_version if validation else 0,
    }


def opinion_words(row: CapacityFile) -> str:
    if not row.inputs.opinion_required:
        return "non demandé"
    if row.inputs.opinion:
        return row.inputs.opinion.label.lower()
    return "absence motivée" if row.inputs.opinion_absence else "–"


def notes(sitting: Sitting, journey: Journey):
    """(heading, sentence) of what the table cannot hold: departures, reasons, comments, absence, conflicts lifted."""
    if kept := [row for row in journey.capacities if row.kept]:
        numbers = unbroken(enumeration(row.number for row in kept))
        yield (
            "Capacités conservées.",
            f"{numbers}, d’un jury précédent : elles ne sont pas évaluées de nouveau",
        )
    for row in journey.to_evaluate:
        yield from capacity_notes(sitting, row)
    yield from absence_notes(journey)
    interview = journey.interview
    if interview:
        yield "Entretien.", f"Tenu le {day(interview.held_on)} par {enumeration(interview.members)}"
    if remarks := sitting.remarks([journey.registration]):
        yield "Indépendance non vérifiable.", " ".join(full_stop(str(reason)) for reason in remarks)
    for opposition in sitting.oppositions(journey.registration):
        yield "Conflit levé.", lifted_words(opposition)


def capacity_notes(sitting: Sitting, row: CapacityFile):
    """Of one capacity: a departure, why it is not acquired, who decided elsewhere, comments."""
    validation, head = sitting.standing(row), f"Capacité{NBSP}{row.number}"
    if validation and validation.departs:
        yield f"{head}, autrement que proposé.", validation.departure_reason
    if validation and validation.outcome == Outcome.NOT_ACQUIRED and row.proposal:
        causes = enumeration(str(cause).rstrip(".") for cause in row.proposal.causes)
        if causes:
            yield f"{head}, non acquise.", causes[:1].upper() + causes[1:]
    if validation and validation.commission_id != sitting.commission.pk:
        yield f"{head}.", f"Décidée par la commission du {day(validation.commission.held_on)}"
    if row.opinion and row.inputs.opinion and row.opinion.comment:
        yield f"{head}, avis de l’entreprise.", row.opinion.comment
    if row.remark and row.remark.comment:
        yield f"{head}, entretien.", row.remark.comment


def absence_notes(journey: Journey):
    """The company said nothing, or there is none: who recorded it, when, why."""
    opinion, dossier = journey.opinion, journey.dossier
    if opinion and opinion.state == CompanyOpinion.State.ABSENT:
        yield (
            "Avis absent.",
            f"{opinion.company_name}, attendu le {day(opinion.due_on)} : {opinion.absence_reason.rstrip('.')}. "
            f"Absence consignée le {day(opinion.absence_at)} par {opinion.absence_by}",
        )
    elif dossier and dossier.no_company_reason:
        yield "Sans avis d’entreprise.", dossier.no_company_reason


def lifted_words(opposition: Opposition) -> str:
    """What opposed a member to a candidate, and who lifted it: nothing closes while a conflict stands."""
    reasons = enumeration(lower_first(str(reason).rstrip(".")) for reason in opposition.reasons)
    lifted = opposition.lifted
    said = f"{opposition.member.name} : {reasons}"
    if lifted is None:
        return said
    return f"{said}. Levé le {day(lifted.at)} par {lifted.by} : «{NBSP}{lifted.reason.rstrip('.')}{NBSP}»"


SYNTHESIS = PaperKind(
    "synthesis",
    "Fiche de synthèse",
    "documents/synthesis.html",
    1,
    build_synthesis,
    may_read_synthesis,
)
