"""Correcting a draft beside its source: one page, saved section by section, then published."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.answers import REFUSED, say_outcome
from accounts.perms import allow
from cqpm.utils.refusal import Refusal, Stale
from referentiel import actions, perms
from referentiel.actions.editing import part_of, seen_of
from referentiel.drafting import write_criterion
from referentiel.exchange import capacity_content
from referentiel.forms import SECTIONS, BlocksForm, CapacityForm
from referentiel.models import Capacity, Referentiel

STALE = 409


def kept(request, pk):
    """A version the reader's centre de ressource keeps: 404 out of scope, 403 to those who only read it."""
    rows = Referentiel.objects.for_user(request.user).select_related(
        "certification__resource_centre", "source"
    )
    referentiel = get_object_or_404(rows, pk=pk)
    allow(perms.keeps(request.user, referentiel.certification))
    return referentiel


def kept_capacity(request, pk):
    """A capacity of such a version."""
    rows = Capacity.objects.with_details().filter(referentiel__in=Referentiel.objects.for_user(request.user))
    capacity = get_object_or_404(rows.select_related("referentiel__certification"), pk=pk)
    allow(perms.keeps(request.user, capacity.referentiel.certification))
    return capacity


def address(referentiel, anchor=""):
    url = reverse("referentiel_edit", args=[referentiel.pk])
    return f"{url}#{anchor}" if anchor else url


@require_safe
def referentiel_edit(request, pk):
    referentiel = kept(request, pk)
    if referentiel.is_published:
        return redirect("referentiel_detail", pk)
    return show(request, referentiel)


def show(request, referentiel, bound=None, status=200):
    """The editor; `bound`: {section or capacity's key: form refused}."""
    bound = bound or {}
    source = getattr(referentiel, "source", None)
    places = source.places if source else {}
    blocks = list(referentiel.blocks.all())
    context = {
        "referentiel": referentiel,
        "sections": {key: section_of(referentiel, key, places, bound.get(key)) for key in SECTIONS},
        "capacities": [
            {
                "row": capacity,
                "form": bound.get(capacity.pk) or capacity_form(capacity, blocks),
                "line": first(places, f"capacities.{capacity.number}"),
            }
            for capacity in referentiel.tree
        ],
        "blocks": blocks,
        "missing": referentiel.missing_to_publish(),
        "source": source,
    }
    return render(request, "referentiel/draft.html", context, status=status)


def section_of(referentiel, key, places, bound):
    """What `draft_section.html` shows; `bound`: its form just refused, or None."""
    title, _, place = SECTIONS[key]
    return {
        "key": key,
        "title": title,
        "form": bound or section_form(referentiel, key),
        "line": first(places, place),
        "url": reverse("section_save", args=[referentiel.pk, key]),
    }


def first(places, key):
    """The first source line of a part, or None."""
    return next(iter(places.get(key, [])), None)


def section_form(referentiel, section, data=None):
    value, form = part_of(referentiel, section), SECTIONS[section][1]
    return form(data, initial=form.of(value) | {"seen": seen_of(value)}, auto_id=f"{section}-%s")


def capacity_form(capacity, blocks, data=None):
    return CapacityForm(
        data,
        blocks=blocks,
        criteria=[write_criterion(row) for row in capacity_content(capacity)["criteria"]],
        initial=CapacityForm.of(capacity) | {"seen": seen_of(capacity_content(capacity))},
        auto_id=f"capacite-{capacity.pk}-%s",
    )


@require_POST
def section_save(request, pk, section):
    """Saves one section; 409 with both texts when somebody else has saved it meanwhile."""
    if section not in SECTIONS:
        raise Http404
    referentiel = kept(request, pk)
    form = section_form(referentiel, section, request.POST)
    if not form.is_valid():
        return show(request, referentiel, {section: form}, REFUSED)
    save = {"referentiel": referentiel, "seen": form.cleaned_data["seen"], "by": request.user}
    return answered(
        request,
        referentiel,
        lambda: (
            actions.save_blocks(blocks=form.changes(), **save)
            if isinstance(form, BlocksForm)
            else actions.save_section(section=section, changes=form.changes(), **save)
        ),
        form=form,
        stored=section_form(referentiel, section),
        anchor=section,
        title=SECTIONS[section][0],
    )


@require_POST
def capacity_save(request, pk):
    """Saves a capacity, after the gesture of its buttons if any: a criterion up, down, away."""
    capacity = kept_capacity(request, pk)
    referentiel = capacity.referentiel
    blocks = list(referentiel.blocks.all())
    form = capacity_form(capacity, blocks, request.POST)
    if not form.is_valid():
        return show(request, referentiel, {capacity.pk: form}, REFUSED)
    return answered(
        request,
        referentiel,
        lambda: actions.save_capacity(
            capacity=capacity, changes=form.changes(), seen=form.cleaned_data["seen"], by=request.user
        ),
        form=form,
        stored=capacity_form(capacity, blocks),
        anchor=f"capacite-{capacity.number}",
        title=f"Capacité {capacity.number}",
    )


def answered(request, referentiel, save, *, form, stored, anchor, title):
    """Back to the section once saved; the page of the conflict, or the refusal said."""
    try:
        save()
    except Stale as stale:
        rows = zip(form.rows, stored.rows, strict=True)
        context = {
            "referentiel": referentiel,
            "reason": str(stale),
            "title": title,
            "rows": [(words, mine, theirs, mine != theirs) for (words, mine), (_, theirs) in rows],
            "seen": stored.initial["seen"],
            "typed": [
                (name, value)
                for name, values in request.POST.lists()
                for value in values
                if name not in ("csrfmiddlewaretoken", "seen", "gesture")
            ],
            "back": address(referentiel, anchor),
        }
        return render(request, "referentiel/draft_conflict.html", context, status=STALE)
    except Refusal as refusal:
        for reason in refusal.reasons:
            messages.error(request, reason)
        return redirect(address(referentiel, anchor))
    messages.success(request, f"{title} : enregistré.")
    return redirect(address(referentiel, anchor))


@require_POST
def capacity_add(request, pk):
    referentiel = kept(request, pk)
    with say_outcome(request, "Capacité ajoutée à la fin."):
        actions.add_capacity(referentiel=referentiel, by=request.user)
    return redirect(address(referentiel, "capacites"))


@require_POST
def capacity_move(request, pk):
    capacity = kept_capacity(request, pk)
    with say_outcome(request, "Capacités renumérotées."):
        actions.move_capacity(capacity=capacity, up=request.POST.get("way") == "up", by=request.user)
    return redirect(address(capacity.referentiel, "capacites"))


@require_POST
def capacity_delete(request, pk):
    capacity = kept_capacity(request, pk)
    with say_outcome(request, f"Capacité {capacity.number} supprimée."):
        actions.delete_capacity(capacity=capacity, by=request.user)
    return redirect(address(capacity.referentiel, "capacites"))


@require_POST
def referentiel_publish(request, pk):
    """Freezes the version."""
    referentiel = kept(request, pk)
    with say_outcome(request, f"Version {referentiel.version} publiée : elle ne change plus."):
        actions.publish_referentiel(referentiel=referentiel, by=request.user)
        return redirect("referentiel_detail", pk)
    return redirect(address(referentiel))


@require_POST
def draft_delete(request, pk):
    referentiel = kept(request, pk)
    with say_outcome(request, "Brouillon supprimé."):
        actions.delete_draft(referentiel=referentiel, by=request.user)
        return redirect("referentiel_list")
    return redirect("referentiel_detail", pk)
