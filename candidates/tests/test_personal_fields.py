"""The fields that say who a candidate is: one list, and nothing that takes or carries them forgets one.

The pages and the spreadsheet of the floor above: `evaluations.tests.test_candidates_views`.
"""

import pytest

from accounts.models import Role
from accounts.tests.factories import make_centre, make_wearer
from candidates import actions, reports
from candidates.actions.transfers import hand_over
from candidates.forms.identity import IdentityForm
from candidates.history import corrections_of
from candidates.imports.columns import BY_KEY
from candidates.models import Candidate
from candidates.models.people import NOBODY_IDENTITY
from candidates.tests.classes import make_import, person
from candidates.tests.factories import full_identity, make_registration

pytestmark = pytest.mark.django_db
NOT_PERSONAL = {"id", "centre", "erased_at"}


def personal(candidate):
    """{field: value} of everything that says who somebody is."""
    return {name: getattr(candidate, name) for name in Candidate.PERSONAL}


def test_the_list_is_whole():
    fields = {field.name for field in Candidate._meta.concrete_fields}
    assert len(Candidate.PERSONAL) == len(set(Candidate.PERSONAL))
    assert set(Candidate.PERSONAL) == fields - NOT_PERSONAL
    assert set(NOBODY_IDENTITY) == set(Candidate.PERSONAL) - {"sex"}
    assert set(full_identity()) == set(Candidate.PERSONAL)
    assert all(full_identity().values())


def test_forms_and_the_template_of_a_class_ask_for_each():
    assert sorted(IdentityForm().fields) == sorted(Candidate.PERSONAL)
    assert [field.name for field, _ in IdentityForm().laid_out] == list(IdentityForm().fields)
    assert set(Candidate.PERSONAL) <= set(BY_KEY)


def test_a_class_registers_each_and_its_page_compares_each():
    officer, identity = make_wearer(Role.OFFICER), full_identity()
    made = make_import(person(**identity), by=officer)
    actions.confirm_import(class_import=made, by=officer)
    row = made.attempts.get().rows.get()
    assert personal(Candidate.objects.get()) == identity
    assert personal(reports.person(row)) == identity


def test_a_transfer_carries_each():
    officer, identity = make_wearer(Role.OFFICER), full_identity()
    registration = make_registration(by=officer, who=identity)
    following = hand_over(registration=registration, to=make_centre(), reason="Mutation.", by=officer)
    assert personal(following.candidate) == identity


@pytest.mark.parametrize("names", [("email",), ("phone",), *Candidate.TOGETHER])
def test_somebody_known_is_reached_as_was_last_said(names):
    """What is given replaces what was known, what is left blank does not erase it; an address changes as a whole."""
    officer, blank = make_wearer(Role.OFFICER), dict.fromkeys(Candidate.CONTACT, "")
    known = make_registration(by=officer, who=full_identity()).candidate
    before, given = personal(known), {name: f"1{getattr(known, name)}" for name in names}
    assert known.renew_contact(blank) == {}
    assert known.renew_contact(blank | given) == {field: before[field] for field in Candidate.CONTACT}
    assert personal(known) == before | given
    make_registration(by=officer, who=before | blank | given, same_as=known)
    known.refresh_from_db()
    assert personal(known) == before | given


def test_each_contact_detail_is_renewed_alone_or_with_its_address():
    assert sorted({"email", "phone"}.union(*Candidate.TOGETHER)) == sorted(Candidate.CONTACT)


def test_half_an_address_typed_replaces_the_whole_of_yesterdays():
    known = Candidate(address="1 rue A", postcode="21000", city="Dijon", country="")
    known.renew_contact(dict.fromkeys(Candidate.CONTACT, "") | {"city": "Bern", "country": "Suisse"})
    assert known.postal_address.lines == ["BERN", "SUISSE"]


def test_a_correction_of_each_is_read_back_from_the_journal():
    officer, identity = make_wearer(Role.OFFICER), full_identity()
    registration = make_registration(by=officer)
    actions.correct_identity(registration=registration, identity=identity, by=officer)
    (correction,) = corrections_of(registration.candidate)
    labels = [Candidate._meta.get_field(name).verbose_name for name in Candidate.PERSONAL]
    assert [change.label for change in correction.changes] == labels
