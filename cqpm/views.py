"""Pages that belong to no app."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from cqpm import dashboard
from cqpm.utils.french import long_day, today


def csrf_failure(request, reason=""):
    """A form whose page is too old: says what to do, keeps nothing silently."""
    return render(request, "403_csrf.html", status=403)


@require_safe
def home(request):
    """The dashboard of the hat worn."""
    sections = dashboard.sections_for(request.user)
    context = {
        "day": long_day(today()).capitalize(),
        "files": [section for section in sections if not section.agenda],
        "agenda": [section for section in sections if section.agenda],
        "countdown": dashboard.countdown_for(request.user),
        "to_do": sum(section.count for section in sections),
        "stages": dashboard.stages_for(request.user),
        "awards": dashboard.awards_for(request.user),
    }
    return render(request, "home.html", context)
