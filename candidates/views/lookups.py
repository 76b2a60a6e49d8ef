"""What a field proposes while one types; the field works without it."""

from django.http import Http404, JsonResponse
from django.utils.dateparse import parse_date
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
    born_on = parsed_day(request.GET.get("ne", ""))
    found = SEARCHES[kind](request.GET.get("q", "")[:100])
    answer = [proposal(place, places.code_on(place, born_on)) for place in found]
    return JsonResponse({"places": answer}, headers={"Cache-Control": "private, max-age=3600"})


def parsed_day(text):
    """A date as the browser's calendar sends it, None for anything else."""
    try:
        return parse_date(text)
    except ValueError:  # 30 February
        return None


def proposal(place, code):
    """What a choice writes; without `code`, the one of the day of birth is left to type."""
    asked = "" if code else "code de l’époque à saisir, d’après l’acte de naissance"
    return {
        "name": place.name,
        "code": code,
        "country": place.country,
        "label": f"{place.name} ({code})" if code else place.name,
        "detail": ", ".join(filter(None, [place.detail, asked])),
    }
