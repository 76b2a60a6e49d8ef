"""What every page's frame needs. No query here: the hats were read once by the middleware."""

from django.conf import settings


def layout(request):
    """`hat`, `hats` and `demo` for the bar at the top."""
    user = getattr(request, "user", None)
    return {"hat": getattr(user, "hat", None), "hats": getattr(request, "hats", []), "demo": settings.DEMO}
