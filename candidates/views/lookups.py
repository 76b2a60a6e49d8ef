"""What a field proposes while one types; the field works without it."""

from django.http import Http404, JsonResponse
from django.views.decorators.http import require_safe

from accounts.perms import is_staff, require
from candidates import places

SEARCHES = {"communes": places.search_communes, "pays": places.search_countries}


@require(is_staff)
@require_safe
def place_search(request, kind):
    """Up to twenty communes or countries, from memory: what a choice writes in the three fields of a birth place."""
    if kind not in SEARCHES:
        raise Http404
    found = SEARCHES[kind](request.GET.get("q", "")[:100])
    answer = [
        {
            "name": place.name,
            "code": place.code,
            "country": place.country,
            "label": f"{place.name} ({place.code})",
            "detail": place.detail,
        }
        for place in found
    ]
    return JsonResponse({"places": answer}, headers={"Cache-Control": "private, max-age=3600"})
