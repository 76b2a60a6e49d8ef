"""«Déclarable à la CDC» on a candidate's file and in the spreadsheet of the list."""

import io

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from accounts.models import Role
from accounts.tests.factories import client_as, make_resource_centre, make_wearer
from candidates.models import Candidate
from candidates.tests.factories import make_registration
from referentiel.tests.factories import make_referentiel

pytestmark = pytest.mark.django_db
LONG = "Saint-Remy-en-Bouzemont-Saint-Genest-et-Isson, hameau de la Grange"


@pytest.fixture
def officer():
    return make_wearer(Role.OFFICER)


@pytest.fixture
def client(officer):
    return client_as(officer.hat)


def registered(officer, rncp):
    referentiel = make_referentiel(rncp=rncp, resource_centre=make_resource_centre())
    return make_registration(by=officer, referentiel=referentiel)


def declared(client, registration):
    """What the file says of it, and the export."""
    page = client.get(reverse("registration_file", args=[registration.pk]))
    response = client.post(f"{reverse('candidate_export')}?q={registration.number}")
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(response.streaming_content)))
    heading, row = book.get_sheet_by_name("Candidats").to_python()
    said = page.context["declaration"]
    shown = "Déclaration à la Caisse des Dépôts" in page.content.decode()
    return said and str(said), shown, dict(zip(heading, row, strict=True))["Déclarable à la CDC"]


def test_a_candidate_of_an_rncp_version_is_declarable(client, officer):
    assert declared(client, registered(officer, "RNCP38622")) == ("Déclarable", True, "Déclarable")


def test_what_is_to_complete_is_named(client, officer):
    registration = registered(officer, "RNCP38622")
    Candidate.objects.filter(pk=registration.candidate_id).update(birth_place=LONG)
    said = "À compléter : commune de naissance (dépasse 60 caractères)"
    assert declared(client, registration) == (said, True, said)


def test_outside_the_register_nothing_is_said(client, officer):
    registration = registered(officer, None)
    Candidate.objects.filter(pk=registration.candidate_id).update(birth_place=LONG)
    assert declared(client, registration) == (None, False, "")
