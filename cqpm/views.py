"""Pages that belong to no app."""

from django.shortcuts import render


def csrf_failure(request, reason=""):
    """A form whose page is too old: says what to do, keeps nothing silently."""
    return render(request, "403_csrf.html", status=403)


def home(request):
    """The dashboard of the hat worn."""
    return render(request, "home.html")
