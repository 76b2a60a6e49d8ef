"""What two records made one leave of the person: handed over with the rest, gone with the rest."""

import io
import json
import zipfile

import pytest

from accounts.models import AccessLink, LogEntry, OutboxMessage, Role
from accounts.tests.factories import make_wearer
from candidates.actions import abandon_registration, merge_candidates, undo_merge
from candidates.models import Candidate, CandidateMerge, Registration
from candidates.tests.factories import make_registration, space_link
from cqpm import personal_data
from cqpm.utils.personal import GONE
from evaluations import personal_data as evaluations

pytestmark = pytest.mark.django_db
FORMER = {"birth_name": "Quentinval", "first_name": "Zéphyrine", "email": "zephyrine@exemple.fr"}


@pytest.fixture
def merged():
    """(head, the merge): the record of Zéphyrine Quentinval, whose space was opened, taken over by another one."""
    head = make_wearer(Role.HEAD)
    kept, other = make_registration(by=head), make_registration(by=head, who=FORMER)
    space_link(other)
    made = merge_candidates(kept=kept.candidate, absorbed=other.candidate, by=head)
    return head, made


def words():
    """Everything stored that could still name her."""
    rows = [*LogEntry.objects.values(), *OutboxMessage.objects.values(), *AccessLink.objects.values()]
    rows += [*CandidateMerge.objects.values(), *Candidate.objects.values(), *Registration.objects.values()]
    return str(rows)


def test_erasing_the_person_forgets_the_record_taken_over(merged):
    head, made = merged
    assert ("Quentinval" in words(), "QUENTINVAL" in words(), FORMER["email"] in words()) == (
        True,
        True,
        True,
    )
    for registration in made.kept.registrations.all():
        abandon_registration(registration=registration, reason="Départ.", by=head)
    evaluations.erase_person(made.kept)
    assert ("Quentinval" in words(), "QUENTINVAL" in words(), FORMER["email"] in words()) == (False,) * 3
    assert CandidateMerge.objects.count() == 0
    assert AccessLink.objects.get().holder == GONE


def test_one_registration_erased_leaves_the_trace_of_the_others(merged):
    head, made = merged
    one = made.kept.registrations.first()
    abandon_registration(registration=one, reason="Départ.", by=head)
    evaluations.erase(Registration.objects.get(pk=one.pk))
    assert CandidateMerge.objects.get().absorbed["birth_name"] == "Quentinval"


def test_undone_each_is_erased_alone(merged):
    head, made = merged
    undo_merge(merge=made, by=head)
    her = Candidate.objects.get(birth_name="Quentinval")
    abandon_registration(registration=her.registrations.get(), reason="Départ.", by=head)
    evaluations.erase_person(her)
    assert ("Quentinval" in words(), "QUENTINVAL" in words(), FORMER["email"] in words()) == (False,) * 3
    assert Candidate.objects.filter(erased_at=None).get() == made.kept


def test_the_person_is_handed_over_the_record_taken_over(merged):
    _, made = merged
    with zipfile.ZipFile(io.BytesIO(personal_data.export(made.kept))) as archive:
        said = json.loads(archive.read("personne.json"))
    (merge,) = said["réunions de fiches"]
    assert merge["fiche réunie"]["birth_name"] == "Quentinval"
    assert len(said["liens"]) == 1  # the access to the space of the record taken over
