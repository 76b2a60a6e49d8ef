"""A commission before its sitting: the list, its day, its members, its agenda, its conflicts, its convocations."""

from functools import partial

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.answers import form_page, say_outcome, show_refusal
from accounts.keys import Key, key_of
from accounts.perms import allow, is_head_of, is_staff, is_staff_of, require
from candidates.views.scoped import post_data
from cqpm.utils.french import today
from cqpm.utils.refusal import Refusal
from evaluations.actions import attendance, commission as actions
from evaluations.forms.attendance import SittingAttendanceForm
from evaluations.forms.commission import (
    AccountMemberForm,
    AgendaForm,
    CommissionForm,
    MemberEmployerForm,
    NamedMemberForm,
    OverrideForm,
    PairForm,
    PresenceForm,
)
from evaluations.forms.planning import PassageForm
from evaluations.models import Commission, Summons
from evaluations.papers.synthesis import synthesis_of
from evaluations.perms import may_declare_link, may_preside, may_see_commissions
from evaluations.reads.candidate import to_place
from evaluations.reads.commission import Sitting, overview
from evaluations.reads.summons import announced, commission_letters, concerned_by_commission
from evaluations.views.summons import announce, form_methods

PAGE = 20


def seen(request, pk):
    """A commission this person may read."""
    return get_object_or_404(Commission.objects.for_user(request.user).select_related("centre"), pk=pk)


def own(request, pk):
    """A commission of the centre, for its staff."""
    commission = seen(request, pk)
    allow(is_staff_of(request.user, commission.centre_id))
    return commission


# --- List and day ----------------------------------------------------------------------------------------------


@require(may_see_commissions)
@require_safe
def commission_list(request):
    """Those still to hold or to close, the nearest first, each with what it lacks; then those closed, by page."""
    mine = Commission.objects.for_user(request.user).select_related("centre")
    to_come = mine.exclude(state=Commission.State.CLOSED).order_by("held_on", "starts_at")
    closed = mine.filter(state=Commission.State.CLOSED).order_by("-held_on", "-starts_at")
    page = Paginator(closed, PAGE).get_page(request.GET.get("page"))
    context = {
        "to_come": overview(list(to_come)),
        "closed": overview(list(page)),
        "page": page,
        "staff": is_staff(request.user),
        "placing": to_place(request.user, request.GET.get("candidat")),
    }
    return render(request, "evaluations/commission_list.html", context)


@require(is_staff)
@form_methods
def commission_new(request):
    """When and where."""
    form = CommissionForm(post_data(request), centre=request.user.hat.centre)
    if form.is_valid():
        try:
            commission = actions.prepare_commission(
                centre=request.user.hat.centre, by=request.user, **form.plan
            )
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, "Commission préparée : désignez ses membres et ses candidats.")
            return redirect("commission_detail", commission.pk)
    return form_page(request, "evaluations/commission_form.html", {"form": form})


@form_methods
def commission_edit(request, pk):
    """Another date, hour or place."""
    commission = own(request, pk)
    form = CommissionForm(post_data(request), instance=commission, centre=commission.centre)
    if form.is_valid():
        try:
            actions.change_commission(commission=commission, by=request.user, **form.plan)
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, "Commission modifiée.")
            return redirect("commission_detail", pk)
    context = {"form": form, "commission": commission}
    return form_page(request, "evaluations/commission_form.html", context)


@require_POST
def commission_delete(request, pk):
    """Takes back a commission that never sat."""
    commission = own(request, pk)
    with say_outcome(request, "Commission supprimée."):
        actions.delete_commission(commission=commission, by=request.user)
        return redirect("commission_list")
    return redirect("commission_detail", pk)


# --- Page ------------------------------------------------------------------------------------------------------


@require_safe
def commission_detail(request, pk):
    """Facts, members, agenda, conflicts, and what is missing before the next step."""
    return show(request, seen(request, pk))


def show(request, commission, **refusals):
    """The page; `refusals`: the form just refused, under its name in the template."""
    user, sitting = request.user, Sitting(commission)
    staff = is_staff_of(user, commission.centre_id)
    registrations = [entry.registration for entry in sitting.entries]
    for entry in sitting.entries:
        entry.attendance = sitting.attendances.get(entry.registration_id)
    mine = [row for row in sitting.members if staff or row.user_id == user.pk]
    oppositions = [row for one in registrations for row in sitting.oppositions(one) if row.member in mine]
    context = {
        "commission": commission,
        "sitting": sitting,
        "staff": staff and not sitting.is_closed,
        "is_head": is_head_of(user, commission.centre_id),
        "presides": may_preside(user, sitting),
        "today": today(),
        "synthesis": synthesis_of(commission),
        "oppositions": oppositions,
        "unchecked": sitting.remarks(registrations, on=mine),
        "missing": [] if sitting.is_closed else sitting.missing_now(),
        "about": key_of(commission),
        "own_letter": None if staff else Summons.objects.answerable_by(user).about(commission).first(),
        "same_hour": sitting.same_hour,
        "announced": announced(commission, concerned_by_commission(sitting)) if staff else None,
    }
    if not sitting.is_closed:
        context["link_form"] = PairForm(commission=commission).offer(mine, registrations)
    if context["staff"]:
        context |= forms_of(sitting)
    return form_page(request, "evaluations/commission_detail.html", context | refusals)


def forms_of(sitting):
    """What the staff may add: members and candidates."""
    return {
        "account_form": AccountMemberForm(commission=sitting.commission),
        "named_form": NamedMemberForm(auto_id="nomme_%s"),
        "employer_form": MemberEmployerForm(members=sitting.members, auto_id="employeur_%s"),
        "agenda_form": AgendaForm(commission=sitting.commission),
    }


# --- Verbs -----------------------------------------------------------------------------------------------------


def act(request, pk, success, verb, **rows):
    """One verb, then the page again, with its success or its refusal."""
    with say_outcome(request, success):
        verb(by=request.user, **rows)
    return redirect("commission_detail", pk)


@require_POST
def commission_add_member(request, pk):
    """An evaluator of the centre (`user` is sent), or somebody named by hand."""
    commission = own(request, pk)
    by_account = "user" in request.POST
    name = "account_form" if by_account else "named_form"
    form = (
        AccountMemberForm(request.POST, commission=commission)
        if by_account
        else NamedMemberForm(request.POST, auto_id="nomme_%s")
    )
    if form.is_valid():
        try:
            member = actions.add_member(commission=commission, by=request.user, **form.cleaned_data)
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, f"{member.name} est membre de la commission.")
            return redirect("commission_detail", pk)
    return show(request, commission, **{name: form})


@require_POST
def commission_member_employer(request, pk):
    """Whom somebody named by hand works for, learnt since."""
    commission = own(request, pk)
    form = MemberEmployerForm(request.POST, members=commission.members.all(), auto_id="employeur_%s")
    if not form.is_valid():
        return show(request, commission, employer_form=form)
    success = f"Employeur enregistré : {form.cleaned_data['member']}."
    return act(request, pk, success, actions.say_member_employer, **form.cleaned_data)


@require_POST
def commission_remove_member(request, pk, member):
    member = get_object_or_404(own(request, pk).members, pk=member)
    return act(request, pk, f"{member.name} n’est plus membre.", actions.remove_member, member=member)


@require_POST
def commission_president(request, pk, member):
    member = get_object_or_404(own(request, pk).members, pk=member)
    return act(request, pk, f"{member.name} préside.", actions.name_president, member=member)


@require_POST
def commission_presence(request, pk, member):
    """`present`: oui, non, or nothing for «à renseigner»."""
    member = get_object_or_404(own(request, pk).members, pk=member)
    form = PresenceForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choisissez « présent » ou « absent ».")
        return redirect("commission_detail", pk)
    present = form.cleaned_data["present"]
    words = {True: "Présence enregistrée", False: "Absence enregistrée", None: "Présence à renseigner"}
    success = f"{words[present]} : {member.name}."
    return act(request, pk, success, actions.record_presence, member=member, present=present)


@require_POST
def commission_add_candidate(request, pk):
    """Puts a candidate on the agenda; a refusal is said in the form."""
    commission = own(request, pk)
    form = AgendaForm(request.POST, commission=commission)
    if form.is_valid():
        try:
            entry = actions.add_candidate(commission=commission, by=request.user, **form.cleaned_data)
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, f"{entry.registration.candidate} est à l’ordre du jour.")
            return redirect("commission_detail", pk)
    return show(request, commission, agenda_form=form)


@require_POST
def commission_remove_candidate(request, pk, registration):
    """Off the agenda, for another commission."""
    agenda = own(request, pk).agenda.select_related("registration__candidate")
    entry = get_object_or_404(agenda, registration=registration)
    success = f"{entry.registration.candidate} n’est plus à l’ordre du jour."
    return act(request, pk, success, actions.remove_candidate, entry=entry)


@require_POST
def commission_passage(request, pk, registration):
    """The hour of one candidate, changed in its row."""
    agenda = own(request, pk).agenda.select_related("registration__candidate")
    entry = get_object_or_404(agenda, registration=registration)
    form = PassageForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Donnez une heure, par exemple 9 h 30.")
        return redirect("commission_detail", pk)
    success = f"{entry.registration.candidate} : heure changée."
    return act(request, pk, success, actions.set_passage, entry=entry, **form.cleaned_data)


@require_POST
def commission_attendance(request, pk, registration):
    """Whether a candidate came; recorded present by the interview itself."""
    commission = own(request, pk)
    agenda = commission.agenda.select_related("registration__candidate")
    candidate = get_object_or_404(agenda, registration=registration).registration
    form = SittingAttendanceForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choisissez « présent », « absent » ou « absent excusé ».")
        return redirect("commission_detail", pk)
    return act(
        request,
        pk,
        f"Présence consignée : {candidate.candidate}.",
        attendance.record_attendance,
        commission=commission,
        registration=candidate,
        **form.cleaned_data,
    )


@require_POST
def commission_personal_link(request, pk):
    """Declared by the member, or by the centre for him or her."""
    commission = seen(request, pk)
    form = PairForm(request.POST, commission=commission)
    if not form.is_valid():
        allow(is_staff_of(request.user, commission.centre_id))
        return show(request, commission, link_form=form)
    allow(may_declare_link(request.user, form.cleaned_data["member"]))
    success = "Lien personnel déclaré : il bloque jusqu’à ce que le responsable le lève."
    return act(request, pk, success, actions.declare_personal_link, **form.cleaned_data)


@require_POST
def commission_override(request, pk):
    """The responsable lifts a conflict, with a reason."""
    commission = seen(request, pk)
    allow(is_head_of(request.user, commission.centre_id))
    form = OverrideForm(request.POST, commission=commission)
    if not form.is_valid():
        for problems in form.errors.values():
            messages.error(request, f"Conflit non levé : {' '.join(problems)}")
        return redirect("commission_detail", pk)
    return act(request, pk, "Conflit d’intérêts levé.", actions.override_conflict, **form.cleaned_data)


@form_methods
def commission_summon(request, pk):
    """Those not told yet of the date, hour and place: read first, then sent."""
    commission = own(request, pk)
    return announce(
        request,
        commission_letters(Sitting(commission)),
        partial(actions.summon_commission, commission=commission),
        subject=commission,
        about=Key.of(commission),
        heading="Convoquer la commission",
    )
