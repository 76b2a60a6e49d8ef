"""The application's addresses, and the minimal view's."""

from django.db import transaction
from django.db.models import F
from django.http import HttpResponse
from django.urls import include, path
from django.views.decorators.http import require_POST

from cqpm.bench.models import Counted, WrittenRow


@require_POST
@transaction.atomic
def minimal(request):
    """Session, user, CSRF (the middlewares), one versioned UPDATE, one INSERT."""
    value, version = request.POST["value"], int(request.POST["version"])
    changed = Counted.objects.filter(pk=request.POST["pk"], version=version).update(
        value=value, version=F("version") + 1
    )
    WrittenRow.objects.create(value=str(request.user.pk))
    return HttpResponse(str(changed), status=200 if changed else 409)


urlpatterns = [path("bench/minimal/", minimal), path("", include("cqpm.urls"))]
