"""What an identity was stays readable: who corrected it, when, from what to what."""

import pytest

from accounts.models import LogEntry, Role
from accounts.tests.factories import make_wearer
from candidates import actions
from candidates.history import Change, changes_of, corrections_of
from candidates.tests.factories import make_registration
from cqpm.utils.freeze import REFUSAL

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]


def corrected(registration, officer, **fields):
    return actions.correct_identity(registration=registration, identity=fields, by=officer)


def test_corrections_are_told_in_french_the_latest_first():
    officer = make_wearer(Role.OFFICER)
    registration = make_registration(by=officer, who={"birth_name": "Marchetti", "sex": "M"})
    before = registration.candidate.birth_date
    corrected(registration, officer, birth_name="Marchetty", usage_name="Ravier")
    corrected(registration, officer, sex="F", birth_date=before.replace(year=2001, month=8, day=1))
    latest, first = corrections_of(registration.candidate)
    assert first.actor_name == latest.actor_name == str(officer)
    assert first.changes == [
        Change("nom de naissance", "Marchetti", "Marchetty"),
        Change("nom d’usage", "", "Ravier"),
    ]
    assert latest.changes[0] == Change("sexe", "Masculin", "Féminin")
    assert latest.changes[1].label == "date de naissance"
    assert latest.changes[1].after == "1er\u00a0août\u00a02001"


def test_corrections_follow_the_person_from_one_registration_to_the_other():
    officer = make_wearer(Role.OFFICER)
    one = make_registration(by=officer)
    two = make_registration(by=officer, same_as=one.candidate)
    corrected(one, officer, birth_place="Beaune")
    corrected(two, officer, birth_place="Nuits-Saint-Georges")
    assert [len(correction.changes) for correction in corrections_of(one.candidate)] == [1, 1]
    assert corrections_of(make_registration(by=officer).candidate) == []


def test_reading_the_journal_changes_nothing_of_it_and_nobody_can():
    officer = make_wearer(Role.OFFICER)
    registration = make_registration(by=officer)
    corrected(registration, officer, birth_place="Beaune")
    entry = LogEntry.objects.get(verb="correct_identity")
    data = {"before": {"birth_place": "Dijon"}, "after": {"birth_place": "Beaune"}}
    assert entry.data == data
    assert changes_of(entry) == [Change("commune de naissance", "Dijon", "Beaune")]
    entry.refresh_from_db()
    assert entry.data == data
    assert changes_of(LogEntry.objects.get(verb="register_candidate", subject=entry.subject)) == []
    with pytest.raises(Exception, match=REFUSAL):
        LogEntry.objects.filter(pk=entry.pk).update(data={})
