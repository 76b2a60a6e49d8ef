"""A jury in session: presences, decisions, withdrawals; closed, then published. One URL per verb."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.answers import form_page, say_outcome, show_refusal
from accounts.keys import key_of
from accounts.perms import is_staff_of
from accounts.throttle import check_password_throttled
from cqpm.utils.refusal import Refusal, Stale
from documents.models import Document
from evaluations.actions import jury as actions
from evaluations.forms.jury import DecisionForm, SignForm, WithdrawalForm, recapped
from evaluations.models import Decision, DeliberationEntry, Jury, JuryMember, Withdrawal
from evaluations.reads.jury import JurySitting
from evaluations.rules import College
from evaluations.screens.jury import STATE_KINDS
from evaluations.views.jury import colleges_of, own_jury, rows_of, visible_jury

OPEN = "candidat"  # in the address: the agenda entry whose panel is open
PRESENCE = {"oui": True, "non": False}


@require_safe
def jury_session(request, pk):
    """The sitting: composition and balance, candidates by référentiel, closing; then numbers, papers, publishing."""
    jury = visible_jury(request, pk)
    if jury.state in Jury.State.BEFORE:
        return redirect("jury_detail", pk)
    asked = request.GET.get(OPEN, "")
    return session_page(request, jury, opened=int(asked) if asked.isdecimal() else None)


def session_page(request, jury, *, opened=None, **forms):
    """The page of the sitting; `opened`: the entry whose panel is open; `forms`: those refused, with what was typed."""
    sitting, staff = JurySitting(jury), is_staff_of(request.user, jury.centre_id)
    decides = staff and sitting.is_open
    case = next((case for case in sitting.cases if case.entry.pk == opened and not case.decision), None)
    context = {
        "jury": jury,
        "sitting": sitting,
        "state_kind": STATE_KINDS[jury.state],
        "colleges": colleges_of(sitting),
        "present": [sitting.present()[college] for college in College],
        "deliberations": rows_of(sitting),
        "decided": sum(case.decision is not None for case in sitting.cases),
        "ready": sum(case.may_be_pronounced for case in sitting.cases),
        "withdrawals": [(case.candidate, row) for case in sitting.cases for row in case.withdrawals],
        "staff": staff,
        "decides": decides,
        "opened": case,
        "missing": missing_points(sitting, decides) if sitting.is_open else [],
        "papers": papers_of(sitting) if sitting.is_done else [],
        "sign_form": SignForm(
            initial={"email": request.user.email} if sitting.is_presided_by(request.user) else {}
        ),
        **(case_forms(case) if case and decides else {}),
        **forms,
    }
    return form_page(request, "evaluations/jury_session.html", context)


def case_forms(case):
    """The forms of the panel of one candidate."""
    return {
        "decision_form": DecisionForm(case=case),
        "withdrawal_form": WithdrawalForm(members=may_withdraw(case)),
    }


def may_withdraw(case):
    """The members who have not withdrawn yet for this candidate."""
    members = JuryMember.objects.filter(seat__jury=case.sitting.jury)
    return members.exclude(pk__in=case.withdrawn).order_by("name")


def missing_points(sitting, decides):
    """What is left before closing, each point about a candidate with the way to its panel."""
    points = []
    for point in sitting.missing_to_close():
        item = {"text": str(point)}
        if decides and point.case and not point.case.decision:
            item |= {"url": panel(sitting.jury.pk, point.case.entry.pk), "action": "Délibérer"}
        points.append(item)
    return points


def panel(pk, entry):
    """The address of the session with that candidate's panel open."""
    return f"{reverse('jury_session', args=[pk])}?{OPEN}={entry}#candidat-{entry}"


def papers_of(sitting):
    """[(Document, what its label does not say)]: the procès-verbaux, then each candidate's papers, in one query."""
    subjects = {key_of(row): row.referentiel.title for row, _ in sitting.deliberations}
    subjects |= {key_of(case.decision): "" for case in sitting.cases}
    documents = list(Document.objects.filter(fact__in=subjects).order_by("requested_at", "pk"))
    return [(row, more) for fact, more in subjects.items() for row in documents if row.fact == fact]


# --- In session --------------------------------------------------------------------------------------------------


def own_entry(request, pk, entry):
    """A candidate of a jury of the centre, for its staff."""
    entries = DeliberationEntry.objects.filter(deliberation__jury=own_jury(request, pk))
    return get_object_or_404(entries.select_related("deliberation__jury__centre"), pk=entry)


@require_POST
def jury_presence(request, pk, member):
    """Records whether a member sits: oui, non, or not known any more."""
    members = JuryMember.objects.filter(seat__jury=own_jury(request, pk))
    member = get_object_or_404(members.select_related("seat"), pk=member)
    present = PRESENCE.get(request.POST.get("present"))
    try:
        actions.record_presence(member=member, present=present, by=request.user)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect(f"{reverse('jury_session', args=[pk])}#composition")


@require_POST
def jury_decide(request, pk, entry):
    """One act of the jury for one candidate; what was typed stays when it is refused."""
    entry = own_entry(request, pk, entry)
    [case] = JurySitting(entry.deliberation.jury, entry=entry.pk).cases
    form = DecisionForm(request.POST, case=case)
    if form.is_valid():
        try:
            actions.decide(entry=entry, by=request.user, **form.decision)
        except Stale as stale:
            messages.error(request, str(stale))
            return redirect(panel(pk, entry.pk))
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, f"{case.candidate} : décision consignée.")
            return redirect("jury_session", pk)
    return session_page(request, entry.deliberation.jury, opened=entry.pk, decision_form=form)


@require_POST
def jury_cancel(request, pk, entry):
    """Takes the decision of a candidate back."""
    entry = own_entry(request, pk, entry)
    decision = get_object_or_404(Decision.objects.select_related("entry__deliberation"), entry=entry)
    with say_outcome(request, "Décision annulée."):
        actions.cancel_decision(decision=decision, by=request.user)
    return redirect(panel(pk, entry.pk))


def jury_pronounce(request, pk):
    """The recap of the outcomes nobody contests, then all of them pronounced in one gesture."""
    jury = own_jury(request, pk)
    if request.method == "POST":
        with say_outcome(request, "Résultats prononcés à l’unanimité."):
            actions.pronounce_all(jury=jury, seen=recapped(request.POST.getlist("seen")), by=request.user)
        return redirect("jury_session", pk)
    sitting = JurySitting(jury)
    if not sitting.is_open:
        return redirect("jury_session", pk)
    groups = [
        (row, [one for one in rows if one.case.may_be_pronounced], [one for one in rows if left_aside(one)])
        for row, rows in rows_of(sitting)
    ]
    count = sum(len(rows) for _, rows, _ in groups)
    return render(
        request, "evaluations/jury_pronounce.html", {"jury": jury, "groups": groups, "count": count}
    )


def left_aside(row):
    return row.case.decision is None and not row.case.may_be_pronounced


@require_POST
def jury_withdraw(request, pk, entry):
    """A member takes no part for this candidate."""
    entry = own_entry(request, pk, entry)
    [case] = JurySitting(entry.deliberation.jury, entry=entry.pk).cases
    form = WithdrawalForm(request.POST, members=may_withdraw(case))
    if not form.is_valid():
        return session_page(request, entry.deliberation.jury, opened=entry.pk, withdrawal_form=form)
    with say_outcome(request, "Retrait consigné, quorum recompté."):
        actions.declare_withdrawal(entry=entry, by=request.user, **form.cleaned_data)
    return redirect(panel(pk, entry.pk))


@require_POST
def jury_withdrawal_cancel(request, pk, withdrawal):
    withdrawals = Withdrawal.objects.filter(entry__deliberation__jury=own_jury(request, pk))
    withdrawal = get_object_or_404(withdrawals.select_related("entry__deliberation"), pk=withdrawal)
    with say_outcome(request, "Retrait annulé."):
        actions.cancel_withdrawal(withdrawal=withdrawal, by=request.user)
    return redirect(panel(pk, withdrawal.entry_id))


# --- Closing and publishing: whoever presides, on anybody's screen -----------------------------------------------


@require_POST
def jury_close(request, pk):
    return signed(request, pk, actions.close_jury, "Délibération close.")


@require_POST
def jury_publish(request, pk):
    return signed(request, pk, actions.publish_jury, "Résultats publiés.")


def signed(request, pk, verb, success):
    """An act of whoever presides, proven by address and password; throttled, outside any transaction."""
    jury = visible_jury(request, pk)
    form = SignForm(request.POST)
    if form.is_valid():
        try:
            president = check_password_throttled(request=request, **form.cleaned_data)
            verb(jury=jury, president=president, secretary=request.user)
        except Stale as stale:
            messages.error(request, str(stale))
            return redirect("jury_session", pk)
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, success)
            return redirect("jury_session", pk)
    return session_page(request, jury, sign_form=form)
