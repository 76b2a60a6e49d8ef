"""The commission d'évaluation: prepared, composed, summoned, its conflicts lifted, closed."""

from datetime import date, time
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts import log, outbox
from accounts.keys import Key
from accounts.log import Actor
from accounts.models import ExaminationCentre, User
from accounts.perms import is_head_of
from candidates.actions.checks import lock_registration, required, validated
from candidates.journey import move_stage
from candidates.models import Registration
from cqpm.utils.french import colon, day, hour, long_day, plural, today
from cqpm.utils.refusal import Refusal
from evaluations.actions.evaluation import is_evaluator_of
from evaluations.models import (
    Commission,
    CommissionCandidate,
    CommissionMember,
    ConflictOverride,
    Evaluation,
    PersonalLink,
)
from evaluations.reads.commission import Sitting
from evaluations.reads.conflict import person_of


@transaction.atomic
def prepare_commission(
    *, centre: ExaminationCentre, held_on: date, starts_at: time, place: str, by: Actor
) -> Commission:
    """A sitting of the commission, still without members or candidates. Refusal: a date in the past."""
    check_date(held_on)
    commission = Commission.objects.create(
        centre=centre,
        held_on=held_on,
        starts_at=starts_at,
        place=required(place, "Indiquez le lieu."),
        created_by=log.actor_name(by),
    )
    record(commission, by=by, verb="prepare_commission", what=" préparée")
    return commission


@transaction.atomic
def change_commission(
    *, commission: Commission, held_on: date, starts_at: time, place: str, by: Actor
) -> Commission:
    """Another date, hour or place: everybody is to be summoned again, presences to be recorded again.

    Refusal: another date once a candidate was heard or decided, a date in the past.
    """
    commission = lock_commission(commission.pk)
    place = required(place, "Indiquez le lieu.")
    before = commission.held_on, commission.starts_at, commission.place
    if before == (held_on, starts_at, place):
        return commission
    if held_on != commission.held_on:
        check_date(held_on)
        if commission.interviews.exists() or commission.validations.exists():
            raise Refusal("Cette commission a déjà siégé : sa date ne change plus.")
        commission.members.update(present=None)
    commission.held_on, commission.starts_at, commission.place = held_on, starts_at, place
    commission.state = Commission.State.PREPARED
    commission.save(update_fields=["held_on", "starts_at", "place", "state"])
    commission.members.update(summoned_at=None)
    commission.agenda.update(summoned_at=None)
    what = f" fixée au {day(held_on)}, {hour(starts_at)}, {place}"
    record(commission, by=by, verb="change_commission", what=what)
    return commission


@transaction.atomic
def delete_commission(*, commission: Commission, by: Actor) -> None:
    """Takes back a commission that never sat, with its agenda; the journal keeps that it was prepared.

    Refusal: an interview or a decision, an evaluation to be held before it.
    """
    commission = lock_commission(commission.pk)
    if commission.interviews.exists() or commission.validations.exists():
        raise Refusal("Cette commission a déjà siégé : elle ne se supprime plus.")
    if commission.evaluations.exists():
        raise Refusal("Une évaluation se tient devant cette commission : changez-la d’abord.")
    record(commission, by=by, verb="delete_commission", what=" supprimée avant d’avoir siégé")
    commission.delete()


# --- Members --------------------------------------------------------------------------------------------------


@transaction.atomic
def add_member(
    *,
    commission: Commission,
    by: Actor,
    user: User | None = None,
    name: str = "",
    quality: str,
    email: str = "",
    employer: str = "",
    employer_siren: str = "",
    is_president: bool = False,
) -> CommissionMember:
    """A member: an evaluator of the centre (`user`), whose name and employer are copied, or somebody named by hand.

    The first member presides until another is named. Refusal: already a member, no evaluator of the centre, an
    address or SIREN that is none.
    """
    commission = lock_commission(commission.pk)
    if user:
        if not is_evaluator_of(user, commission.centre_id):
            raise Refusal(f"{user} n’est pas évaluateur de ce centre.")
        name, email = str(user), user.email
        employer, employer_siren = user.employer, user.employer_siren
    member = CommissionMember(
        commission=commission,
        user=user,
        name=required(name, "Indiquez le nom du membre."),
        quality=required(quality, "Indiquez sa qualité : professionnel, formateur…"),
        email=email.strip().lower(),
        employer=employer.strip(),
        employer_siren=employer_siren,
    )
    members = list(commission.members.all())
    if any(is_same_person(member, other) for other in members):
        raise Refusal(f"{member.name} est déjà membre de la commission.")
    if is_president:
        commission.members.update(is_president=False)
    member.is_president = is_president or not any(other.is_president for other in members)
    validated(member).save()
    record(commission, by=by, verb="add_commission_member", what=colon(f"{member.name} nommé membre"))
    return member


@transaction.atomic
def remove_member(*, member: CommissionMember, by: Actor) -> None:
    """Takes a member off a commission that has not closed. Refusal when he or she held one of its interviews."""
    commission = lock_commission(member.commission_id)
    if any(member.name in interview.members for interview in commission.interviews.all()):
        raise Refusal(f"{member.name} a tenu un entretien de cette commission.")
    name = member.name
    member.delete()
    record(commission, by=by, verb="remove_commission_member", what=colon(f"{name} retiré"))


@transaction.atomic
def name_president(*, member: CommissionMember, by: Actor) -> None:
    """This member presides, and nobody else."""
    commission = lock_commission(member.commission_id)
    commission.members.update(is_president=False)
    commission.members.filter(pk=member.pk).update(is_president=True)
    record(commission, by=by, verb="name_commission_president", what=colon(f"{member.name} préside"))


@transaction.atomic
def record_presence(*, member: CommissionMember, present: bool | None, by: Actor) -> None:
    """Whether the member is there: True, False, or None for «à renseigner». Refusal before the day."""
    commission = lock_commission(member.commission_id)
    if commission.held_on > today():
        raise Refusal(f"La présence se renseigne le jour même, le {day(commission.held_on)}.")
    commission.members.filter(pk=member.pk).update(present=present)
    words = {True: "présent", False: "absent", None: "présence à renseigner"}
    record(
        commission, by=by, verb="record_commission_presence", what=colon(f"{member.name}, {words[present]}")
    )


# --- Agenda ---------------------------------------------------------------------------------------------------


@transaction.atomic
def add_candidate(
    *, commission: Commission, registration: Registration, by: Actor, expected_at: time | None = None
) -> CommissionCandidate:
    """Puts a candidate on the agenda. Refusal: other centre, no dossier in force, already there."""
    commission = lock_commission(commission.pk)
    registration = lock_registration(registration.pk)
    if registration.centre_id != commission.centre_id:
        raise Refusal("Ce candidat relève d’un autre centre.")
    if not registration.dossiers.in_force().exists():
        raise Refusal(f"{registration.candidate} : le dossier de modalités n’est pas encore transmis.")
    if commission.agenda.filter(registration=registration).exists():
        raise Refusal(f"{registration.candidate} est déjà à l’ordre du jour.")
    entry = CommissionCandidate.objects.create(
        commission=commission, registration=registration, expected_at=expected_at
    )
    name = registration.candidate
    record(commission, by=by, verb="add_commission_candidate", what=colon(f"{name} à l’ordre du jour"))
    log.record(
        by=by,
        verb="add_commission_candidate",
        subject=registration,
        sentence=f"Inscrit à la commission du {day(commission.held_on)}, {commission.place}.",
        centre=registration.centre,
    )
    return entry


@transaction.atomic
def remove_candidate(*, entry: CommissionCandidate, by: Actor) -> None:
    """Takes a candidate off the agenda, for another commission to decide.

    What this one had decided of him or her is taken back: until it closes, nothing is final. An interview held
    stays, it is a fact. Refusal while an evaluation is still to be held before this commission.
    """
    commission = lock_commission(entry.commission_id)
    registration = lock_registration(entry.registration_id, running=False)
    if commission.evaluations.filter(registration=registration, state__in=Evaluation.State.TO_HOLD).exists():
        raise Refusal(
            f"Une évaluation de {registration.candidate} se tient devant cette commission : reportez-la d’abord."
        )
    taken_back, _ = commission.validations.filter(registration=registration).delete()
    commission.agenda.filter(pk=entry.pk).delete()
    name = registration.candidate
    record(
        commission, by=by, verb="remove_commission_candidate", what=colon(f"{name} retiré de l’ordre du jour")
    )
    decided = f", {plural(taken_back, 'décision reprise', 'décisions reprises')}" if taken_back else ""
    log.record(
        by=by,
        verb="remove_commission_candidate",
        subject=registration,
        sentence=f"Retiré de la commission du {day(commission.held_on)}{decided}.",
        centre=registration.centre,
        data={"commission": str(commission.pk), "taken_back": taken_back},
    )
    move_stage(registration)


# --- Conflicts of interest ------------------------------------------------------------------------------------


@transaction.atomic
def declare_personal_link(*, member: CommissionMember, registration: Registration, by: Actor) -> PersonalLink:
    """«Lien personnel», without detail: the member declares it, or the centre for him or her. It blocks."""
    commission = lock_commission(member.commission_id)
    if not commission.agenda.filter(registration=registration).exists():
        raise Refusal("Ce candidat n’est pas à l’ordre du jour.")
    link, created = PersonalLink.objects.get_or_create(
        member=member, registration=registration, defaults={"declared_by": log.actor_name(by)}
    )
    if created:
        what = colon(f"lien personnel déclaré par {member.name}")
        record(commission, by=by, verb="declare_personal_link", what=what)
    return link


@transaction.atomic
def override_conflict(
    *, member: CommissionMember, registration: Registration, reason: str, by: User
) -> ConflictOverride:
    """The responsable lets the member decide in spite of a conflict; the reason is printed on the synthesis."""
    commission = lock_commission(member.commission_id)
    reason = required(reason, "Motivez la levée du conflit : le motif est imprimé sur la fiche de synthèse.")
    if not is_head_of(by, commission.centre_id):
        raise Refusal("Seul le responsable du centre peut lever un conflit d’intérêts.")
    registration = lock_registration(registration.pk)
    oppositions = Sitting(commission).oppositions(registration)
    if not any(row.member == member for row in oppositions):
        raise Refusal("Aucun conflit d’intérêts à lever.")
    override, created = ConflictOverride.objects.get_or_create(
        member=member, registration=registration, defaults={"reason": reason, "by": log.actor_name(by)}
    )
    if not created:
        raise Refusal("Ce conflit d’intérêts est déjà levé.")
    log.record(
        by=by,
        verb="override_conflict",
        subject=registration,
        sentence=f"Conflit d’intérêts de {member.name} levé : {reason}",
        centre=commission.centre,
        data={"commission": str(commission.pk), "member": member.pk},
    )
    return override


# --- Summons and closing --------------------------------------------------------------------------------------


@transaction.atomic
def summon_commission(*, commission: Commission, by: Actor) -> Commission:
    """Convocations to those not told yet of this date, hour and place; who has no address gets a printed one.

    Refusal: a commission not composed, an empty agenda, nobody left to tell.
    """
    commission = lock_commission(commission.pk)
    sitting = Sitting(commission)
    if missing := sitting.missing_to_summon():
        raise Refusal(*missing)
    if not sitting.to_summon:
        raise Refusal("Tout le monde est déjà convoqué.")
    now = timezone.now()
    if commission.state == Commission.State.PREPARED:  # whoever joins later has a date of his or her own
        commission.state, commission.summoned_at = Commission.State.SUMMONED, now
        commission.summoned_by = log.actor_name(by)
        commission.save(update_fields=["state", "summoned_at", "summoned_by"])
    for row in sitting.to_summon:
        outbox.post(
            event=Key.of(commission).event(Key.of(row), now.isoformat()),
            centre=commission.centre,
            **convocation(row, sitting),
        )
    commission.members.filter(summoned_at=None).update(summoned_at=now)
    commission.agenda.filter(summoned_at=None).update(summoned_at=now)
    record(commission, by=by, verb="summon_commission", what=" convoquée")
    return commission


def convocation(row: CommissionMember | CommissionCandidate, sitting: Sitting) -> dict[str, Any]:
    """The mail of a member or of an agenda entry, as `outbox.post` takes it: also what is printed."""
    commission = sitting.commission
    appointment = {
        "when": long_day(commission.held_on),
        "hour": hour(commission.starts_at),
        "place": commission.place,
    }
    if isinstance(row, CommissionMember):
        context = {
            "president": row.is_president,
            "account": row.user_id is not None,
            "commission": str(commission.pk),
            "candidates": [str(entry.registration.candidate) for entry in sitting.entries],
        }
        to, name, template = row.email, row.name, "commission_member"
    else:
        registration = row.registration
        context = {
            "hour": hour(row.expected_at or commission.starts_at),
            "title": registration.referentiel.title,
            "adaptation": registration.adaptation,
        }
        to, name, template = registration.candidate.email, str(registration.candidate), "commission_candidate"
    return {"to": to, "name": name, "template": template, "context": appointment | context}


@transaction.atomic
def close_commission(*, commission: Commission, by: Actor) -> Commission:
    """Nothing of it changes any more; its validations can go to a jury.

    Refusal with the list of what is missing. By its president, or by centre staff keeping the screen in session.
    """
    commission = lock_commission(commission.pk)
    registrations = lock_agenda(commission)
    if missing := Sitting(commission).missing_to_close():
        raise Refusal(*missing)
    commission.state, commission.closed_at = Commission.State.CLOSED, timezone.now()
    commission.closed_by = log.actor_name(by)
    commission.save(update_fields=["state", "closed_at", "closed_by"])
    record(commission, by=by, verb="close_commission", what=" close")
    for registration in registrations:
        log.record(
            by=by,
            verb="close_commission",
            subject=registration,
            sentence=f"Commission du {day(commission.held_on)} close.",
            centre=commission.centre,
        )
        move_stage(registration)
    return commission


# --- Steps the verbs share ------------------------------------------------------------------------------------


def lock_commission(pk: UUID) -> Commission:
    """The commission, locked; Refusal once it is closed. Always taken before the registrations it hears."""
    commission = Commission.objects.select_for_update(of=("self",)).select_related("centre").get(pk=pk)
    if commission.state == Commission.State.CLOSED:
        raise Refusal("Cette commission est close : une correction se fait dans une nouvelle commission.")
    return commission


def lock_agenda(commission: Commission) -> list[Registration]:
    """The registrations on the agenda, locked in one order, whoever asks."""
    keys = commission.agenda.values_list("registration", flat=True)
    return list(
        Registration.objects.with_people()
        .filter(pk__in=list(keys))
        .select_for_update(of=("self",))
        .order_by("pk")
    )


def check_date(held_on: date) -> None:
    if held_on < today():
        raise Refusal("Cette date est déjà passée.")


def is_same_person(member: CommissionMember, other: CommissionMember) -> bool:
    """Two accounts are two people; somebody named by hand may be one of them."""
    if member.user_id and other.user_id:
        return member.user_id == other.user_id
    return person_of(member).is_same_as(person_of(other))


def record(commission: Commission, *, by: Actor, verb: str, what: str) -> None:
    """Writes in the commission’s journal: `what` follows «Commission du 3 décembre 2026»."""
    log.record(
        by=by,
        verb=verb,
        subject=commission,
        sentence=f"Commission du {day(commission.held_on)}{what}.",
        centre=commission.centre,
    )
