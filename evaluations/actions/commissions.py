"""The commission d'évaluation: prepared, summoned, its conflicts lifted, its interviews held, closed."""

from django.db import transaction
from django.utils import timezone

from accounts import log, outbox, preferences
from accounts.perms import is_head_of
from candidates.actions.checks import lock_registration, required
from candidates.journey import kept_capacities, move_stage
from candidates.models import Registration
from cqpm.utils.french import day, hour, long_day, today
from cqpm.utils.refusal import Refusal
from evaluations import rules
from evaluations.conflicts import conflicts_of
from evaluations.journey import capacities_of, load
from evaluations.models import (
    Commission,
    CommissionCandidate,
    CommissionMember,
    ConflictOverride,
    Interview,
    InterviewRemark,
    PersonalLink,
)
from evaluations.rules import InterviewRemark as Remark

MINIMUM_MEMBERS = "commission.minimum_members"


@transaction.atomic
def prepare_commission(*, centre, held_on, starts_at, place, by):
    """A sitting of the commission, still without members or candidates. Refusal: a date in the past."""
    if held_on < today():
        raise Refusal("Cette date est déjà passée.")
    commission = Commission.objects.create(
        centre=centre,
        held_on=held_on,
        starts_at=starts_at,
        place=required(place, "Indiquez le lieu."),
        created_by=log.actor_name(by),
    )
    record(commission, by=by, verb="prepare_commission", what="préparée")
    return commission


@transaction.atomic
def change_commission(*, commission, held_on, starts_at, place, by):
    """Another date, hour or place, before it closes; those already summoned are told again by `summon_commission`."""
    commission = lock_commission(commission.pk)
    if held_on != commission.held_on and held_on < today():
        raise Refusal("Cette date est déjà passée.")
    commission.held_on, commission.starts_at = held_on, starts_at
    commission.place = required(place, "Indiquez le lieu.")
    commission.save(update_fields=["held_on", "starts_at", "place"])
    record(
        commission, by=by, verb="change_commission", what=f"déplacée au {day(held_on)}, {commission.place}"
    )
    return commission


@transaction.atomic
def add_member(
    *,
    commission,
    by,
    user=None,
    name="",
    quality,
    email="",
    employer="",
    employer_siren="",
    is_president=False,
):
    """A member: an account's holder (`user`), whose name and employer are copied, or somebody named by hand.

    The first member presides until another is named. Refusal: already a member.
    """
    commission = lock_commission(commission.pk)
    if user:
        name, email = str(user), user.email
        employer, employer_siren = user.employer, user.employer_siren
    if user and commission.members.filter(user=user).exists():
        raise Refusal(f"{name} est déjà membre de la commission.")
    if is_president:
        commission.members.filter(is_president=True).update(is_president=False)
    member = CommissionMember.objects.create(
        commission=commission,
        user=user,
        name=required(name, "Indiquez le nom du membre."),
        quality=required(quality, "Indiquez sa qualité : professionnel, formateur…"),
        email=email,
        employer=employer,
        employer_siren=employer_siren,
        is_president=is_president or not commission.members.filter(is_president=True).exists(),
    )
    record(commission, by=by, verb="add_commission_member", what=f": {member.name} nommé membre")
    return member


@transaction.atomic
def remove_member(*, member, by):
    """Takes a member off a commission that has not closed. Refusal when he or she held one of its interviews."""
    commission = lock_commission(member.commission_id)
    if any(member.name in interview.members for interview in commission.interviews.all()):
        raise Refusal(f"{member.name} a tenu un entretien de cette commission.")
    name = member.name
    member.delete()
    record(commission, by=by, verb="remove_commission_member", what=f": {name} retiré")


@transaction.atomic
def name_president(*, member, by):
    """This member presides, and nobody else."""
    commission = lock_commission(member.commission_id)
    commission.members.update(is_president=False)
    commission.members.filter(pk=member.pk).update(is_president=True)
    record(commission, by=by, verb="name_commission_president", what=f": {member.name} préside")


@transaction.atomic
def record_presence(*, member, present, by):
    """Whether the member is there, on the day: True, False, or None for «à renseigner»."""
    commission = lock_commission(member.commission_id)
    commission.members.filter(pk=member.pk).update(present=present)
    return commission


@transaction.atomic
def add_candidate(*, commission, registration, by, expected_at=None):
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
    record(
        commission,
        by=by,
        verb="add_commission_candidate",
        what=f": {registration.candidate} à l’ordre du jour",
    )
    log.record(
        by=by,
        verb="add_commission_candidate",
        subject=registration,
        sentence=f"Inscrit à la commission du {day(commission.held_on)}, {commission.place}.",
        centre=registration.centre,
    )
    return entry


@transaction.atomic
def remove_candidate(*, entry, by):
    """Takes a candidate off the agenda, as long as this commission has neither heard nor decided anything of him or her."""
    commission = lock_commission(entry.commission_id)
    registration = entry.registration
    decided = commission.validations.filter(registration=registration).exists()
    if decided or commission.interviews.filter(registration=registration).exists():
        raise Refusal(f"{registration.candidate} a déjà été entendu par cette commission.")
    if commission.evaluations.filter(registration=registration).exists():
        raise Refusal(f"Une évaluation de {registration.candidate} est prévue devant cette commission.")
    entry.delete()
    record(commission, by=by, verb="remove_commission_candidate", what=f": {registration.candidate} retiré")


@transaction.atomic
def declare_personal_link(*, member, registration, by):
    """«Lien personnel», without detail: the member declares it, or the centre for him or her. It blocks."""
    commission = lock_commission(member.commission_id)
    if not commission.agenda.filter(registration=registration).exists():
        raise Refusal("Ce candidat n’est pas à l’ordre du jour.")
    link, _ = PersonalLink.objects.get_or_create(
        member=member, registration=registration, defaults={"declared_by": log.actor_name(by)}
    )
    record(
        commission, by=by, verb="declare_personal_link", what=f": lien personnel déclaré par {member.name}"
    )
    return link


@transaction.atomic
def override_conflict(*, member, registration, reason, by):
    """The responsable lets the member decide in spite of a conflict; the reason is printed on the synthesis."""
    commission = lock_commission(member.commission_id)
    reason = required(reason, "Motivez la levée du conflit : le motif est imprimé sur la fiche de synthèse.")
    if not is_head_of(by, commission.centre_id):
        raise Refusal("Seul le responsable du centre peut lever un conflit d’intérêts.")
    registration = Registration.objects.with_people().get(pk=registration.pk)
    if not conflicts_of(member, registration, personal_link=has_personal_link(member, registration)):
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
        sentence=f"Conflit d’intérêts de {member.name} levé : {reason}"[:400],
        centre=commission.centre,
        data={"commission": str(commission.pk), "member": member.pk},
    )
    return override


@transaction.atomic
def summon_commission(*, commission, by):
    """Convocations to members and candidates who have an address; others get them printed. May be sent again."""
    commission = lock_commission(commission.pk)
    if missing := missing_to_summon(commission):
        raise Refusal(*missing)
    now = timezone.now()
    commission.state, commission.summoned_at = Commission.State.SUMMONED, now
    commission.summoned_by = log.actor_name(by)
    commission.save(update_fields=["state", "summoned_at", "summoned_by"])
    facts = {
        "when": long_day(commission.held_on),
        "hour": hour(commission.starts_at),
        "place": commission.place,
    }
    for member in commission.members.all():
        outbox.post(
            event=f"commission:{commission.pk}:member:{member.pk}:{now.isoformat()}",
            to=member.email,
            name=member.name,
            template="commission_member",
            context={**facts, "count": commission.agenda.count(), "president": member.is_president},
            centre=commission.centre,
        )
    for entry in commission.agenda.select_related("registration__candidate", "registration__referentiel"):
        registration = entry.registration
        outbox.post(
            event=f"commission:{commission.pk}:candidate:{registration.pk}:{now.isoformat()}",
            to=registration.candidate.email,
            name=str(registration.candidate),
            template="commission_candidate",
            context={
                **facts,
                "hour": hour(entry.expected_at or commission.starts_at),
                "title": registration.referentiel.title,
                "adaptation": registration.adaptation,
            },
            centre=commission.centre,
        )
    record(commission, by=by, verb="summon_commission", what="convoquée")
    return commission


@transaction.atomic
def record_interview(*, commission, registration, notes, remarks, by, held_on=None):
    """The interview with a candidate, held by the members present; may be corrected until the commission closes.

    `remarks`: {capacity number: (Remark, comment)}; a capacity left out was not discussed. Refusal: nobody
    recorded present, a conflict not lifted, candidate not on the agenda, an evaluation absent from the référentiel.
    """
    commission = lock_commission(commission.pk)
    registration = lock_registration(registration.pk)
    check_open_to(commission, registration)
    held_on = held_on or commission.held_on
    if held_on > today():
        raise Refusal("L’entretien ne peut pas être consigné avant d’avoir eu lieu.")
    present = [member.name for member in commission.members.all() if member.present]
    interview, created = Interview.objects.get_or_create(
        registration=registration,
        commission=commission,
        defaults={
            "held_on": held_on,
            "members": present,
            "recorded_by": log.actor_name(by),
            "notes": notes.strip(),
        },
    )
    if not created:
        interview.held_on, interview.members, interview.notes = held_on, present, notes.strip()
        interview.recorded_at, interview.recorded_by = timezone.now(), log.actor_name(by)
        interview.save()
        interview.remarks.all().delete()
    kept = kept_capacities(registration)
    InterviewRemark.objects.bulk_create(
        InterviewRemark(
            interview=interview,
            capacity=capacity,
            value=remarks.get(capacity.number, (Remark.NOT_DISCUSSED, ""))[0] or Remark.NOT_DISCUSSED,
            comment=remarks.get(capacity.number, ("", ""))[1].strip(),
        )
        for capacity in capacities_of(registration.referentiel)
        if capacity.number not in kept
    )
    log.record(
        by=by,
        verb="record_interview",
        subject=registration,
        sentence=f"Entretien tenu le {day(held_on)} par {', '.join(present)}."[:400],
        centre=commission.centre,
        data={"commission": str(commission.pk)},
    )
    move_stage(registration)
    return interview


@transaction.atomic
def close_commission(*, commission, by):
    """Nothing of it changes any more; its validations can go to a jury.

    Refusal with the list of what is missing. By its president, or by centre staff keeping the screen in session.
    """
    commission = lock_commission(commission.pk)
    registrations = lock_agenda(commission)
    journeys = load(registrations)
    if missing := missing_to_close(commission, journeys.values()):
        raise Refusal(*missing)
    commission.state, commission.closed_at = Commission.State.CLOSED, timezone.now()
    commission.closed_by = log.actor_name(by)
    commission.save(update_fields=["state", "closed_at", "closed_by"])
    record(commission, by=by, verb="close_commission", what="close")
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


# --- What the page, the blocked button and the refusal all say -------------------------------------------------


def missing_to_summon(commission):
    """What a commission lacks before it can be summoned; French sentences."""
    missing = composition(commission, present_only=False)
    return missing if commission.agenda.exists() else [*missing, "Candidats : aucun à l’ordre du jour."]


def missing_to_close(commission, journeys):
    """What is left before closing. `journeys`: those of its candidates."""
    missing = composition(commission, present_only=True)
    if commission.held_on > today():
        missing.append(f"La commission se tient le {day(commission.held_on)}.")
    if not journeys:
        missing.append("Candidats : aucun à l’ordre du jour.")
    for journey in journeys:
        name = journey.registration.candidate
        here = [row for row in journey.to_evaluate if decided_by(row, commission)]
        undecided = [f"C{row.number}" for row in journey.to_evaluate if not row.validation]
        if undecided and len(here) < len(journey.to_evaluate):
            missing.append(f"{name} : {', '.join(undecided)} à décider.")
    return missing


def decided_by(row, commission):
    return row.validation is not None and row.validation.commission_id == commission.pk


def composition(commission, *, present_only):
    """Why the commission may not sit: the rule over its members, and presences still to record."""
    members = list(commission.members.all())
    sitting = [member for member in members if member.present] if present_only else members
    missing = [
        f"Présence à renseigner : {member.name}."
        for member in members
        if present_only and member.present is None
    ]
    return missing + rules.commission_composition(
        [rules.CommissionMember(reference=member.pk, president=member.is_president) for member in sitting],
        minimum=preferences.value(MINIMUM_MEMBERS, commission.centre),
    )


def check_open_to(commission, registration):
    """Refusal unless the commission may hear and decide this candidate now: agenda, composition, conflicts."""
    if not commission.agenda.filter(registration=registration).exists():
        raise Refusal(f"{registration.candidate} n’est pas à l’ordre du jour de cette commission.")
    refusals = composition(commission, present_only=True)
    refusals += [conflict.sentence for _, conflict in open_conflicts(commission, registration)]
    if refusals:
        raise Refusal(*refusals)


def open_conflicts(commission, registration):
    """(member, Conflict) of present or expected members whose conflict with this candidate nobody lifted."""
    members = commission.members.exclude(present=False).prefetch_related(
        "personal_links", "conflict_overrides"
    )
    return [
        (member, conflict)
        for member in members
        if not any(row.registration_id == registration.pk for row in member.conflict_overrides.all())
        for conflict in conflicts_of(
            member,
            registration,
            personal_link=any(row.registration_id == registration.pk for row in member.personal_links.all()),
        )
    ]


def has_personal_link(member, registration):
    return member.personal_links.filter(registration=registration).exists()


def lock_commission(pk):
    """The commission, locked; Refusal once it is closed."""
    commission = Commission.objects.select_for_update(of=("self",)).select_related("centre").get(pk=pk)
    if commission.state == Commission.State.CLOSED:
        raise Refusal("Cette commission est close : une correction se fait dans une nouvelle commission.")
    return commission


def lock_agenda(commission):
    """The registrations on the agenda, locked in one order, whoever asks."""
    keys = commission.agenda.values_list("registration", flat=True)
    return list(
        Registration.objects.with_people()
        .filter(pk__in=list(keys))
        .select_for_update(of=("self",))
        .order_by("pk")
    )


def record(commission, *, by, verb, what):
    log.record(
        by=by,
        verb=verb,
        subject=commission,
        sentence=f"Commission du {day(commission.held_on)} {what}.".replace(" :", "\u00a0:")[:400],
        centre=commission.centre,
    )
