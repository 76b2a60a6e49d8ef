"""The companies and training bodies of a centre."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.answers import form_page, show_refusal
from accounts.perms import is_staff, require
from candidates import actions
from candidates.forms.company import CompanyForm, TrainingBodyForm
from candidates.models import Company, TrainingBody
from candidates.search import indexed
from candidates.views.scoped import post_data
from cqpm.utils.alphabet import alphabetical
from cqpm.utils.refusal import Refusal

PAGE = 30


@require(is_staff)
@require_safe
def company_list(request):
    """Every company of the centre, found by the beginning of any word or by SIRET."""
    query = request.GET.get("q", "").strip()
    companies = (
        Company.objects.for_user(request.user)
        .annotate(candidates=Count("registrations", distinct=True) + Count("hosted", distinct=True))
        .order_by(*alphabetical("name"), "pk")
    )
    found = [company for company in companies if matches(company, query)]
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    return render(request, "candidates/company_list.html", {"page": page, "query": query})


def matches(company, query):
    """Each word typed begins a word of name, city or SIRET; accents and case aside."""
    text = indexed(company.name, company.city, company.siret)
    return all(f" {word}" in text for word in indexed(query).split())


@require(is_staff)
@require_http_methods(["GET", "HEAD", "POST"])
def company_new(request):
    """One more company of the centre."""
    form = CompanyForm(post_data(request), centre=request.user.hat.centre)
    if request.method == "POST" and form.is_valid():
        try:
            company = actions.create_company(centre=form.centre, by=request.user, **form.cleaned_data)
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, f"{company} : enregistrée.")
            return redirect("company_list")
    return form_page(
        request, "candidates/company_form.html", {"form": form, "heading": "Nouvelle entreprise"}
    )


@require_http_methods(["GET", "HEAD", "POST"])
def company_edit(request, pk):
    """Its name, SIRET and address."""
    company = get_object_or_404(Company.objects.for_user(request.user).select_related("centre"), pk=pk)
    heading = company.name
    form = CompanyForm(post_data(request), instance=company, centre=company.centre)
    if request.method == "POST" and form.is_valid():
        try:
            actions.update_company(company=company, by=request.user, **form.cleaned_data)
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, f"{company} : enregistrée.")
            return redirect("company_list")
    return form_page(request, "candidates/company_form.html", {"form": form, "heading": heading})


@require(is_staff)
@require_safe
def training_body_list(request):
    """Every training body of the centre, with its SIREN."""
    bodies = (
        TrainingBody.objects.for_user(request.user)
        .annotate(candidates=Count("registrations"))
        .order_by(*alphabetical("name"), "pk")
    )
    page = Paginator(bodies, PAGE).get_page(request.GET.get("page"))
    return render(request, "candidates/training_body_list.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
def training_body_edit(request, pk):
    """Its name, and its SIREN: what evaluators' employers are compared with."""
    body = get_object_or_404(TrainingBody.objects.for_user(request.user).select_related("centre"), pk=pk)
    heading = body.name
    form = TrainingBodyForm(post_data(request), instance=body)
    if request.method == "POST" and form.is_valid():
        try:
            actions.update_training_body(body=body, by=request.user, **form.cleaned_data)
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, f"{heading} : enregistré.")
            return redirect("training_body_list")
    return form_page(request, "candidates/training_body_form.html", {"form": form, "heading": heading})
