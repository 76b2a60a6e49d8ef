"""What this app holds of people, and the two ends of a registration.

*Purged*: sheets, opinions, interviews go, for everybody, some years after the last decision. *Erased*: nothing says
any more who it was; for whoever was not admissible. Decisions, capacities and validations stay without words:
statistics survive, people do not. The register of admissible people is kept.
"""

from functools import partial

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q
from django.utils import timezone

from accounts import personal_data as accounts
from accounts.keys import Key
from accounts.personal_data import CONTACT_MONTHS, DRAFTS, JUDGED, UNFINISHED, before, delete
from candidates import personal_data as candidates
from candidates.models import CandidateMerge, Registration
from cqpm.utils import stored
from cqpm.utils.freeze import gate
from cqpm.utils.french import day, today
from cqpm.utils.personal import GONE, Holding, Purged, in_batches
from documents import personal_data as documents
from documents.models import Document
from evaluations.models import (
    Attendance,
    BulkAct,
    BulkRow,
    CapacityOpinion,
    CapacityValidation,
    Commission,
    CommissionCandidate,
    CommissionMember,
    CompanyOpinion,
    ConditionNote,
    ConflictOverride,
    CriterionResult,
    Decision,
    DecisionCapacity,
    Deliberation,
    DeliberationEntry,
    Evaluation,
    EvaluationCapacity,
    Interview,
    InterviewRemark,
    Jury,
    JuryMember,
    LetterTemplate,
    PersonalLink,
    Report,
    Room,
    ScoreSheet,
    Seat,
    Slot,
    Summons,
    Visit,
    Withdrawal,
)
from evaluations.models.report import REPORTS_FOLDER as REPORTS
from evaluations.papers.letter import issue_letters_again, letters_of
from evaluations.papers.synthesis import SYNTHESIS, issue_again, less_one, names_in, syntheses_of
from evaluations.rules import Verdict

JUDGED_WORDS = "après la dernière décision, admissible ou non"
COUNTED = "gardée pour les statistiques ; ses mots partent avec les pièces"
ON_MINUTES = "comme le procès-verbal : sans limite"

TABLE = [
    Holding(Evaluation, "où et comment une personne a été évaluée", JUDGED_WORDS, JUDGED),
    Holding(Attendance, "présent, absent, excusé ou reporté, et quel jour", JUDGED_WORDS, JUDGED),
    Holding(Slot, "quand une personne est prise, sans dire par quel dossier", "avec ce qui l’a prise"),
    Holding(Summons, "à qui une convocation a été adressée, et ses mots", JUDGED_WORDS, JUDGED),
    Holding(EvaluationCapacity, "sur quelles capacités", JUDGED_WORDS, JUDGED),
    Holding(ScoreSheet, "observations d’un évaluateur", JUDGED_WORDS, JUDGED),
    Holding(Report, "le rapport d’un candidat, fichier compris", JUDGED_WORDS, JUDGED),
    Holding(CriterionResult, "résultat et commentaire par critère", JUDGED_WORDS, JUDGED),
    Holding(ConditionNote, "condition non remplie", JUDGED_WORDS, JUDGED),
    Holding(CompanyOpinion, "avis de l’entreprise et qui l’a donné", JUDGED_WORDS, JUDGED),
    Holding(CapacityOpinion, "l’avis par capacité", JUDGED_WORDS, JUDGED),
    Holding(Interview, "entretien, membres présents, notes", JUDGED_WORDS, JUDGED),
    Holding(InterviewRemark, "remarques de l’entretien", JUDGED_WORDS, JUDGED),
    Holding(PersonalLink, "lien personnel déclaré", JUDGED_WORDS, JUDGED),
    Holding(ConflictOverride, "levée d’un conflit, son motif", JUDGED_WORDS, JUDGED),
    Holding(CapacityValidation, "décision de la commission par capacité", COUNTED, JUDGED),
    Holding(CommissionCandidate, "une personne à l’ordre du jour", "anonyme avec l’inscription"),
    Holding(DeliberationEntry, "une personne devant le jury", "anonyme avec l’inscription"),
    Holding(Decision, "la décision du jury", "admissible : sans limite ; sinon anonyme avec l’inscription"),
    Holding(DecisionCapacity, "l’état de chaque capacité", "comme la décision"),
    Holding(Withdrawal, "retrait d’un membre pour une personne", "son motif part avec l’inscription"),
    Holding(
        BulkAct, "une sélection de candidats, qui l’a faite, ses réglages", "après sa préparation", DRAFTS
    ),
    Holding(
        BulkRow,
        "un candidat de la sélection, l’issue de l’acte, sa lettre quand elle est imprimée",
        "comme la sélection",
        DRAFTS,
    ),
    Holding(
        CommissionMember,
        "nom d’un membre : gardé avec la commission ; son adresse",
        "après la séance",
        CONTACT_MONTHS,
    ),
    Holding(JuryMember, f"nom d’un membre : {ON_MINUTES} ; son adresse", "après la séance", CONTACT_MONTHS),
    Holding(Seat, "l’organisation d’un siège : donnée sensible, sur le procès-verbal seulement", ON_MINUTES),
]
NOBODY = [Commission, Deliberation, Jury, LetterTemplate, Room, Visit]


# --- What is due --------------------------------------------------------------------------------------------


def ended():
    """Registrations that run no more, with `decided_at` (the last decision), `admissible`, and `kept_until`.

    A later registration reads the capacities kept: as long as one is, whoever keeps it has a name.
    """
    admissible = Decision.objects.filter(
        entry__registration=OuterRef("pk"), replaced_by=None, verdict=Verdict.ADMISSIBLE
    )
    return Registration.objects.exclude(state=Registration.State.REGISTERED).annotate(
        decided_at=Max("deliberation_entries__decisions__decided_at"),
        kept_until=Max("deliberation_entries__decisions__capacities__kept_until"),
        admissible=Exists(admissible),
    )


def time_is_up():
    """The condition under which the pieces of a registration of `ended` go.

    «Refusals, evaluation sheets, opinions, reports: 5 years and 6 months after the last decision […]; unfinished
    registrations 6 months after abandonment» (domain page, personal data). One transferred goes with the one that
    continues it, which reads its rows.
    """
    transferred = Q(state=Registration.State.TRANSFERRED)
    free = Q(kept_until=None) | Q(kept_until__lt=today())
    return free & (
        (transferred & Q(continued_by__purged_at__isnull=False))
        | (~transferred & Q(decided_at__lt=before(JUDGED)))
        | (Q(state=Registration.State.ABANDONED, decided_at=None, state_at__lt=before(UNFINISHED)))
    )


def to_purge():
    return ended().filter(time_is_up(), purged_at=None)


def to_erase():
    return ended().filter(time_is_up(), erased_at=None, admissible=False)


# --- Acts ---------------------------------------------------------------------------------------------------


def rows_of(registration):
    """Every row of a registration, of this app and the one below, the journal and the links may speak of."""
    yield registration
    yield from registration.dossiers.all()
    yield from Evaluation.objects.filter(registration=registration)
    yield from ScoreSheet.objects.filter(evaluation__registration=registration)
    yield from CompanyOpinion.objects.filter(registration=registration)
    yield from Interview.objects.filter(registration=registration)
    yield from Decision.objects.filter(entry__registration=registration)


def keys_of(registration):
    """How links, mails and the journal name these rows."""
    return [key for row in rows_of(registration) for key in keys_naming(row)]


def keys_naming(row):
    """How they name one row: mails call an opinion «opinion» alone."""
    others = {
        CompanyOpinion: lambda: [Key.of(row, "opinion")],
        CandidateMerge: lambda: [Key.of(row.former)] if row.undone_at is None else [],
    }
    return [Key.of(row), *others.get(type(row), list)()]


def purge_pieces(registration):
    """Sheets, opinions and interviews go; validations keep their outcome without its words. The gate is open."""
    reports = Report.objects.filter(evaluation__registration=registration)
    for sha256 in set(reports.values_list("sha256", flat=True)):
        transaction.on_commit(partial(forget_report, sha256))
    reports.delete()
    leave_out_of_syntheses(registration)
    for model in (
        PersonalLink,
        ConflictOverride,
        Interview,
        CompanyOpinion,
        Summons,
        Attendance,
        Evaluation,
    ):
        model.objects.filter(registration=registration).delete()
    Visit.objects.filter(centre=registration.centre, evaluations=None).delete()
    validations = CapacityValidation.objects.filter(registration=registration)
    validations.update(reasons=[], inputs={})
    validations.exclude(departure_reason="").update(departure_reason=GONE)
    Registration.objects.filter(pk=registration.pk).update(purged_at=timezone.now())


def leave_out_of_syntheses(registration):
    """The fiches of the commissions that heard a person: emptied, and issued again for the others they name."""
    for fact in syntheses_of(registration):
        last = Document.objects.filter(kind=SYNTHESIS.key, fact=fact, replaced_by=None).first()
        if last is None or registration.number not in names_in(last):
            continue
        left = less_one(last, registration)
        documents.erase([fact])
        if left["candidates"]:
            issue_again(last, left)


def leave_out_of_selections(registration):
    """Its rows of acts on many; the letters printed with its own, emptied and issued again for the others. The gate is open."""
    rows = BulkRow.objects.filter(registration=registration)
    acts = list(BulkAct.objects.filter(rows__in=rows.filter(parameters__letter__isnull=False)))
    rows.delete()
    for act in acts:
        if former := letters_of(act):
            documents.erase([Key.of(act)])
            issue_letters_again(act, former)


def forget_selections(acts):
    """Deletes acts on many, with the letters they printed."""
    with gate():
        documents.erase([Key.of(act) for act in acts])
        delete(BulkAct)(acts)


def forget_report(sha256):
    """Deletes the file of no report any more."""
    if not Report.objects.filter(sha256=sha256).exists():
        stored.forget(REPORTS, sha256)


def erase(registration):
    """Makes a registration that has ended say nobody, papers and journal included. Idempotent, one transaction."""
    with transaction.atomic(), gate():
        keys = keys_of(registration)
        if (
            not registration.candidate.registrations.filter(erased_at=None)
            .exclude(pk=registration.pk)
            .exists()
        ):
            people = (registration.candidate, *candidates.formers_of(registration.candidate))
            keys += map(Key.of, people)  # the last one that named the person
        subjects = candidates.names_of(registration), candidates.emails_of(registration)
        documents.erase(keys)
        purge_pieces(registration)
        leave_out_of_selections(registration)
        decisions = Decision.objects.filter(entry__registration=registration)
        decisions.exclude(reason="").update(reason=GONE)
        Withdrawal.objects.filter(entry__registration=registration).update(reason=GONE)
        heard = Commission.objects.filter(agenda__registration=registration)
        members = Summons.objects.filter(registration=None, about__in=[str(Key.of(row)) for row in heard])
        members.delete()  # they name whom the commission heard
        registration.refresh_from_db()
        candidates.erase(registration)
        names, emails = subjects
        accounts.erase(keys=keys, names=names, emails=emails, centre=registration.centre)


def must_be_kept(candidate):
    """Why a person cannot be erased on request, in French; empty when they can."""
    reasons = []
    for registration in candidate.registrations.filter(erased_at=None):
        name = f"inscription n° {registration.number}"
        if registration.is_running:
            reasons.append(f"{name} : en cours. Abandonnez-la d’abord, avec son motif.")
        elif ended().get(pk=registration.pk).admissible:
            reasons.append(f"{name} : admissible. Le registre des admissibles est conservé sans limite.")
        elif registration.state == Registration.State.TRANSFERRED:
            following = registration.continued_by
            if following.purged_at is None:
                reasons.append(
                    f"{name} : transférée à {following.centre}, où la n° {following.number} en lit les pièces."
                )
    return reasons


def lost_with(candidate):
    """What the person gives up by being erased now, in French; empty when nothing."""
    last = ended().filter(candidate=candidate, kept_until__gte=today()).order_by("-kept_until").first()
    return f"La personne perd les capacités qu’elle conserve jusqu’au {day(last.kept_until)}." if last else ""


def erase_person(candidate):
    """Erases every registration of a person. `must_be_kept` has been asked."""
    with transaction.atomic():
        for registration in candidate.registrations.select_for_update().filter(erased_at=None):
            erase(registration)


# --- Night after night --------------------------------------------------------------------------------------


def purge(*, dry_run=False):
    """The pieces and the people that have had their time. Gives `Purged` lines."""
    judged, unfinished = before(JUDGED).date(), before(UNFINISHED).date()
    abandoned = to_erase().filter(decided_at=None)
    yield Purged(
        "Inscriptions sans décision, abandonnées ou transférées",
        in_batches(abandoned, erase_all, dry_run=dry_run),
        unfinished,
    )
    refused = to_erase().filter(decided_at__isnull=False)
    yield Purged("Personnes non admissibles", in_batches(refused, erase_all, dry_run=dry_run), judged)
    pieces = to_purge().filter(admissible=True)
    yield Purged(
        "Pièces d’évaluation des admissibles", in_batches(pieces, purge_all, dry_run=dry_run), judged
    )
    old = before(CONTACT_MONTHS).date()
    for what, rows in (
        ("Adresses de membres de commissions", CommissionMember.objects.filter(commission__held_on__lt=old)),
        ("Adresses de membres de jurys", JuryMember.objects.filter(seat__jury__held_on__lt=old)),
    ):
        yield Purged(what, in_batches(rows.exclude(email=""), forget_addresses, dry_run=dry_run), old)
    letters = Summons.objects.filter(registration=None, made_at__lt=before(CONTACT_MONTHS))
    yield Purged("Convocations de membres", in_batches(letters, forget_letters, dry_run=dry_run), old)
    drafts = before(DRAFTS)
    acts = BulkAct.objects.filter(created_at__lt=drafts)
    yield Purged(
        "Sélections de candidats", in_batches(acts, forget_selections, dry_run=dry_run), drafts.date()
    )


def erase_all(registrations):
    for registration in registrations:
        erase(registration)


def purge_all(registrations):
    with gate():
        for registration in registrations:
            purge_pieces(registration)


def forget_letters(letters):
    with gate():
        Summons.objects.filter(pk__in=[letter.pk for letter in letters]).delete()


def forget_addresses(members):
    with gate():
        type(members[0]).objects.filter(pk__in=[member.pk for member in members]).update(email="")
