"""Who is told of an appointment, and in which words: the letters of a commission, an evaluation or a jury.

Each is the letter as it would be made now; `untold` keeps those that whoever they are for has not had yet.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Model

from accounts.addresses import faulty_among
from accounts.keys import Key
from accounts.models import ExaminationCentre, User
from candidates.models import Registration
from cqpm.utils.french import day, enumeration
from evaluations.models import (
    BulkAct,
    BulkRow,
    CommissionCandidate,
    CommissionMember,
    Evaluation,
    Jury,
    JuryMember,
    ScoreSheet,
    Summons,
)
from evaluations.reads.commission import Sitting
from evaluations.reads.jury import JurySitting

Audience = Summons.Audience


@dataclass(frozen=True)
class Letter:
    """One letter to one person, as it would be made now.

    `name`: "" when nobody is known to write to; `email`: "" for whoever gets it on paper; `faulty`: mails no longer
    reach that address; `former`: what it would replace.
    """

    about: Key
    person: Key
    audience: Summons.Audience
    name: str
    email: str
    template: str
    context: dict[str, Any]
    centre: ExaminationCentre
    on: date
    registration: Registration | None = None
    former: Summons | None = None
    faulty: bool = False
    told: bool = False

    @property
    def kind(self) -> Summons.Kind:
        return Summons.Kind.REPLACEMENT if self.former else Summons.Kind.FIRST

    @property
    def whole_context(self) -> dict[str, Any]:
        """With what it replaces, for the text to say so."""
        return self.context | ({"replaced": replaced(self.former)} if self.former else {})


def replaced(summons: Summons) -> dict[str, Any]:
    """What a letter says of the one it replaces or cancels: plain values."""
    named = ("when", "hour", "place", "date", "time", "minutes")
    said = {name: summons.context[name] for name in named if name in summons.context}
    return said | {"made_on": day(summons.made_at)}


def untold(letters: Iterable[Letter]) -> list[Letter]:
    """Those to send: somebody is there to read them, who has not been told of what is now so."""
    return [letter for letter in letters if letter.name and not letter.told]


def letters_mark(letters: Sequence[Letter]) -> str:
    """What tells one list of letters from another: a preview is sent only if it is still what would leave."""
    content = [[str(letter.person), letter.email, letter.whole_context] for letter in letters]
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Announced:
    """How far an appointment is announced: letters made about it, and people concerned who know nothing of it as it is."""

    made: int
    to_tell: int


def announced(about: Model | Iterable[Model], people: Iterable[tuple[Key, Key]]) -> Announced:
    """`about`: the appointments; `people`: (what each is told about, whom) of everybody concerned; one query."""
    subjects = {str(Key.of(row)) for row in ([about] if isinstance(about, Model) else about)}
    wanted = {(str(subject), str(person)) for subject, person in people}
    keys = subjects | {subject for subject, _ in wanted}
    rows = list(Summons.objects.filter(about__in=keys).only("about", "person", "kind", "over_at"))
    told = {(row.about, row.person) for row in rows if row.is_standing}
    return Announced(sum(row.about in subjects for row in rows), len(wanted - told))


def concerned_by_commission(sitting: Sitting) -> list[tuple[Key, Key]]:
    """Members, candidates, and the evaluators of what is planned before it: one query."""
    about = Key.of(sitting.commission)
    sheets = ScoreSheet.objects.filter(
        evaluation__commission=sitting.commission,
        evaluation__state=Evaluation.State.PLANNED,
        evaluation__registration__state=Registration.State.REGISTERED,
        evaluator__isnull=False,
    )
    return [
        *((about, Key.of(member)) for member in sitting.members),
        *((about, Key.of(entry.registration)) for entry in sitting.entries),
        *(
            (Key("evaluation", str(evaluation)), Key("user", str(evaluator)))
            for evaluation, evaluator in sheets.values_list("evaluation", "evaluator")
        ),
    ]


def concerned_by_evaluation(evaluation: Evaluation, sheets: Iterable[ScoreSheet]) -> list[tuple[Key, Key]]:
    """Evaluators; candidate and tutor where no commission convenes the candidate."""
    about, registration = Key.of(evaluation), evaluation.registration
    people = [Key.of(sheet.evaluator) for sheet in sheets if sheet.evaluator]
    if evaluation.visit:
        people.append(Key.of(registration))
        people += (
            [Key.of(registration, "tutor")] if registration.tutor_name and registration.has_company else []
        )
    return [(about, person) for person in people]


# --- A commission ----------------------------------------------------------------------------------------------


def commission_letters(sitting: Sitting) -> list[Letter]:
    """Members, candidates in the order they pass, evaluators of what is planned before it."""
    rows = [commission_letter(member, sitting) for member in sitting.members]
    rows += [commission_letter(entry, sitting) for entry in sitting.entries]
    planned = planned_among(sitting.commission.evaluations.values_list("pk", flat=True))
    return _known([*rows, *(letter for row in planned for letter in _evaluators(row))])


def commission_letter(row: CommissionMember | CommissionCandidate, sitting: Sitting) -> Letter:
    """The convocation of a member, or of a candidate on the agenda."""
    commission = sitting.commission
    if isinstance(row, CommissionMember):
        return Letter(
            about=Key.of(commission),
            person=Key.of(row),
            audience=Audience.MEMBER,
            name=row.name,
            email=row.email,
            template="commission_member",
            context=commission.appointment.facts
            | {
                "president": row.is_president,
                "account": row.user_id is not None,
                "commission": str(commission.pk),
                "candidates": [str(entry.registration.candidate) for entry in sitting.entries],
            },
            centre=commission.centre,
            on=commission.held_on,
        )
    registration, row.commission = row.registration, commission
    return Letter(
        about=Key.of(commission),
        person=Key.of(registration),
        audience=Audience.CANDIDATE,
        name=str(registration.candidate),
        email=registration.candidate.email,
        template="commission_candidate",
        context=row.appointment.facts
        | {
            "number": registration.number,
            "title": registration.referentiel.title,
            "adaptation": registration.adaptation,
        },
        centre=commission.centre,
        on=commission.held_on,
        registration=registration,
    )


# --- An evaluation ---------------------------------------------------------------------------------------------


def appointments_of(about: Key) -> list[str]:
    """The keys letters go by: of a visit, or of an act on many, those of its evaluations; else the key itself."""
    if about.kind == "visit":
        keys = Evaluation.objects.filter(visit=_uuid(about.pk)).values_list("pk", flat=True)
    elif about.kind == "bulk":
        done = BulkRow.objects.filter(act=_uuid(about.pk), state=BulkRow.State.DONE)
        keys = done.filter(act__verb=BulkAct.Verb.PLAN).values_list("made", flat=True)
    else:
        return [str(about)]
    return [str(Key("evaluation", str(key))) for key in keys]


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def planned_among(keys: Iterable[UUID | str]) -> list[Evaluation]:
    """Those of these evaluations still to hold and whose candidate has not left, in the order of their hours.

    As letters read them: three queries.
    """
    planned = Evaluation.objects.with_people().filter(pk__in=list(keys), state=Evaluation.State.PLANNED)
    running = planned.filter(registration__state=Registration.State.REGISTERED)
    rows = running.prefetch_related("sheets__evaluator", "coverage__capacity")
    return sorted(rows, key=lambda row: row.appointment.order)


def evaluation_letters(*evaluations: Evaluation) -> list[Letter]:
    """Candidate, tutor, evaluators of each, in one query for all when they come from `planned_among`."""
    return _known([letter for row in evaluations for letter in _of_evaluation(row)])


def _of_evaluation(evaluation: Evaluation) -> list[Letter]:
    """Before a commission, its own convocation tells the candidate of the hour."""
    evaluators = _evaluators(evaluation)
    if evaluation.commission and not evaluation.visit:
        return evaluators
    registration = evaluation.registration
    candidate = Letter(
        about=Key.of(evaluation),
        person=Key.of(registration),
        audience=Audience.CANDIDATE,
        name=str(registration.candidate),
        email=registration.candidate.email,
        template="evaluation_candidate",
        context=_evaluation_facts(evaluation)
        | {
            "evaluators": enumeration(letter.name for letter in evaluators),
            "adaptation": registration.adaptation,
            "tutor": registration.tutor_name if registration.has_company else "",
        },
        centre=registration.centre,
        on=evaluation.held_on,
        registration=registration,
    )
    tutor = replace(
        candidate,
        person=Key.of(registration, "tutor"),
        audience=Audience.TUTOR,
        name=registration.tutor_name,
        email=registration.tutor_email,
        template="evaluation_tutor",
        context=_evaluation_facts(evaluation)
        | {"evaluators": candidate.context["evaluators"], "company": str(registration.company or "")},
    )
    return [candidate, *([tutor] if registration.has_company else []), *evaluators]


def evaluator_letter(evaluation: Evaluation, evaluator: User) -> Letter:
    """What an evaluator is told; `evaluation`: read `with_people`."""
    registration = evaluation.registration
    return Letter(
        about=Key.of(evaluation),
        person=Key.of(evaluator),
        audience=Audience.EVALUATOR,
        name=str(evaluator),
        email=evaluator.email,
        template="evaluation_planned",
        context=_evaluation_facts(evaluation) | {"adaptation": registration.adaptation},
        centre=registration.centre,
        on=evaluation.held_on,
        registration=registration,
    )


def _evaluators(evaluation: Evaluation) -> list[Letter]:
    return [
        evaluator_letter(evaluation, sheet.evaluator) for sheet in evaluation.sheets.all() if sheet.evaluator
    ]


def _evaluation_facts(evaluation: Evaluation) -> dict[str, Any]:
    registration = evaluation.registration
    return evaluation.appointment.facts | {
        "evaluation": str(evaluation.pk),
        "candidate": str(registration.candidate),
        "number": registration.number,
        "title": registration.referentiel.title,
        "method": evaluation.get_method_display(),
        "kind": evaluation.method,
        "capacities": [str(row.capacity) for row in evaluation.coverage.all()],
    }


# --- A jury ----------------------------------------------------------------------------------------------------


def jury_letters(jury: Jury, members: Iterable[JuryMember]) -> list[Letter]:
    """The members, in their order."""
    return _known(
        [
            Letter(
                about=Key.of(jury),
                person=Key.of(member, "member"),
                audience=Audience.JUROR,
                name=member.name,
                email=member.email,
                template="jury_member",
                context=jury.appointment.facts | {"president": member.is_president},
                centre=jury.centre,
                on=jury.held_on,
            )
            for member in members
        ]
    )


def concerned_by_jury(sitting: JurySitting) -> list[tuple[Key, Key]]:
    """The members."""
    return [(Key.of(sitting.jury), Key.of(member, "member")) for member in sitting.members]


# --- What is known of each --------------------------------------------------------------------------------------


def _known(letters: list[Letter]) -> list[Letter]:
    """The letters, each with what it would replace, whether its person is told already, and whether mails reach."""
    had = Summons.objects.filter(about__in={str(letter.about) for letter in letters}, replaced_by=None)
    latest = {(row.about, row.person): row for row in had.exclude(kind=Summons.Kind.CANCELLATION)}
    centre = letters[0].centre if letters else None
    faulty = faulty_among((letter.email for letter in letters if letter.email), centre)
    known = []
    for letter in letters:
        former = latest.get((str(letter.about), str(letter.person)))
        told = former is not None and former.is_standing
        known.append(
            replace(
                letter,
                former=None if told else former,
                told=told,
                faulty=letter.email.lower() in faulty,
            )
        )
    return known
