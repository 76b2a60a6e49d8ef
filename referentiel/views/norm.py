"""Reading: the list, one version, and who keeps which certification."""

from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.answers import form_page, say_outcome
from accounts.models import ResourceCentre
from accounts.perms import is_administrator, is_resource, require
from referentiel import actions, perms
from referentiel.forms import CertificationsForm
from referentiel.models import Referentiel, ReferentielImport
from referentiel.rules import depth, outline

IMPORTS = 10  # shown in the list, the latest first


@require_safe
def referentiel_list(request):
    """Published versions, for everybody; its own drafts and running imports for a centre de ressource."""
    versions = (
        Referentiel.objects.published()
        .with_shape()
        .select_related("certification__resource_centre")
        .order_by("fictitious", "title", "version", "pk")
    )
    context = {"versions": versions}
    if is_resource(request.user):
        context |= {
            "drafts": Referentiel.objects.kept_by(request.user).drafts().with_shape(),
            "imports": ReferentielImport.objects.for_user(request.user).unfinished()[:IMPORTS],
        }
    return render(request, "referentiel/list.html", context)


@require_safe
def referentiel_detail(request, pk):
    """One version whole; a draft is found by its keeper only."""
    visible = Referentiel.objects.for_user(request.user)
    referentiel = get_object_or_404(visible.select_related("certification__resource_centre"), pk=pk)
    sections = [
        {
            "heading": section["heading"],
            "depth": depth(section["heading"]),
            "groups": outline(section["text"]),
        }
        for section in referentiel.evaluation_arrangements
    ]
    context = {
        "referentiel": referentiel,
        "certification": referentiel.certification,
        "keeps": perms.keeps(request.user, referentiel.certification),
        "capacities": referentiel.tree,
        "sections": sections,
        "documents": referentiel.documents.all(),
        "others": visible.filter(certification=referentiel.certification_id).exclude(pk=pk),
    }
    return render(request, "referentiel/detail.html", context)


@require(is_administrator)
@require_http_methods(["GET", "HEAD", "POST"])
def resource_centre_certifications(request, pk):
    """Which certifications a centre de ressource keeps; an administrator's page."""
    centre = get_object_or_404(ResourceCentre, pk=pk)
    posted = request.POST if request.method == "POST" else None
    form = CertificationsForm(posted, centre=centre)
    if posted is not None and form.is_valid():
        with say_outcome(request, "Certifications enregistrées."):
            actions.assign_certifications(
                centre=centre, certifications=form.cleaned_data["certifications"], by=request.user
            )
        return redirect("resource_centre_certifications", pk)
    return form_page(request, "referentiel/certifications.html", {"centre": centre, "form": form})
