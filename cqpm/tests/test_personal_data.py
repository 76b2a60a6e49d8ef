"""Statistics survive, people do not: the table of periods, the purge, a person exported or effaced."""

import io
import json
import threading
import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Count
from django.urls import reverse
from django.utils import timezone

from accounts.keys import key_of
from accounts.models import AccessLink, FaultyAddress, LogEntry, OutboxMessage, Role
from accounts.tests.factories import client_as, make_centre, make_link, make_wearer
from candidates.actions import abandon_registration
from candidates.models import Candidate, ClassImport, ImportAttempt, Registration
from candidates.models.partners import CANDIDATE_SPACE
from candidates.tests.factories import (
    make_class_import,
    make_registration,
    make_scanned_dossier,
    space_link,
)
from cqpm import dashboard, personal_data
from cqpm.tests.code import APPS
from cqpm.tests.situations import situation
from cqpm.utils import stored
from cqpm.utils.freeze import gate
from cqpm.utils.french import today
from cqpm.utils.personal import GONE
from documents.models import Document
from evaluations.actions.report import send_report
from evaluations.actions.transfer import transfer_registration
from evaluations.models import CompanyOpinion, Decision, DecisionCapacity, Evaluation, Interview, Jury
from evaluations.personal_data import keys_of
from evaluations.tests.factories import (
    make_jury,
    make_presentation,
    make_report_file,
    make_validated_registration,
)
from referentiel.tests.factories import make_referentiel, make_resource_centre

pytestmark = pytest.mark.both_engines
REFUSED, ADMITTED = "Quentinval", "Hautecombe"
FIVE_YEARS_LATER = timedelta(days=67 * 31)


def test_every_model_stands_in_the_table_or_holds_nobody():
    """A model that holds people without a row in the table fails here: give it one in its `personal_data.py`."""
    ours = {model for label in [*APPS, "cqpm"] for model in apps.get_app_config(label).get_models()}
    held, nobody = {row.model for row in personal_data.TABLE}, set(personal_data.NOBODY)
    assert held & nobody == set()
    assert held | nobody == ours | {Session}


@situation
def judged():
    """A published jury with one person admitted and one refused."""
    referentiel = make_referentiel(resource_centre=make_resource_centre())
    centre = make_centre()
    refused = make_validated_registration(
        referentiel, centre=centre, lacking=(2,), who={"birth_name": REFUSED}
    )
    admitted = make_validated_registration(referentiel, centre=centre, who={"birth_name": ADMITTED})
    return make_jury(refused, admitted, state=Jury.State.PUBLISHED), refused, admitted


def counts():
    """What statistics are made of: verdicts and capacities by title, centre, year, route and sex."""
    path = "entry__registration__"
    return list(
        Decision.objects.values_list(
            "verdict",
            "capacities__capacity__number",
            "capacities__state",
            f"{path}referentiel__title",
            f"{path}centre__name",
            f"{path}registered_on__year",
            f"{path}route",
            f"{path}candidate__sex",
        )
        .annotate(Count("pk"))
        .order_by("pk", "capacities__capacity__number")
    )


def whole(*, but=()):
    """Every row of ours as text, save the rows `but`."""
    models = [model for label in APPS for model in apps.get_app_config(label).get_models()]
    return [
        (model.__name__, str(values))
        for model in models
        for values in model._base_manager.exclude(
            pk__in=[row.pk for row in but if type(row) is model]
        ).values()
    ]


def naming(name, **options):
    return [model for model, text in whole(**options) if name.lower() in text.lower()]


def test_statistics_survive_and_people_do_not(judged):
    _jury, refused, _admitted = judged
    national = make_wearer(Role.NATIONAL)
    before = counts(), dashboard.awards_for(national), dashboard.stages_for(national)
    minutes = list(Document.objects.filter(kind="minutes"))
    with time_machine.travel(timezone.now() + FIVE_YEARS_LATER):
        said = {line.what: line.count for line in personal_data.purge(dry_run=True) if line.count}
        assert said["Personnes non admissibles"] == said["Pièces d’évaluation des admissibles"] == 1
        assert naming(REFUSED, but=minutes) != []
        personal_data.purge()
        assert {line.what for line in personal_data.purge() if line.count} == set()
    assert (counts(), dashboard.awards_for(national), dashboard.stages_for(national)) == before
    assert naming(REFUSED, but=minutes) == []
    assert set(naming(ADMITTED)) >= {"Candidate", "Registration", "Document"}
    assert {model.objects.count() for model in (Evaluation, CompanyOpinion, Interview)} == {0}
    refused.refresh_from_db()
    assert (refused.candidate.birth_name, str(refused.candidate)) == (GONE, "Personne effacée")
    last = LogEntry.objects.get(verb="purge")
    assert last.data["Personnes non admissibles"] == 1


def test_pages_that_showed_them_still_open(judged):
    jury, refused, admitted = judged
    with time_machine.travel(timezone.now() + FIVE_YEARS_LATER):
        personal_data.purge()
    staff = client_as(make_wearer(Role.HEAD, centre=jury.centre))
    commissions = {entry.commission_id for entry in refused.commission_entries.all()}
    pages = [reverse("jury_detail", args=[jury.pk]), reverse("jury_session", args=[jury.pk])]
    pages += [reverse("commission_detail", args=[pk]) for pk in commissions]
    pages += [reverse("commission_session", args=[pk]) for pk in commissions]
    names = ("registration_detail", "registration_file", "registration_documents", "registration_journal")
    pages += [reverse(name, args=[admitted.pk]) for name in names]
    pages += [reverse("candidate_list")]
    assert {page: staff.get(page).status_code for page in pages} == dict.fromkeys(pages, 200)
    assert [staff.get(reverse(name, args=[refused.pk])).status_code for name in names] == [404] * 4
    assert staff.get(reverse("candidate_list")).content.decode().count("Personne effacée") == 0


# --- The other ways out ---------------------------------------------------------------------------------------


def abandoned(registration, **who):
    abandon_registration(
        registration=registration, reason="Départ de l’entreprise.", by=officer(registration)
    )
    return Registration.objects.get(pk=registration.pk)


def officer(registration):
    return make_wearer(Role.OFFICER, centre=registration.centre)


def later(days):
    return time_machine.travel(timezone.now() + timedelta(days=days))


def done(lines):
    return {line.what: line.count for line in lines if line.count}


@pytest.mark.django_db
@pytest.mark.parametrize(("days", "gone"), [(180, 0), (190, 1)])
def test_an_unfinished_registration_goes_six_months_after_its_abandonment(days, gone):
    registration = make_registration(who={"birth_name": REFUSED})
    make_registration(registration.centre, registration.referentiel)  # running: stays
    abandoned(registration)
    with later(days):
        personal_data.purge()
    assert Registration.objects.exclude(erased_at=None).count() == gone
    assert Candidate.objects.exclude(erased_at=None).count() == gone
    assert (naming(REFUSED) == []) == bool(gone)


@pytest.mark.django_db
def test_a_transferred_registration_goes_with_the_one_that_reads_it():
    left = make_registration(who={"birth_name": REFUSED})
    following = transfer_registration(
        registration=left, to=make_centre("UIMM Langres"), reason="Déménage.", by=officer(left)
    )
    with later(400):
        personal_data.purge()
    assert Registration.objects.exclude(erased_at=None).count() == 0
    abandoned(following)
    with later(200):
        personal_data.purge()  # one floor of the chain a night
        personal_data.purge()
    assert Registration.objects.filter(erased_at=None).count() == 0
    assert naming(REFUSED) == []


def test_a_capacity_still_kept_holds_its_registration_back(judged):
    _, refused, _ = judged
    with gate():
        DecisionCapacity.objects.exclude(kept_until=None).update(kept_until=today() + FIVE_YEARS_LATER * 2)
    with time_machine.travel(timezone.now() + FIVE_YEARS_LATER):
        assert done(personal_data.purge())["Pièces d’évaluation des admissibles"] == 1
    refused.refresh_from_db()
    assert refused.purged_at is None


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_purges_at_once_erase_everybody_once():
    referentiel = make_referentiel(resource_centre=make_resource_centre())
    for _ in range(4):
        abandoned(make_registration(None, referentiel))
    together = threading.Barrier(2)

    def work(_):
        together.wait()
        try:
            return done(personal_data.purge()).get(
                "Inscriptions sans décision, abandonnées ou transférées", 0
            )
        finally:
            connection.close()

    with later(200), ThreadPoolExecutor(2) as workers:
        assert sum(workers.map(work, range(2))) == 4
    assert Registration.objects.filter(erased_at=None).count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_scan_leaves_with_its_dossier_and_stays_while_another_has_it():
    one, other = make_registration(), make_registration()
    scans = {make_scanned_dossier(registration).scan_sha256 for registration in (one, other)}
    (sha256,) = scans
    for registration, remains in ((one, True), (other, False)):
        abandoned(registration)
        call_command("erase_person", candidate=str(registration.candidate_id), yes=True, stdout=io.StringIO())
        assert readable("scans", sha256) == remains


def readable(folder, sha256):
    try:
        return bool(stored.read(folder, sha256))
    except stored.Unreadable:
        return False


@pytest.mark.django_db
def test_a_class_and_the_mails_go_after_a_year():
    made = make_class_import()
    link = make_link()
    mail = {"recipient": "a@exemple.fr", "template": "invitation", "link": link}
    first = OutboxMessage.objects.create(event="e", **mail)
    young = timezone.now() + timedelta(days=30)
    copy = OutboxMessage.objects.create(event="f", resends=first, created_at=young, **mail)
    with later(360):
        assert done(personal_data.purge()) == {}
    with later(370):
        assert done(personal_data.purge()) == {"Classes jamais confirmées": 1, "Courriels": 1}
    assert not ClassImport.objects.filter(pk=made.pk).exists()
    assert ImportAttempt.objects.count() == 0
    assert list(OutboxMessage.objects.values_list("pk", "resends")) == [(copy.pk, None)]


# --- Somebody asks ---------------------------------------------------------------------------------------------


def run(name, *arguments, **options):
    out = io.StringIO()
    call_command(name, *arguments, stdout=out, **options)
    return out.getvalue()


@pytest.mark.django_db
def test_a_running_registration_is_not_erased():
    registration = make_registration(who={"birth_name": REFUSED})
    before = whole()
    with pytest.raises(CommandError) as refusal:
        run("erase_person", number=registration.number, yes=True)
    assert str(refusal.value) == (
        f"{registration.candidate} ne peut pas être effacé :\n"
        f"  inscription n° {registration.number} : en cours. Abandonnez-la d’abord, avec son motif."
    )
    assert whole() == before


def test_the_register_of_admissible_people_is_kept(judged):
    _, refused, admitted = judged
    with pytest.raises(CommandError) as refusal:
        run("erase_person", candidate=str(admitted.candidate_id), yes=True)
    assert str(refusal.value).splitlines()[1:] == [
        f"  inscription n° {admitted.number} : admissible. Le registre des admissibles est conservé sans limite."
    ]
    before = whole()
    said = run("erase_person", candidate=str(refused.candidate_id))
    first, lost = said.splitlines()
    assert first.endswith(f"1\u00a0inscription ({refused.number}) : à effacer. Ajoutez --yes pour le faire.")
    assert lost.startswith("La personne perd les capacités qu’elle conserve jusqu’au ")
    assert whole() == before
    run("erase_person", candidate=str(refused.candidate_id), yes=True)
    assert naming(REFUSED, but=Document.objects.filter(kind="minutes")) == []


def around(registration):
    """What the floor of accounts holds of a registration: links, mails by link, event and address, marks, journal."""
    keys, email = [*keys_of(registration), key_of(registration.candidate)], registration.candidate.email
    found = (
        AccessLink.objects.filter(subject__in=keys),
        OutboxMessage.objects.filter(recipient=email),
        OutboxMessage.objects.filter(event__contains=str(registration.pk)),
        FaultyAddress.objects.filter(address=email),
        LogEntry.objects.filter(subject__in=keys),
    )
    return [list(rows.order_by("pk").values()) for rows in found]


@pytest.mark.django_db
def test_whoever_is_erased_takes_nothing_of_another_along():
    centre, referentiel = make_centre(), make_referentiel(resource_centre=make_resource_centre())
    rows = []
    for name, email in ((REFUSED, "q@exemple.fr"), (ADMITTED, "h@exemple.fr")):
        who = {"birth_name": name, "email": email}
        row = make_registration(centre, referentiel, who=who, tutor_email=f"tutor.{email}")
        link = space_link(row)
        mail = {"template": "space_link", "centre": centre}
        OutboxMessage.objects.create(event=f"space:{link.pk}", recipient="t@exemple.fr", link=link, **mail)
        OutboxMessage.objects.create(event="e", recipient=email, **mail)
        OutboxMessage.objects.create(
            event=f"registration:{row.pk}:received", recipient="centre@exemple.fr", **mail
        )
        FaultyAddress.objects.create(address=email, centre=centre, marked_by="système")
        rows.append(row)
    gone, other = rows
    gone, before = abandoned(gone), around(other)
    assert [len(found) for found in before] == [1, 1, 1, 1, 1]
    run("erase_person", candidate=str(gone.candidate_id), yes=True)
    assert around(other) == before
    assert OutboxMessage.objects.filter(template="space_link").count() == 3
    link, other_link = (AccessLink.objects.get(subject=key_of(row.candidate)) for row in rows)
    assert (link.holder, link.email, link.is_open, other_link.is_open) == (GONE, "", False, True)
    assert FaultyAddress.objects.count() == 1


@pytest.mark.django_db
def test_two_people_under_one_number_are_told_apart():
    one, other = make_registration(), make_registration()
    assert one.number == other.number
    with pytest.raises(CommandError) as asked:
        run("erase_person", number=one.number)
    keys = {line.split()[1] for line in str(asked.value).splitlines()[1:]}
    assert keys == {str(one.candidate_id), str(other.candidate_id)}
    with pytest.raises(CommandError, match="Personne ne correspond"):
        run("erase_person", candidate="pas-une-clé")


@pytest.mark.django_db
def test_a_person_gets_everything_that_names_them(tmp_path):
    registration = make_registration(who={"birth_name": REFUSED})
    other = make_registration(registration.centre, registration.referentiel, who={"birth_name": ADMITTED})
    for row in (registration, other):
        make_scanned_dossier(row)
        space_link(row)
    target = tmp_path / "personne.zip"
    run("export_person", target, candidate=str(registration.candidate_id))
    with zipfile.ZipFile(target) as archive:
        assert sorted(archive.namelist()) == ["fichiers/001-approbation.pdf", "personne.json"]
        text = archive.read("personne.json").decode()
    said = json.loads(text)
    assert said["nom de naissance"] == REFUSED
    (row,) = said["inscriptions"]
    assert (row["numéro"], len(row["dossiers de modalités"])) == (registration.number, 1)
    assert len(said["journal"]) == LogEntry.objects.filter(subject__in=keys_of(registration)).count()
    assert len(said["liens"]) == 1
    assert ADMITTED not in text
    with pytest.raises(CommandError, match="existe déjà"):
        run("export_person", target, candidate=str(registration.candidate_id))


@pytest.mark.django_db
def test_the_reports_sent_are_handed_over_too():
    evaluation = make_presentation()
    link = make_link(CANDIDATE_SPACE)
    send_report(evaluation=evaluation, file=make_report_file(), upload=None, by=link)
    exported = personal_data.export(evaluation.registration.candidate)
    with zipfile.ZipFile(io.BytesIO(exported)) as archive:
        assert archive.read("fichiers/001-Rapport.pdf") == b"%PDF-1.7"
