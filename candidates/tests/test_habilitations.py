"""Habilitations: what the database refuses, what is recorded and withdrawn, who reads the list, where one is warned."""

from datetime import date, timedelta
from io import BytesIO

import openpyxl
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import LogEntry, Role
from accounts.tests.factories import (
    client_as,
    make_centre,
    make_membership,
    make_resource_centre,
    make_user,
    make_wearer,
)
from candidates import actions
from candidates.actions.habilitations import centre_lack
from candidates.actions.transfers import hand_over
from candidates.habilitations import certification_groups, habilitation_lines
from candidates.models import Habilitation, Registration
from candidates.personal_data import purge
from candidates.standing import StandingKind
from candidates.tests.acts import refused
from candidates.tests.factories import (
    identity,
    make_class_import,
    make_habilitation,
    make_registration,
    make_scan,
    require_habilitations,
)
from cqpm.utils import stored
from cqpm.utils.french import today
from cqpm.utils.refusal import Refusal
from referentiel.tests.factories import make_referentiel

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]
NOBODY = "{} : aucune habilitation n’est enregistrée pour cette certification."


def breaks(name, act):
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        act()
    assert name in str(error.value)


def stored_row(**fields):
    """Writes one past the verb, whole but for the fields given."""
    values = {
        "starts_on": date(2026, 1, 1),
        "scan_sha256": "a" * 64,
        "scan_name": "decision.pdf",
        "scan_type": "application/pdf",
        "recorded_by": "Claire Aubry",
    } | fields
    centre = values.pop("centre", None) or make_centre()
    certification = values.pop("certification", None) or make_referentiel().certification
    return Habilitation.objects.create(centre=centre, certification=certification, **values)


def evaluator_in(centre):
    return make_wearer(Role.EVALUATOR, centre=centre)


# --- The database ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"ends_on": date(2025, 12, 31)}, "habilitation_ends_after_it_starts"),
        ({"scan_sha256": "abc"}, "habilitation_has_document"),
        ({"scan_name": ""}, "habilitation_has_document"),
        ({"scan_type": ""}, "habilitation_has_document"),
        ({"recorded_by": ""}, "habilitation_has_author"),
        ({"withdrawn_at": timezone.now(), "withdrawn_by": "Léa"}, "habilitation_withdrawn_whole"),
        ({"withdrawn_reason": "Erreur."}, "habilitation_withdrawn_whole"),
    ],
)
def test_habilitation_constraints(fields, name):
    breaks(name, lambda: stored_row(**fields))


def test_one_day_is_a_habilitation():
    assert stored_row(ends_on=date(2026, 1, 1)).period.until == date(2026, 1, 1)


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "overlaps"),
    [
        (date(2025, 1, 1), date(2025, 12, 31), False),
        (date(2025, 1, 1), date(2026, 1, 1), True),
        (date(2026, 3, 1), date(2026, 4, 1), True),
        (date(2026, 12, 31), None, True),
        (date(2027, 1, 1), None, False),
        (date(2025, 1, 1), None, True),
    ],
)
def test_one_at_a_time_for_the_same_holder_and_certification(starts_on, ends_on, overlaps):
    one = stored_row(ends_on=date(2026, 12, 31))
    days = {"starts_on": starts_on, "ends_on": ends_on}
    again = {"centre": one.centre, "certification": one.certification, **days}
    if overlaps:
        breaks("habilitation_one_at_a_time", lambda: stored_row(**again))
    else:
        stored_row(**again)
    stored_row(centre=one.centre, **days)
    stored_row(certification=one.certification, **days)
    stored_row(**again | {"evaluator": evaluator_in(one.centre)})


def test_what_was_withdrawn_leaves_its_days():
    one = make_habilitation(ends_on=today())
    actions.withdraw_habilitation(habilitation=one, reason="Mauvaise date.", by=make_wearer(Role.HEAD))
    again = make_habilitation(centre=one.centre, certification=one.certification)
    assert list(Habilitation.objects.valid()) == [again]


def test_an_evaluator_is_of_the_centre():
    centre = make_centre()
    breaks("habilitation_of_its_evaluator", lambda: stored_row(centre=centre, evaluator=make_user()))
    officer = make_wearer(Role.OFFICER, centre=centre)
    breaks("habilitation_of_its_evaluator", lambda: stored_row(centre=centre, evaluator=officer))


@pytest.mark.parametrize("fields", [{"ends_on": date(2099, 1, 1)}, {"scan_sha256": "b" * 64}])
def test_what_was_recorded_does_not_change(fields):
    row = make_habilitation()
    breaks("candidates_habilitation", lambda: Habilitation.objects.filter(pk=row.pk).update(**fields))
    breaks("candidates_habilitation", row.delete)


# --- Recorded, withdrawn ----------------------------------------------------------------------------------------------


def record(centre, certification, **fields):
    return lambda: actions.record_habilitation(
        **{"starts_on": today(), "document": make_scan(), "by": make_wearer(Role.HEAD, centre=centre)}
        | fields,
        centre=centre,
        certification=certification,
    )


def test_it_is_recorded_with_its_document():
    centre = make_centre(name="UIMM Val-de-Brenne")
    certification = make_referentiel().certification
    person = evaluator_in(centre)
    row = record(
        centre,
        certification,
        evaluator=person,
        starts_on=date(2026, 3, 1),
        ends_on=date(2029, 2, 28),
        reference="  Décision   n° 12 ",
    )()
    assert (row.holder, row.reference, row.scan_type) == (person, "Décision n° 12", "application/pdf")
    assert stored.read("habilitations", row.scan_sha256) == b"%PDF-1.7"
    entry = LogEntry.objects.get(subject=f"habilitation:{row.pk}")
    assert (entry.verb, entry.centre) == ("record_habilitation", centre)
    assert entry.sentence == (
        f"Habilitation de {person} pour {certification} enregistrée : du 1er\xa0mars\xa02026 au 28\xa0février\xa02029."
    )


def test_what_cannot_be_recorded():
    one = make_habilitation(starts_on=date(2026, 3, 1), ends_on=date(2026, 3, 31))
    here = (one.centre, one.certification)
    refused(
        record(*here, starts_on=date(2026, 3, 31)),
        f"Une habilitation de {one.centre} court déjà du 1er\xa0mars\xa02026 au 31\xa0mars\xa02026 : retirez-la d’abord, "
        "ou faites commencer celle-ci après.",
    )
    refused(
        record(*here, starts_on=date(2026, 4, 2), ends_on=date(2026, 4, 1)),
        "L’habilitation finirait avant de commencer.",
    )
    stranger = make_wearer(Role.EVALUATOR)
    refused(record(*here, evaluator=stranger), f"{stranger} n’est pas évaluateur de votre centre.")
    endless = record(*here, starts_on=date(2026, 4, 1))()
    refused(
        record(*here, starts_on=date(2026, 9, 1)),
        f"Une habilitation de {one.centre} court déjà depuis le 1er\xa0avril\xa02026, sans fin : retirez-la d’abord, "
        "ou faites commencer celle-ci après.",
    )
    assert set(Habilitation.objects.all()) == {one, endless}


def test_it_is_withdrawn_once_with_a_reason():
    row = make_habilitation()
    head = make_wearer(Role.HEAD, centre=row.centre)

    def withdraw(reason):
        return lambda: actions.withdraw_habilitation(habilitation=row, reason=reason, by=head)

    refused(withdraw("  "), "Dites pourquoi l’habilitation est retirée.")
    assert centre_lack(row.centre, row.certification, today()) is None
    withdraw(" Décision rapportée. ")()
    assert centre_lack(row.centre, row.certification, today()) == NOBODY.format(row.centre)
    row.refresh_from_db()
    assert (row.withdrawn_reason, row.withdrawn_by) == ("Décision rapportée.", str(head))
    refused(withdraw("Encore."), f"Déjà retirée par {head}.")


# --- Where one is warned, or refused -----------------------------------------------------------------------------------


def inscription(centre, referentiel, **fields):
    return lambda: actions.register_candidate(
        centre=centre,
        identity=identity(),
        referentiel=referentiel,
        registration={"registered_on": today(), "route": "free_candidate"} | fields,
        warnings_read=True,
        by=make_wearer(Role.OFFICER, centre=centre),
    )


def test_the_national_setting_refuses_an_inscription_without_one():
    centre, referentiel = make_centre(), make_referentiel(resource_centre=make_resource_centre())
    inscription(centre, referentiel)()
    require_habilitations()
    refused(inscription(centre, referentiel), NOBODY.format(centre))
    make_habilitation(centre=centre, certification=referentiel.certification, evaluator=evaluator_in(centre))
    refused(inscription(centre, referentiel), NOBODY.format(centre))
    make_habilitation(centre=centre, certification=referentiel.certification, starts_on=today())
    inscription(centre, referentiel)()
    yesterday = today() - timedelta(days=1)
    with pytest.raises(Refusal, match="ne commence que le"):
        inscription(centre, referentiel, registered_on=yesterday)()
    assert Registration.objects.count() == 2


def test_the_same_setting_refuses_a_class_and_a_transfer():
    made = make_class_import()
    registration = make_registration()
    other = make_centre()
    require_habilitations()
    officer = make_wearer(Role.OFFICER, centre=made.centre)
    refused(
        lambda: actions.confirm_import(class_import=made, by=officer),
        NOBODY.format(made.centre),
    )
    refused(
        lambda: hand_over(registration=registration, to=other, reason="Déménagement.", by=officer),
        NOBODY.format(other),
    )
    settings = {"referentiel": registration.referentiel, "registered_on": today()}
    refused(
        lambda: actions.prepare_import(centre=other, settings=settings, file=make_scan(), by=officer),
        NOBODY.format(other),
    )


def test_who_is_registered_without_it_is_told():
    officer = make_wearer(Role.OFFICER)
    referentiel = make_referentiel(title="Tourneur", resource_centre=make_resource_centre())
    client = client_as(officer.hat)
    label = "votre centre n’y est pas habilité"

    def offered():
        page = client.get(reverse("candidate_new")).context["page"]
        return dict(page.registration.fields["referentiel"].choices)[referentiel.pk]

    assert label in offered()
    sent = identity(birth_date="1999-04-02") | {
        "referentiel": referentiel.pk,
        "registered_on": "2026-09-01",
        "route": "free_candidate",
    }
    answer = client.post(reverse("candidate_new"), sent, follow=True)
    said = [str(message) for message in answer.context["messages"]]
    assert said[1:] == [NOBODY.format(officer.hat.centre)]
    make_habilitation(centre=officer.hat.centre, certification=referentiel.certification)
    assert label not in offered()
    answer = client.post(reverse("candidate_new"), sent | {"birth_name": "Autre"}, follow=True)
    assert len(list(answer.context["messages"])) == 1


# --- The list -----------------------------------------------------------------------------------------------------------


def test_what_is_over_or_lacks_comes_first():
    centre = make_centre(name="UIMM Val-de-Brenne")
    officer = make_wearer(Role.OFFICER, centre=centre)
    settled = make_habilitation(centre=centre)
    registration = make_registration(centre)
    people = [evaluator_in(centre) for _ in range(3)]
    about = {"centre": centre, "certification": settled.certification}
    over = make_habilitation(**about, evaluator=people[0], ends_on=today() - timedelta(days=1))
    soon = make_habilitation(**about, evaluator=people[1], ends_on=today())
    groups = certification_groups(habilitation_lines(officer, today()))
    assert [group.certification for group in groups] == [
        settled.certification,
        registration.referentiel.certification,
    ]
    lines = [(line.holder, line.standing.kind, line.row) for line in groups[0].lines]
    assert lines == [
        (centre, StandingKind.HELD, settled),
        (people[0], StandingKind.OVER, over),
        (people[1], StandingKind.ENDING, soon),
        (people[2], StandingKind.MISSING, None),
    ]
    assert [line.drawn for line in groups[0].lines] == ["ok", "ko", "warn", "na"]
    assert [line.drawn for line in groups[1].lines] == ["warn", "na", "na", "na"]


def test_the_line_shows_the_habilitation_it_speaks_of():
    one = make_habilitation(starts_on=today() - timedelta(days=9), ends_on=today() - timedelta(days=2))
    about = {"centre": one.centre, "certification": one.certification}
    coming = make_habilitation(**about, starts_on=today() + timedelta(days=3))
    head = make_wearer(Role.HEAD, centre=one.centre)
    (line,) = habilitation_lines(head, today())
    assert (line.row, line.others, line.standing.kind) == (coming, [one], StandingKind.COMING)
    (line,) = habilitation_lines(head, today() + timedelta(days=3))
    assert (line.row, line.others, line.until) == (coming, [one], "sans fin")


def test_who_sees_which():
    mine = make_habilitation()
    other = make_habilitation(certification=mine.certification)
    elsewhere = make_habilitation()
    keeper = make_wearer(Role.RESOURCE, resource_centre=mine.certification.resource_centre)
    seen = {
        make_wearer(Role.OFFICER, centre=mine.centre): {mine},
        keeper: {mine, other},
        make_wearer(Role.ADMINISTRATOR): {mine, other, elsewhere},
        make_wearer(Role.EVALUATOR, centre=mine.centre): set(),
        make_wearer(Role.NATIONAL): set(),
    }
    assert {user: set(Habilitation.objects.for_user(user)) for user in seen} == seen


def test_the_page_is_empty_then_shows_and_the_spreadsheet_has_its_lines():
    head = make_wearer(Role.HEAD)
    client = client_as(head.hat)
    assert "Aucune habilitation encore" in client.get(reverse("habilitation_list")).content.decode()
    row = make_habilitation(
        centre=head.hat.centre, ends_on=today() + timedelta(days=400), reference="=SOMME(A1)"
    )
    page = client.get(reverse("habilitation_list")).content.decode()
    assert row.scan_name in page
    assert "Renouveler" in page
    answer = client.post(reverse("habilitation_export"))
    sheet = openpyxl.load_workbook(BytesIO(b"".join(answer.streaming_content))).active
    assert [cell.value for cell in sheet[1]][:5] == [
        "Certification",
        "Numéro",
        "Centre d’examen",
        "Évaluateur",
        "État",
    ]
    values = [cell.value for cell in sheet[2]]
    assert values[2:5] == [head.hat.centre.name, "", "En cours"]
    assert values[6].date() == row.ends_on
    assert (values[7], sheet.max_row) == ("=SOMME(A1)", 2)
    entry = LogEntry.objects.filter(verb="export_habilitations").get()
    assert (entry.sentence, entry.centre) == ("Habilitations exportées : 1\xa0ligne.", head.hat.centre)


def test_the_responsable_records_one_and_withdraws_it():
    head = make_wearer(Role.HEAD)
    client, person = client_as(head.hat), evaluator_in(head.hat.centre)
    referentiel = make_referentiel(resource_centre=make_resource_centre())
    url = reverse("habilitation_new")
    asked = client.get(url, {"certification": referentiel.certification_id, "evaluateur": person.pk})
    assert asked.context["form"].initial["evaluator"] == str(person.pk)
    sent = {"certification": referentiel.certification_id, "evaluator": person.pk, "starts_on": "2026-03-01"}
    assert client.post(url, sent).status_code == 422

    def paper(name="decision.pdf", content=b"%PDF-1.7 papier"):
        return {"document": SimpleUploadedFile(name, content)}

    backwards = client.post(url, sent | paper() | {"ends_on": "2026-02-28"})
    assert backwards.context["form"].errors == {"ends_on": ["L’habilitation finirait avant de commencer."]}
    assert client.post(url, sent | paper(content=b"MZ\x00\x01")).status_code == 422
    assert client.post(url, sent | paper()).status_code == 302
    assert client.post(url, sent | paper()).status_code == 422
    row = Habilitation.objects.get()
    assert (row.evaluator, row.recorded_by, row.scan_name) == (person, str(head), "decision.pdf")
    document = client.get(reverse("habilitation_document", args=[row.pk]))
    assert document.content == b"%PDF-1.7 papier"
    assert document["Content-Disposition"] == 'attachment; filename="decision.pdf"'
    client.post(reverse("habilitation_withdraw", args=[row.pk]), {"reason": "Erreur de date."})
    row.refresh_from_db()
    assert row.withdrawn_reason == "Erreur de date."
    assert "Erreur de date." in client.get(reverse("habilitation_list")).content.decode()


def test_a_document_that_is_gone_is_not_found():
    row = make_habilitation()
    stored.forget("habilitations", row.scan_sha256)
    client = client_as(make_wearer(Role.HEAD, centre=row.centre).hat)
    assert client.get(reverse("habilitation_document", args=[row.pk])).status_code == 404


@pytest.mark.parametrize("size", [1, 3])
def test_the_page_asks_the_same_of_one_and_of_three(size, django_assert_num_queries):
    centre = make_centre()
    membership = make_membership(Role.HEAD, centre=centre)
    for _ in range(size):
        row = make_habilitation(centre=centre)
        person = evaluator_in(centre)
        make_habilitation(centre=centre, certification=row.certification, evaluator=person)
    client = client_as(membership)
    client.get(reverse("habilitation_list"))
    with django_assert_num_queries(7):
        client.get(reverse("habilitation_list"))


# --- Purged -----------------------------------------------------------------------------------------------------------


def test_what_ended_long_ago_goes_with_its_document(django_capture_on_commit_callbacks):
    now = today()
    ended = make_habilitation(ends_on=now, content=b"%PDF-1.7 une")
    shared = make_habilitation(ends_on=now, content=b"%PDF-1.7 deux")
    withdrawn = make_habilitation(content=b"%PDF-1.7 trois")
    actions.withdraw_habilitation(habilitation=withdrawn, reason="Erreur.", by=make_wearer(Role.HEAD))
    endless = make_habilitation(content=b"%PDF-1.7 deux")
    later = timezone.now() + timedelta(days=366 * 6)
    with time_machine.travel(later), django_capture_on_commit_callbacks(execute=True):
        list(purge(dry_run=True))
        assert Habilitation.objects.count() == 4
        list(purge())
    assert list(Habilitation.objects.all()) == [endless]
    assert stored.read("habilitations", shared.scan_sha256) == b"%PDF-1.7 deux"
    for row in (ended, withdrawn):
        with pytest.raises(stored.Unreadable):
            stored.read("habilitations", row.scan_sha256)
