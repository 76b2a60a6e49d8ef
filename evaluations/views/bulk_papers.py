"""What an act on many leaves to print."""

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from candidates.views.dossiers import approval_paper
from cqpm.utils.french import today
from evaluations.models import BulkAct
from evaluations.reads.bulk.approval import dossiers_to_print
from evaluations.views.bulk import own_bulk

PAPERS_PAGE = 50


@require_safe
@never_cache
def bulk_papers(request, pk):
    """The requests for approval that no mail carries, in the order of the list, one after the other."""
    act = own_bulk(request, pk)
    if act.verb != BulkAct.Verb.APPROVAL or act.is_prepared:
        raise Http404
    page = Paginator(dossiers_to_print(act), PAPERS_PAGE).get_page(request.GET.get("page"))
    context = {
        "act": act,
        "page": page,
        "papers": [(dossier, approval_paper(dossier)) for dossier in page],
        "today": today(),
    }
    return render(request, "evaluations/bulk_papers.html", context)
