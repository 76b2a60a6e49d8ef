"""The administrator's reading of the log: acts on accounts, centres and settings."""

from django.core.paginator import Paginator
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import perms
from accounts.models import LogEntry

PAGE = 50


@perms.require(perms.is_administrator)
@require_safe
def log(request):
    """Newest first. What concerns candidates stays in their centre's journal."""
    entries = LogEntry.objects.for_user(request.user).select_related("centre")
    page = Paginator(entries, PAGE).get_page(request.GET.get("page"))
    return render(request, "accounts/log.html", {"page": page})
