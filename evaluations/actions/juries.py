"""The jury paritaire: prepared, composed, summoned, opened, deciding candidate by candidate, closed, published."""

from collections import Counter as Tally

from django.db import transaction
from django.utils import timezone

from accounts import log, outbox, preferences
from accounts.actions import invite_person
from accounts.perms import is_head_of
from candidates.actions import next_rank
from candidates.actions.checks import lock_registration, required
from candidates.journey import move_stage
from candidates.models import Counter, Registration
from candidates.rules import registration_number
from cqpm.utils.french import day, hour, long_day, plural, today
from cqpm.utils.refusal import Refusal, Stale
from documents.actions import publish_documents
from evaluations import papers, rules
from evaluations.journey import load, load_one
from evaluations.models import (
    Decision,
    DecisionCapacity,
    Deliberation,
    DeliberationEntry,
    Jury,
    JuryMember,
    Seat,
    Withdrawal,
)
from evaluations.rules import College, Juror, JuryAct, Verdict

QUORUM = "jury.quorum"
UNION_NOTICE = "jury.union_notice_days"
MEMBER_NOTICE = "jury.member_notice_days"
KEPT = (DecisionCapacity.State.ACQUIRED, DecisionCapacity.State.KEPT)
OPEN_TO_CHANGES = (Jury.State.PREPARED, Jury.State.SUMMONED, Jury.State.OPEN)


# --- Before the sitting -----------------------------------------------------------------------------------------


@transaction.atomic
def prepare_jury(*, centre, held_on, starts_at, place, unions, by):
    """A sitting with one seat per union of `unions` (names) and as many employer seats, all empty.

    «Le jury paritaire de délibération est composé d’un membre par organisation syndicale de salariés
    représentative au niveau national dans la branche et d’un nombre équivalent de membres pour la délégation
    patronale.» (accord, art. 54.3)
    """
    if held_on < today():
        raise Refusal("Cette date est déjà passée.")
    unions = [name.strip() for name in unions if name.strip()]
    if not unions:
        raise Refusal("Indiquez les organisations syndicales représentatives dans la branche.")
    jury = Jury.objects.create(
        centre=centre,
        held_on=held_on,
        starts_at=starts_at,
        place=required(place, "Indiquez le lieu."),
        created_by=log.actor_name(by),
    )
    Seat.objects.bulk_create(
        seat
        for position, union in enumerate(unions, start=1)
        for seat in (
            Seat(jury=jury, college=College.EMPLOYEE, position=position, organisation=union),
            Seat(jury=jury, college=College.EMPLOYER, position=position),
        )
    )
    record(jury, by=by, verb="prepare_jury", what="préparé")
    return jury


@transaction.atomic
def change_jury(*, jury, held_on, starts_at, place, by):
    """Another date, hour or place before the sitting opens."""
    jury = lock_jury(jury.pk, Jury.State.PREPARED, Jury.State.SUMMONED)
    if held_on != jury.held_on and held_on < today():
        raise Refusal("Cette date est déjà passée.")
    jury.held_on, jury.starts_at, jury.place = held_on, starts_at, required(place, "Indiquez le lieu.")
    jury.save(update_fields=["held_on", "starts_at", "place"])
    record(jury, by=by, verb="change_jury", what=f"déplacé au {day(held_on)}, {jury.place}")
    return jury


@transaction.atomic
def add_seat(*, jury, college, organisation="", by):
    """One more seat in a college; parity is asked for at the closing."""
    jury = lock_jury(jury.pk, *OPEN_TO_CHANGES)
    position = jury.seats.filter(college=college).count() + 1
    seat = Seat.objects.create(
        jury=jury, college=college, position=position, organisation=organisation.strip()
    )
    record(jury, by=by, verb="add_seat", what=f": siège ajouté, {seat.get_college_display().lower()}")
    return seat


@transaction.atomic
def remove_seat(*, seat, by):
    """Takes away an empty seat, the last of its college first so that ranks stay whole."""
    jury = lock_jury(seat.jury_id, *OPEN_TO_CHANGES)
    if hasattr(seat, "member"):
        raise Refusal("Ce siège est occupé.")
    college = seat.get_college_display().lower()
    following = list(jury.seats.filter(college=seat.college, position__gt=seat.position))
    seat.delete()
    for row in following:
        row.position -= 1
        row.save(update_fields=["position"])
    record(jury, by=by, verb="remove_seat", what=f": siège retiré, {college}")


@transaction.atomic
def seat_member(*, seat, name, email="", organisation="", by):
    """Seats somebody, in the place of whoever sat there. The president is named by `name_president`."""
    jury = lock_jury(seat.jury_id, *OPEN_TO_CHANGES)
    name = required(name, "Indiquez le nom du membre.")
    seat = Seat.objects.select_for_update().get(pk=seat.pk)
    former = JuryMember.objects.filter(seat=seat).first()
    if former and former.withdrawals.exists():
        raise Refusal(f"{former.name} s’est retiré pour un candidat : son siège ne change plus.")
    if former:
        former.delete()
    if organisation.strip():
        seat.organisation = organisation.strip()
        seat.save(update_fields=["organisation"])
    member = JuryMember.objects.create(seat=seat, name=name, email=email.strip().lower())
    change = f"{name} remplace {former.name}" if former else f"{name} siège"
    record(jury, by=by, verb="seat_member", what=f": {change}, {seat.get_college_display().lower()}")
    return member


@transaction.atomic
def empty_seat(*, seat, by):
    """Nobody sits there any more; the seat still counts for parity."""
    jury = lock_jury(seat.jury_id, *OPEN_TO_CHANGES)
    member = JuryMember.objects.filter(seat=seat).first()
    if member is None:
        raise Refusal("Ce siège est déjà vide.")
    if member.withdrawals.exists():
        raise Refusal(f"{member.name} s’est retiré pour un candidat : son siège ne change plus.")
    name = member.name
    member.delete()
    record(jury, by=by, verb="empty_seat", what=f": {name} ne siège plus")


@transaction.atomic
def name_president(*, member, email, first_name, last_name, by):
    """This employer member presides: an account is opened by invitation if need be, and the appointment opens the jury.

    «Le jury paritaire de délibération est présidé par un membre de la délégation patronale.» (accord, art. 54.3)
    """
    jury = lock_jury(member.seat.jury_id, *OPEN_TO_CHANGES)
    if member.seat.college != College.EMPLOYER:
        raise Refusal("Le président est un membre du collège employeurs.")
    user = invite_person(
        email=required(email, "Le président a besoin d’une adresse électronique : elle ouvre son compte."),
        first_name=required(first_name, "Indiquez son prénom."),
        last_name=required(last_name, "Indiquez son nom."),
        why=f"présider le jury du {day(jury.held_on)}",
        by=by,
    )
    for row in JuryMember.objects.filter(seat__jury=jury, is_president=True).exclude(pk=member.pk):
        row.is_president = False
        row.save(update_fields=["is_president"])
    member = JuryMember.objects.select_for_update().get(pk=member.pk)
    member.user, member.email, member.name = user, user.email, str(user)
    member.is_president, member.is_substitute = True, False
    member.save()
    record(jury, by=by, verb="name_president", what=f": {member.name} préside")
    return member


@transaction.atomic
def name_substitute(*, member, by):
    """This employer member presides in the president's absence."""
    jury = lock_jury(member.seat.jury_id, *OPEN_TO_CHANGES)
    if member.seat.college != College.EMPLOYER or member.is_president:
        raise Refusal("Le suppléant du président est un autre membre du collège employeurs.")
    member.is_substitute = True
    member.save(update_fields=["is_substitute"])
    record(jury, by=by, verb="name_substitute", what=f": {member.name} supplée le président")
    return member


@transaction.atomic
def record_union_invitation(*, jury, asked_on, by):
    """The day the unions were asked to name their representatives, at least 15 days ahead (accord, art. 54.3)."""
    jury = lock_jury(jury.pk, *OPEN_TO_CHANGES)
    if asked_on > today() or asked_on > jury.held_on:
        raise Refusal("La demande aux organisations syndicales précède la séance, et elle est faite.")
    jury.unions_invited_on = asked_on
    jury.save(update_fields=["unions_invited_on"])
    record(
        jury,
        by=by,
        verb="record_union_invitation",
        what=f": organisations syndicales sollicitées le {day(asked_on)}",
    )
    return jury


@transaction.atomic
def add_candidates(*, jury, registrations, by):
    """Puts candidates on the agenda, one deliberation per référentiel version, in the order given.

    Refusal: another centre, already on the agenda, already deliberated.
    """
    jury = lock_jury(jury.pk, *OPEN_TO_CHANGES)
    for registration in registrations:
        registration = lock_registration(registration.pk)
        journey = load_one(registration)
        if registration.centre_id != jury.centre_id:
            raise Refusal("Ce candidat relève d’un autre centre.")
        if journey.decision and journey.decision.verdict != Verdict.ADJOURNED:
            raise Refusal(f"{registration.candidate} : le jury s’est déjà prononcé.")
        running = DeliberationEntry.objects.filter(
            registration=registration, deliberation__jury__state__in=OPEN_TO_CHANGES
        )
        if running.exists():
            raise Refusal(f"{registration.candidate} est déjà à l’ordre du jour d’un jury.")
        deliberation, _ = Deliberation.objects.get_or_create(
            jury=jury, referentiel=registration.referentiel, defaults={"centre": jury.centre}
        )
        last = deliberation.entries.order_by("-rank").first()
        DeliberationEntry.objects.create(
            deliberation=deliberation, registration=registration, rank=last.rank + 1 if last else 1
        )
        tell(
            registration,
            by=by,
            verb="add_jury_candidate",
            sentence=f"Inscrit au jury du {day(jury.held_on)}, {jury.place}.",
        )
    record(
        jury,
        by=by,
        verb="add_jury_candidates",
        what=f": {plural(len(registrations), 'candidat')} à l’ordre du jour",
    )
    return jury


@transaction.atomic
def remove_candidate(*, entry, by):
    """Takes an undecided candidate off the agenda."""
    jury = lock_jury(entry.deliberation.jury_id, *OPEN_TO_CHANGES)
    if entry.decisions.exists():
        raise Refusal("Une décision est consignée pour ce candidat : annulez-la d’abord.")
    deliberation, registration = entry.deliberation, entry.registration
    entry.delete()
    if not deliberation.entries.exists():
        deliberation.delete()
    tell(
        registration, by=by, verb="remove_jury_candidate", sentence=f"Retiré du jury du {day(jury.held_on)}."
    )


@transaction.atomic
def summon_jury(*, jury, by):
    """Convokes the members by mail; those without address get it printed. May be sent again."""
    jury = lock_jury(jury.pk, Jury.State.PREPARED, Jury.State.SUMMONED)
    members = list(JuryMember.objects.filter(seat__jury=jury).select_related("seat"))
    missing = [] if any(row.is_president for row in members) else ["Président : à désigner."]
    if not jury.deliberations.exists():
        missing.append("Candidats : aucun à l’ordre du jour.")
    if missing:
        raise Refusal(*missing)
    if jury.summoned_on is None:
        jury.summoned_on, jury.summoned_by = today(), log.actor_name(by)
    jury.state = Jury.State.SUMMONED
    jury.save(update_fields=["state", "summoned_on", "summoned_by"])
    now = timezone.now().isoformat()
    for member in members:
        outbox.post(
            event=f"jury:{jury.pk}:member:{member.pk}:{now}",
            to=member.email,
            name=member.name,
            template="jury_member",
            context={
                "when": long_day(jury.held_on),
                "hour": hour(jury.starts_at),
                "place": jury.place,
                "president": member.is_president,
            },
            centre=jury.centre,
        )
    record(jury, by=by, verb="summon_jury", what="convoqué")
    return jury


@transaction.atomic
def override_notice(*, jury, reason, by):
    """The responsable's reason for notices shorter than 15 and 8 days; it is printed in the procès-verbal."""
    jury = lock_jury(jury.pk, *OPEN_TO_CHANGES)
    if not is_head_of(by, jury.centre_id):
        raise Refusal("Seul le responsable du centre peut passer outre un délai.")
    jury.notice_override = required(
        reason, "Motivez le délai non respecté : le motif est imprimé au procès-verbal."
    )
    jury.save(update_fields=["notice_override"])
    record(jury, by=by, verb="override_notice", what=f": délai non respecté, {jury.notice_override}")
    return jury


# --- The sitting ------------------------------------------------------------------------------------------------


@transaction.atomic
def open_jury(*, jury, by):
    """The sitting begins; from here presences and decisions are recorded."""
    jury = lock_jury(jury.pk, Jury.State.SUMMONED)
    if jury.held_on > today():
        raise Refusal(f"Le jury se tient le {day(jury.held_on)}.")
    jury.state, jury.opened_at, jury.opened_by = Jury.State.OPEN, timezone.now(), log.actor_name(by)
    jury.save(update_fields=["state", "opened_at", "opened_by"])
    record(jury, by=by, verb="open_jury", what="ouvert")
    return jury


@transaction.atomic
def record_presence(*, member, present, by):
    """Whether a member is there: True, False, None for «à renseigner»."""
    jury = lock_jury(member.seat.jury_id, Jury.State.OPEN)
    JuryMember.objects.filter(pk=member.pk).update(present=present)
    return jury


@transaction.atomic
def declare_withdrawal(*, entry, member, reason, by):
    """A member takes no part for one candidate. Refusal once the candidate is decided."""
    jury = lock_jury(entry.deliberation.jury_id, Jury.State.OPEN)
    if member.seat.jury_id != jury.pk:
        raise Refusal("Cette personne ne siège pas à ce jury.")
    if entry.decisions.exists():
        raise Refusal("Une décision est déjà consignée pour ce candidat : annulez-la d’abord.")
    reason = required(reason, "Indiquez le motif du retrait : employeur du candidat, lien personnel…")
    withdrawal, created = Withdrawal.objects.get_or_create(
        entry=entry, member=member, defaults={"reason": reason}
    )
    if not created:
        raise Refusal(f"{member.name} s’est déjà retiré pour ce candidat.")
    tell(
        entry.registration,
        by=by,
        verb="declare_withdrawal",
        sentence=f"Jury : {member.name} se retire, {reason}."[:400],
    )
    return withdrawal


@transaction.atomic
def cancel_withdrawal(*, withdrawal, by):
    """A withdrawal recorded by mistake, before the candidate is decided."""
    lock_jury(withdrawal.entry.deliberation.jury_id, Jury.State.OPEN)
    if withdrawal.entry.decisions.exists():
        raise Refusal("Une décision est déjà consignée pour ce candidat : annulez-la d’abord.")
    sentence = f"Jury : retrait de {withdrawal.member.name} annulé."
    tell(withdrawal.entry.registration, by=by, verb="cancel_withdrawal", sentence=sentence)
    withdrawal.delete()


@transaction.atomic
def decide(*, entry, act, by, reason="", numbers=(), vote=None, seen=None):
    """Records one act of the jury for one candidate.

    `act`: JuryAct; `numbers`: the capacities sent back; `vote`: rules.Vote, None for unanimity; `seen`: the
    computed outcome the screen showed ("" for none), Stale when it is no longer that one. What is pronounced is the
    computed outcome and nothing else: the rule refuses, and so does the database.
    """
    entry = DeliberationEntry.objects.select_related("deliberation").get(pk=entry.pk)
    jury = lock_jury(entry.deliberation.jury_id, Jury.State.OPEN)
    registration = lock_registration(entry.registration_id)
    if entry.decisions.exists():
        raise Refusal("Une décision est déjà consignée pour ce candidat.")
    journey = load_one(registration, on_day=jury.held_on)
    computed = computed_outcome(journey)
    if seen is not None and seen != (computed.verdict or ""):
        raise Stale(
            "Le résultat calculé a changé depuis l’affichage de la page : relisez-le avant de décider."
        )
    members = jurors(jury)
    withdrawn = set(entry.withdrawals.values_list("member_id", flat=True))
    result = rules.jury_decision(
        act,
        computed,
        reason=reason,
        capacities=numbers,
        vote=vote,
        below_quorum=rules.quorum_for_candidate(
            members, withdrawn, quorum=preferences.value(QUORUM, jury.centre)
        ),
    )
    if result.refusals:
        raise Refusal(*result.refusals)
    unknown = set(numbers) - {row.number for row in journey.to_evaluate}
    if act == JuryAct.SEND_BACK and unknown:
        raise Refusal("Seules les capacités évaluées peuvent être renvoyées à la commission.")
    decision = Decision.objects.create(
        entry=entry,
        verdict=result.verdict,
        act=act,
        computed=computed.verdict or "",
        reason=reason.strip() if act != JuryAct.PRONOUNCE else "",
        votes=plain_vote(vote),
        decided_by=log.actor_name(by),
    )
    DecisionCapacity.objects.bulk_create(
        DecisionCapacity(
            decision=decision,
            capacity=row.capacity,
            state=row.state,
            sent_back=act == JuryAct.SEND_BACK and row.number in numbers,
            kept_until=kept_until(journey, row, jury) if result.verdict == Verdict.NOT_ADMISSIBLE else None,
        )
        for row in journey.capacities
    )
    tell(
        registration,
        by=by,
        verb="decide",
        sentence=f"Jury : décision « {decision.get_verdict_display().lower()} » consignée.",
        data={"decision": str(decision.pk)},
    )
    return decision


@transaction.atomic
def pronounce_all(*, jury, by, seen):
    """Pronounces unanimously every outcome that is computed and not yet decided. Returns how many.

    `seen`: {entry pk (str): computed outcome}, as the recap showed them; only those are pronounced.
    """
    jury = lock_jury(jury.pk, Jury.State.OPEN)
    entries = DeliberationEntry.objects.filter(deliberation__jury=jury, decisions=None).order_by("pk")
    chosen = [entry for entry in entries if seen.get(str(entry.pk))]
    for entry in chosen:
        decide(entry=entry, act=JuryAct.PRONOUNCE, seen=seen[str(entry.pk)], by=by)
    return len(chosen)


@transaction.atomic
def cancel_decision(*, decision, by):
    """A decision taken back during the sitting; nothing had been closed."""
    lock_jury(decision.entry.deliberation.jury_id, Jury.State.OPEN)
    registration, verdict = decision.entry.registration, decision.get_verdict_display().lower()
    decision.delete()
    tell(
        registration,
        by=by,
        verb="cancel_decision",
        sentence=f"Jury : décision « {verdict} » annulée en séance.",
    )


@transaction.atomic
def close_jury(*, jury, president, secretary):
    """The deliberations are closed: numbers given, decisions frozen, procès-verbal and decisions asked for as papers.

    `president`: the User who has just proved to be the president (or the present substitute's appointment when
    absent); `secretary`: the User whose screen it is. Refusal with everything that is missing.
    """
    jury = lock_jury(jury.pk, Jury.State.OPEN)
    if not presides(jury, president):
        raise Refusal("Seul le président du jury peut clore la délibération.")
    entries = list(
        DeliberationEntry.objects.filter(deliberation__jury=jury)
        .select_related("deliberation")
        .order_by("pk")
    )
    registrations = list(
        Registration.objects.with_people()
        .filter(pk__in=[entry.registration_id for entry in entries])
        .select_for_update(of=("self",))
        .order_by("pk")
    )
    if missing := missing_to_close(jury):
        raise Refusal(*missing)
    year = jury.held_on.year
    for deliberation in jury.deliberations.order_by("pk"):
        rank = next_rank(centre=jury.centre, series=Counter.Series.MINUTES, year=year)
        deliberation.number = registration_number(year, rank)
        deliberation.save(update_fields=["number"])
    jury.state, jury.closed_at, jury.closed_by = Jury.State.CLOSED, timezone.now(), log.actor_name(president)
    jury.save(update_fields=["state", "closed_at", "closed_by"])
    record(jury, by=president, verb="close_jury", what="clos", data={"secretary": str(secretary)})
    for registration in registrations:
        tell(
            registration,
            by=president,
            verb="close_jury",
            sentence=f"Délibération du jury du {day(jury.held_on)} close.",
        )
        move_stage(registration)
    papers.request_closing_papers(jury, by=president)
    return jury


@transaction.atomic
def publish_jury(*, jury, president, secretary):
    """The results are released: attestations asked for and published with the decisions, candidates told."""
    jury = lock_jury(jury.pk, Jury.State.CLOSED)
    if not presides(jury, president):
        raise Refusal("Seul le président du jury peut publier les résultats.")
    jury.state, jury.published_at, jury.published_by = (
        Jury.State.PUBLISHED,
        timezone.now(),
        log.actor_name(president),
    )
    jury.save(update_fields=["state", "published_at", "published_by"])
    publish_documents(documents=papers.request_result_papers(jury, by=president), by=president)
    record(jury, by=president, verb="publish_jury", what="publié", data={"secretary": str(secretary)})
    decisions = Decision.objects.filter(entry__deliberation__jury=jury).select_related(
        "entry__registration__candidate", "entry__registration__referentiel", "entry__registration__centre"
    )
    for decision in decisions:
        registration = decision.entry.registration
        outbox.post(
            event=f"decision:{decision.pk}:published",
            to=registration.candidate.email,
            name=str(registration.candidate),
            template="result",
            context={
                "verdict": decision.verdict,
                "title": registration.referentiel.title,
                "held_on": day(jury.held_on),
                "reason": decision.reason,
            },
            centre=jury.centre,
        )
        tell(
            registration,
            by=president,
            verb="publish_jury",
            sentence=f"Résultat publié : {decision.get_verdict_display().lower()}.",
        )
        if decision.verdict != Verdict.ADJOURNED:
            registration.state, registration.state_at = Registration.State.CLOSED, jury.published_at
            registration.state_by = log.actor_name(president)
            registration.save(update_fields=["state", "state_at", "state_by"])
        move_stage(registration)
    return jury


# --- What the page, the blocked button and the refusal all say ---------------------------------------------------


def jurors(jury) -> list[Juror]:
    """The members as the rule wants them."""
    return [
        Juror(
            reference=member.pk,
            name=member.name,
            college=College(member.seat.college),
            president=member.is_president,
            substitute=member.is_substitute,
            present=member.present,
            convened_on=jury.summoned_on,
        )
        for member in JuryMember.objects.filter(seat__jury=jury).select_related("seat")
    ]


def composition_of(jury):
    """What forbids to close, and what a written reason may override (`rules.CompositionResult`)."""
    seats = list(jury.seats.all())
    settings = preferences.values(jury.centre)
    return rules.jury_composition(
        seats=Tally(College(seat.college) for seat in seats),
        members=jurors(jury),
        unions_asked_on={
            seat.organisation or str(seat): jury.unions_invited_on
            for seat in seats
            if seat.college == College.EMPLOYEE
        },
        sitting_on=jury.held_on,
        quorum=settings[QUORUM],
        union_notice=settings[UNION_NOTICE],
        member_notice=settings[MEMBER_NOTICE],
    )


def computed_outcome(journey):
    """The computed outcome; none while the dossier is returned to the centre, which «blocks the jury until amended»."""
    if journey.dossier_is_returned:
        return rules.AdmissibilityResult(None, tuple(journey.missing_for_jury()))
    return journey.admissibility


def missing_to_close(jury) -> list[str]:
    """What is left before the jury can close; French sentences."""
    composition = composition_of(jury)
    missing = list(composition.blocking)
    if not jury.notice_override:
        missing += [sentence for _, sentence in composition.overridable]
    entries = list(
        DeliberationEntry.objects.filter(deliberation__jury=jury).prefetch_related("decisions").order_by("pk")
    )
    if not entries:
        missing.append("Candidats : aucun à l’ordre du jour.")
    registrations = Registration.objects.with_people().filter(
        pk__in=[entry.registration_id for entry in entries]
    )
    journeys = load(registrations, on_day=jury.held_on)
    for entry in entries:
        journey = journeys[entry.registration_id]
        decision = next(iter(entry.decisions.all()), None)
        name = journey.registration.candidate
        if decision is None:
            missing.append(f"{name} : décision à prendre.")
        elif decision.act == JuryAct.PRONOUNCE and decision.computed != (
            computed_outcome(journey).verdict or ""
        ):
            missing.append(f"{name} : le résultat calculé a changé depuis la décision, à reprendre.")
    return missing


def kept_until(journey, row, jury):
    """The last day a capacity acquired now is kept for another registration; None when it is not acquired."""
    if row.state not in KEPT:
        return None
    if row.kept:
        return row.kept.valid_until
    block = [other for other in journey.capacities if other.capacity.block_id == row.capacity.block_id]
    whole = row.capacity.block_id is not None and all(other.state in KEPT for other in block)
    return rules.kept_until(jury.held_on, is_block=whole, rncp=journey.registration.referentiel.rncp_active)


def presides(jury, user):
    """Whether this user presides the jury: its president, or its present substitute when the president is absent."""
    members = {row.user_id: row for row in JuryMember.objects.filter(seat__jury=jury, user__isnull=False)}
    member = members.get(user.pk)
    president_absent = any(row.is_president and row.present is False for row in members.values())
    return bool(
        member and (member.is_president or (member.is_substitute and member.present and president_absent))
    )


def plain_vote(vote):
    """The vote as stored: {"counts": {act: {college: voices}}, "casting": act or null}; None for unanimity."""
    if vote is None:
        return None
    counts = {str(act): {str(college): n for college, n in by.items()} for act, by in vote.counts.items()}
    return {"counts": counts, "casting": vote.casting and str(vote.casting)}


def lock_jury(pk, *states):
    """The jury, locked; Refusal unless it is in one of these states."""
    jury = Jury.objects.select_for_update(of=("self",)).select_related("centre").get(pk=pk)
    if jury.state not in states:
        raise Refusal(
            f"Ce jury est {jury.get_state_display().lower()} : cet acte n’est plus possible, ou pas encore."
        )
    return jury


def record(jury, *, by, verb, what, data=None):
    sentence = f"Jury du {day(jury.held_on)} {what}.".replace(" :", "\u00a0:")
    log.record(by=by, verb=verb, subject=jury, sentence=sentence[:400], centre=jury.centre, data=data)


def tell(registration, *, by, verb, sentence, data=None):
    log.record(
        by=by, verb=verb, subject=registration, sentence=sentence, centre=registration.centre, data=data
    )
