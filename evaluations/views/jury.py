"""A jury before its sitting: the list, the composition, the notices, the agenda. One URL per verb."""

from functools import partial

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef, Q, Subquery, prefetch_related_objects
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.answers import form_page, say_outcome, show_refusal
from accounts.keys import Key, key_of
from accounts.models import LogEntry
from accounts.perms import allow, is_head_of, is_staff, is_staff_of, require
from candidates.models import Registration
from candidates.rules import Stage
from candidates.views.scoped import post_data
from cqpm.utils.alphabet import alphabetical
from cqpm.utils.french import today
from cqpm.utils.refusal import Refusal
from evaluations.actions import jury as actions
from evaluations.forms.jury import (
    AgendaForm,
    JuryForm,
    MemberForm,
    NewJuryForm,
    OverrideForm,
    PresidencyForm,
    UnionsForm,
)
from evaluations.models import CapacityValidation, DeliberationEntry, Jury, JuryMember
from evaluations.perms import may_list_juries
from evaluations.reads.candidate import to_place
from evaluations.reads.jury import JurySitting
from evaluations.reads.summons import announced, concerned_by_jury, jury_letters
from evaluations.rules import College, NoticeKey
from evaluations.screens.jury import STATE_KINDS, CaseRow, gathered
from evaluations.views.summons import announce, form_methods

PAGE = 25
NEARLY = 20  # candidates not ready, shown at most
JOURNAL = 10


def visible_jury(request, pk):
    """A jury this person may read: the staff of its centre, whoever presides it or stands in."""
    return get_object_or_404(Jury.objects.for_user(request.user).select_related("centre"), pk=pk)


def own_jury(request, pk):
    """A jury of the centre, for its staff."""
    jury = visible_jury(request, pk)
    allow(is_staff_of(request.user, jury.centre_id))
    return jury


def own_seat(request, pk, seat):
    """A seat of such a jury, with who sits there."""
    return get_object_or_404(own_jury(request, pk).seats.select_related("jury", "member__user"), pk=seat)


# --- The jury itself -------------------------------------------------------------------------------------------


@require(may_list_juries)
@require_safe
def jury_list(request):
    """The centre's juries, or those this person presides, latest first."""
    president = JuryMember.objects.filter(seat__jury=OuterRef("pk"), is_president=True).values("name")[:1]
    juries = Jury.objects.for_user(request.user).annotate(
        candidates=Count("deliberations__entries", distinct=True), president=Subquery(president)
    )
    page = Paginator(juries.order_by("-held_on", "-starts_at", "pk"), PAGE).get_page(request.GET.get("page"))
    for jury in page:
        jury.kind, jury.days_left = STATE_KINDS[jury.state], (jury.held_on - today()).days
        jury.takes_candidates = jury.state in Jury.State.RUNNING
    context = {
        "page": page,
        "may_prepare": is_staff(request.user),
        "placing": to_place(request.user, request.GET.get("candidat")),
    }
    return render(request, "evaluations/jury_list.html", context)


@require(is_staff)
def jury_new(request):
    """A date, a place, the unions: one seat each."""
    form = NewJuryForm.for_centre(request.user.hat.centre, post_data(request))
    if form.is_valid():
        try:
            jury = actions.prepare_jury(
                centre=request.user.hat.centre,
                by=request.user,
                unions=form.cleaned_data["unions"],
                **form.plan,
            )
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, "Jury préparé. Désignez ses membres, inscrivez ses candidats.")
            return redirect("jury_detail", jury.pk)
    return form_page(request, "evaluations/jury_form.html", {"form": form})


def jury_edit(request, pk):
    """Another date, hour or place."""
    jury = own_jury(request, pk)
    form = JuryForm(post_data(request), instance=jury, centre=jury.centre)
    if form.is_valid():
        try:
            actions.change_jury(jury=jury, by=request.user, **form.plan)
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, "Jury modifié.")
            return redirect("jury_detail", pk)
    return form_page(request, "evaluations/jury_form.html", {"form": form, "jury": jury})


@require_POST
def jury_delete(request, pk):
    """Deletes a jury not convened yet."""
    jury = own_jury(request, pk)
    try:
        actions.delete_jury(jury=jury, by=request.user)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("jury_detail", pk)
    messages.success(request, "Jury supprimé.")
    return redirect("jury_list")


@require_safe
def jury_detail(request, pk):
    """The preparation: who sits, the notices, the agenda, and what is missing before the sitting."""
    return detail_page(request, visible_jury(request, pk))


def detail_page(request, jury, **forms):
    """The page of the preparation; `forms`: those refused, with what was typed."""
    staff = is_staff_of(request.user, jury.centre_id)
    prepares = staff and jury.state in Jury.State.RUNNING
    sitting = JurySitting(jury, waiting=waiting_for(jury) if prepares else [])
    opens = jury.state == Jury.State.SUMMONED
    if prepares:  # who has not read the identity the procès-verbal will freeze
        people = [entry.registration.candidate for entry in sitting.entries]
        prefetch_related_objects(people, "readings")
    context = {
        "jury": jury,
        "sitting": sitting,
        "state_kind": STATE_KINDS[jury.state],
        "colleges": colleges_of(sitting),
        "deliberations": rows_of(sitting),
        "days_left": (jury.held_on - today()).days,
        "prepares": prepares,
        "overrides": prepares and is_head_of(request.user, jury.centre_id),
        "about": key_of(jury),
        "announced": announced(jury, concerned_by_jury(sitting)) if prepares else None,
        "missing": sitting.missing_to_open() if opens else sitting.missing_to_summon(),
        "unions_form": UnionsForm(initial={"asked_on": jury.unions_invited_on or today()}),
        "override_form": OverrideForm(),
        **offered(sitting),
        "journal": LogEntry.objects.filter(subject=key_of(jury))[:JOURNAL] if staff else [],
        **forms,
    }
    return form_page(request, "evaluations/jury_detail.html", context)


def colleges_of(sitting):
    """[(College, its seats)], employers first."""
    return [(college, [seat for seat in sitting.seats if seat.college == college]) for college in College]


def rows_of(sitting):
    """[(Deliberation, [CaseRow])], one per référentiel version."""
    return [(row, [CaseRow(case) for case in cases]) for row, cases in sitting.deliberations]


def waiting_for(jury):
    """The candidates of the centre on no agenda who are ready for a jury, or nearly so."""
    expected = DeliberationEntry.objects.filter(
        registration=OuterRef("pk"), deliberation__jury__state__in=Jury.State.RUNNING
    )
    near = Q(stage__in=[Stage.OPINION, Stage.INTERVIEW, Stage.VALIDATION, Stage.DELIBERATION])
    validated = Exists(CapacityValidation.objects.filter(registration=OuterRef("pk")))
    registrations = Registration.objects.with_people().filter(
        near | validated, ~Exists(expected), centre=jury.centre_id, state=Registration.State.REGISTERED
    )
    return list(
        registrations.order_by(*alphabetical("candidate__birth_name", "candidate__first_name"), "number")
    )


def offered(sitting):
    """Those waiting: the ready ones, the others with what is missing, and how many more there are."""
    missing = {row.pk: gathered(sitting.journeys[row.pk].missing_for_jury()) for row in sitting.waiting}
    ready = [row for row in sitting.waiting if row.stage == Stage.DELIBERATION and not missing[row.pk]]
    others = [row for row in sitting.waiting if row not in ready]
    return {
        "ready": ready,
        "nearly": [
            (row, missing[row.pk] or f"Étape en cours : {row.get_stage_display().lower()}.")
            for row in others[:NEARLY]
        ],
        "more": len(others[NEARLY:]),
    }


# --- Seats -------------------------------------------------------------------------------------------------------


@require_POST
def jury_seat_add(request, pk):
    jury = own_jury(request, pk)
    college = request.POST.get("college")
    if college not in College.values:
        raise Http404
    with say_outcome(request, "Siège ajouté."):
        actions.add_seat(jury=jury, college=college, by=request.user)
    return redirect("jury_detail", pk)


def jury_seat(request, pk, seat):
    """Who sits there; for an employer, the presidency."""
    seat = own_seat(request, pk, seat)
    form = MemberForm(post_data(request), seat=seat)
    if form.is_valid():
        try:
            actions.seat_member(seat=seat, by=request.user, **form.cleaned_data)
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, f"{form.cleaned_data['name']} siège.")
            return redirect("jury_detail", pk)
    return seat_page(request, seat, form=form)


def seat_page(request, seat, **forms):
    """The page of one seat; `forms` replace those of the same name, shown again with their errors."""
    member = getattr(seat, "member", None)
    presidency = member and seat.college == College.EMPLOYER
    renews = member and member.awaits_account and is_head_of(request.user, seat.jury.centre_id)
    context = {
        "jury": seat.jury,
        "seat": seat,
        "member": member,
        "form": MemberForm(seat=seat),
        "presidency_form": PresidencyForm.for_member(member) if presidency else None,
        "invitation": member.user.pending_invitation() if renews else None,
        **forms,
    }
    return form_page(request, "evaluations/jury_seat.html", context)


@require_POST
def jury_seat_empty(request, pk, seat):
    seat = own_seat(request, pk, seat)
    with say_outcome(request, "Siège vidé : il compte toujours pour la parité."):
        actions.empty_seat(seat=seat, by=request.user)
    return redirect("jury_detail", pk)


@require_POST
def jury_seat_remove(request, pk, seat):
    seat = own_seat(request, pk, seat)
    with say_outcome(request, "Siège retiré."):
        actions.remove_seat(seat=seat, by=request.user)
    return redirect("jury_detail", pk)


@require_POST
def jury_president(request, pk, seat):
    return appointed(request, pk, seat, actions.name_president, "préside")


@require_POST
def jury_substitute(request, pk, seat):
    return appointed(request, pk, seat, actions.name_substitute, "supplée le président")


def appointed(request, pk, seat, verb, done):
    """One of the two verbs of the presidency."""
    seat = own_seat(request, pk, seat)
    if not hasattr(seat, "member"):
        raise Http404
    form = PresidencyForm(request.POST)
    if form.is_valid():
        try:
            member = verb(member=seat.member, by=request.user, **form.cleaned_data)
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, f"{member.name} {done} : un courriel l’en prévient.")
            return redirect("jury_detail", pk)
    return seat_page(request, seat, presidency_form=form)


# --- Notices, agenda, convocation -------------------------------------------------------------------------------


@require_POST
def jury_unions(request, pk):
    jury = own_jury(request, pk)
    form = UnionsForm(request.POST)
    if not form.is_valid():
        return detail_page(request, jury, unions_form=form)
    with say_outcome(request, "Demande aux organisations syndicales consignée."):
        actions.record_union_invitation(jury=jury, by=request.user, **form.cleaned_data)
    return redirect("jury_detail", pk)


@require_POST
def jury_notice(request, pk, key):
    """The responsable's reason for one period of notice that is not kept."""
    jury = own_jury(request, pk)
    if key not in NoticeKey.values:
        raise Http404
    allow(is_head_of(request.user, jury.centre_id))
    form = OverrideForm(request.POST)
    if not form.is_valid():
        return detail_page(request, jury, override_form=form, overriding=key)
    with say_outcome(request, "Motif consigné : il sera imprimé au procès-verbal."):
        actions.override_notice(jury=jury, key=NoticeKey(key), by=request.user, **form.cleaned_data)
    return redirect("jury_detail", pk)


@require_POST
def jury_candidates(request, pk):
    """Puts the candidates chosen on the agenda, by name."""
    jury = own_jury(request, pk)
    form = AgendaForm(request.POST, centre=jury.centre_id)
    if form.is_valid():
        with say_outcome(request, "Ordre du jour complété."):
            actions.add_candidates(
                jury=jury, registrations=form.cleaned_data["registration"], by=request.user
            )
    else:
        messages.error(request, "Choisissez au moins un candidat.")
    return redirect("jury_detail", pk)


@require_POST
def jury_candidate_remove(request, pk, entry):
    jury = own_jury(request, pk)
    entries = DeliberationEntry.objects.filter(deliberation__jury=jury)
    entry = get_object_or_404(entries.select_related("deliberation"), pk=entry)
    with say_outcome(request, "Candidat retiré de l’ordre du jour."):
        actions.remove_candidate(entry=entry, by=request.user)
    return redirect("jury_detail", pk)


@form_methods
def jury_summon(request, pk):
    """Those not told yet of the date, hour and place: read first, then sent."""
    jury = own_jury(request, pk)
    return announce(
        request,
        jury_letters(jury, JurySitting(jury).members),
        partial(actions.summon_jury, jury=jury),
        subject=jury,
        about=Key.of(jury),
        heading="Convoquer le jury",
    )


@require_POST
def jury_open(request, pk):
    """Opens the sitting; each reason against it is a message."""
    jury = own_jury(request, pk)
    try:
        actions.open_jury(jury=jury, by=request.user)
    except Refusal as refusal:
        for reason in refusal.reasons:
            messages.error(request, reason)
        return redirect("jury_detail", pk)
    return redirect("jury_session", pk)
