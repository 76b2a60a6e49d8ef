"""How versions follow one another: the next one, what changed, which capacity became which, the documents."""

import logging

from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.answers import form_page, say_outcome, show_refusal
from accounts.perms import allow
from cqpm.utils import stored
from cqpm.utils.refusal import Refusal
from cqpm.utils.uploads import takes
from referentiel import actions, comparing, drafting, perms
from referentiel.actions.imports import next_version
from referentiel.actions.versions import FOLDER
from referentiel.exchange import content
from referentiel.forms.versions import MEDIA_TYPES, CopyForm, DocumentForm, MappingForm
from referentiel.models import CapacityMapping, Referentiel, ResourceDocument
from referentiel.views.drafts import kept

logger = logging.getLogger(__name__)


def sibling(request, referentiel, other):
    """Another version of the same certification that the reader may see."""
    rows = Referentiel.objects.for_user(request.user).filter(certification=referentiel.certification_id)
    return get_object_or_404(rows.exclude(pk=referentiel.pk), pk=other)


@require_http_methods(["GET", "HEAD", "POST"])
def version_new(request, pk):
    """A copy as draft, under a version number proposed."""
    referentiel = kept(request, pk)
    initial = {"version": next_version(referentiel.certification)}
    form = CopyForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            draft = actions.copy_version(
                referentiel=referentiel, version=form.cleaned_data["version"], by=request.user
            )
            return redirect("referentiel_edit", draft.pk)
        except Refusal as refusal:
            show_refusal(form, refusal)
    return form_page(request, "referentiel/version_new.html", {"referentiel": referentiel, "form": form})


@require_safe
def version_compare(request, pk, other):
    """Two versions side by side, the older on the left as they were chosen."""
    visible = Referentiel.objects.for_user(request.user).select_related("certification")
    new = get_object_or_404(visible, pk=pk)
    old = sibling(request, new, other)
    mapped = CapacityMapping.objects.filter(old__referentiel=old, new__referentiel=new)
    pairs = comparing.pairs(old.tree, new.tree, mapped.values_list("old", "new"))
    context = {
        "old": old,
        "new": new,
        "keeps": perms.keeps(request.user, new.certification),
        "around": around(old, new),
        "capacities": [(before, after, capacity_rows(before, after)) for before, after in pairs],
    }
    return render(request, "referentiel/compare.html", context)


def around(old, new):
    """The parts outside the table."""
    a, b = content(old), content(new)
    return [
        comparing.Row("Intitulé", a["title"], b["title"]),
        comparing.Row("Objectif", drafting.write_lines(a["objective"]), drafting.write_lines(b["objective"])),
        comparing.Row("Missions", drafting.write_nested(a["missions"]), drafting.write_nested(b["missions"])),
        comparing.Row("Admissibilité", a["admissibility"], b["admissibility"]),
        comparing.Row(
            "Modalités d’évaluation",
            drafting.write_arrangements(a["evaluation_arrangements"]),
            drafting.write_arrangements(b["evaluation_arrangements"]),
        ),
    ]


def capacity_rows(old, new):
    """The parts of one capacity."""
    parts = {
        "Intitulé": lambda row: row.title,
        "Conditions": lambda row: drafting.write_nested(
            [{"text": condition.text, "items": condition.items} for condition in row.conditions.all()]
        ),
        "Critères": lambda row: "\n".join(criterion.wording for criterion in row.criteria.all()),
        "Modalités": lambda row: "\n".join(
            [
                *(method.label for method in row.methods),
                *(["Avis de l’entreprise"] if row.company_opinion else []),
            ]
        ),
    }
    return [
        comparing.Row(name, (old and say(old)) or "", (new and say(new)) or "") for name, say in parts.items()
    ]


@require_http_methods(["GET", "HEAD", "POST"])
def version_mapping(request, pk, other):
    """Which capacities of this version follow which of the other one."""
    new = kept(request, pk)
    old = sibling(request, new, other)
    mapped = list(
        CapacityMapping.objects.filter(old__referentiel=old, new__referentiel=new).values_list("old", "new")
    )
    form = MappingForm(
        request.POST if request.method == "POST" else None, old=old.tree, new=new.tree, mapped=mapped
    )
    if request.method == "POST" and form.is_valid():
        with say_outcome(request, "Correspondances enregistrées."):
            actions.map_capacities(old=old, new=new, pairs=form.pairs(), by=request.user)
        return redirect("version_compare", pk, other)
    context = {"old": old, "new": new, "form": form, "stored": bool(mapped)}
    return form_page(request, "referentiel/mapping.html", context)


# --- Documents --------------------------------------------------------------------------------------------


@takes("referentiel")
@require_http_methods(["GET", "HEAD", "POST"])
def resource_document_new(request, pk):
    """A file added beside a version; a refusal is said in the form."""
    referentiel = kept(request, pk)
    form = DocumentForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            actions.add_document(
                referentiel=referentiel,
                title=form.cleaned_data["title"],
                content=file.read(),
                file_name=file.name,
                media_type=MEDIA_TYPES[file.sniffed],
                by=request.user,
            )
            return redirect("referentiel_detail", pk)
        except Refusal as refusal:
            show_refusal(form, refusal)
    return form_page(request, "referentiel/document_new.html", {"referentiel": referentiel, "form": form})


def visible_document(request, pk):
    """A document of a version the reader may see, or 404."""
    rows = ResourceDocument.objects.filter(referentiel__in=Referentiel.objects.for_user(request.user))
    return get_object_or_404(rows.select_related("referentiel__certification"), pk=pk)


@require_safe
def resource_document(request, pk):
    """The file, always as a download."""
    document = visible_document(request, pk)
    try:
        content = stored.read(FOLDER, document.sha256)
    except stored.Unreadable as error:
        logger.error("resource document %s: %s", pk, error)
        return render(request, "documents/unreadable.html", {"document": document}, status=503)
    return stored.download(content, name=document.file_name, content_type=document.media_type)


@require_POST
def resource_document_remove(request, pk):
    document = visible_document(request, pk)
    allow(perms.keeps(request.user, document.referentiel.certification))
    with say_outcome(request, "Document retiré."):
        actions.remove_document(document=document, by=request.user)
    return redirect("referentiel_detail", document.referentiel_id)
