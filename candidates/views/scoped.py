"""What the views of the staff start from: their centre's rows, 404 for the others, 403 for other hats."""

from django.shortcuts import get_object_or_404

from accounts.perms import allow, is_staff
from candidates.models import Dossier, Registration


def own_registration(request, pk):
    """A registration of the centre, with the people around it."""
    registrations = Registration.objects.for_user(request.user).with_people()
    registration = get_object_or_404(registrations, pk=pk)
    allow(is_staff(request.user))
    return registration


def own_dossier(request, pk):
    """A dossier of the centre, with its registration."""
    dossiers = Dossier.objects.for_user(request.user).with_registration()
    dossier = get_object_or_404(dossiers, pk=pk)
    allow(is_staff(request.user))
    return dossier


def post_data(request):
    """What was sent, even nothing; None when the page is only read: `Form(posted(request))`."""
    return request.POST if request.method == "POST" else None
