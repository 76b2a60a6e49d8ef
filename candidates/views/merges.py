"""Two records of one person made one: compared side by side by the responsable, undone while nothing stands on it."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from accounts.answers import form_page, say_outcome
from accounts.perms import allow, is_head_of
from candidates import actions
from candidates.forms.identity import merged
from candidates.models import Candidate, CandidateMerge, Registration
from candidates.views.registrations import form_methods
from candidates.views.scoped import own_registration
from cqpm.utils.refusal import Refusal


@form_methods
def candidate_merge(request, pk):
    """Which record to make one with this one, then both side by side; the page itself is the confirmation."""
    registration = own_registration(request, pk)
    allow(is_head_of(request.user, registration.centre_id))
    asked = request.POST or request.GET
    number = asked.get("avec", "").strip()
    other = other_record(request.user, registration, number)
    context = {
        "registration": registration,
        "number": number,
        "other": other,
        "turned": asked.get("garder") == "autre",
        "twins": Candidate.objects.like(registration.candidate),
        "refusals": [],
    }
    if other:
        people = [registration.candidate, other.candidate]
        kept, absorbed = reversed(people) if context["turned"] else people
        if request.method == "POST":
            try:
                actions.merge_candidates(kept=kept, absorbed=absorbed, by=request.user)
            except Refusal as refusal:
                context["refusals"] = refusal.reasons
            else:
                messages.success(request, f"Deux fiches réunies sous {kept}.")
                return redirect("registration_file", pk)
        context |= recap(kept, absorbed)
    return form_page(request, "candidates/merge.html", context)


def other_record(user, registration, number):
    """A registration of the centre under that number, of another record than this one; None without."""
    others = Registration.objects.for_user(user).exclude(candidate=registration.candidate_id)
    return others.filter(number=number).with_people().first() if number else None


def recap(kept, absorbed):
    """What the page compares, and what stands in the way."""
    return {
        "kept": kept,
        "absorbed": absorbed,
        "rows": merged(kept, absorbed, actions.filled_from(kept, absorbed)),
        "missing": list(actions.missing_to_merge(kept, absorbed)),
    }


@require_POST
def candidate_merge_undo(request, pk):
    """Parts the two records again."""
    merges = CandidateMerge.objects.filter(kept__in=Candidate.objects.for_user(request.user))
    merge = get_object_or_404(merges.select_related("kept__centre"), pk=pk)
    allow(is_head_of(request.user, merge.kept.centre_id))
    registration = merge.kept.registrations.first()
    with say_outcome(request, "Réunion annulée : ce sont de nouveau deux fiches."):
        actions.undo_merge(merge=merge, by=request.user)
    return redirect("registration_file", registration.pk)
