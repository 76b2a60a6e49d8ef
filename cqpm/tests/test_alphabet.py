"""French alphabetical order, the same on both databases."""

import pytest

from accounts.tests.factories import make_centre
from candidates.models import Company
from candidates.tests.factories import make_company
from cqpm.utils.alphabet import alphabetical


@pytest.mark.django_db
@pytest.mark.both_engines
def test_neither_case_accents_nor_ligatures_move_a_name():
    names = [
        "Aéro-Usinage",
        "Ateliers",
        "lefebvre-delacroix",
        "Martin",
        "Œuvrard",
        "Ouvrage",
        "Yildiz",
        "Zola",
    ]
    centre = make_centre()
    for name in sorted(names):
        make_company(centre, name=name)
    found = Company.objects.order_by(*alphabetical("name")).values_list("name", flat=True)
    assert list(found) == names
