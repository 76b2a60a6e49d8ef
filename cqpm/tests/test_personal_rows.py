"""The edges of a purge, an erasure, an export: each time, something of somebody else stands beside what goes."""

import inspect
import io
import json
import zipfile
from datetime import timedelta

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.utils import timezone

from accounts.actions import accept_invitation, invite_person
from accounts.log import SYSTEM
from accounts.models import AccessLink, Invitation, LogEntry, OutboxMessage, Role, User
from accounts.personal_data import FORGOTTEN
from accounts.tests.factories import make_centre, make_link, make_user, make_wearer
from candidates import personal_data as candidates
from candidates.actions import (
    abandon_registration,
    confirm_import,
    read_identity,
    receive_eligibility_file,
    rule_on_eligibility,
)
from candidates.models import (
    ClassImport,
    Cohort,
    Company,
    Dossier,
    IdentityReading,
    ImportAttempt,
    ImportedRow,
    ImportRow,
    Registration,
)
from candidates.models.partners import CANDIDATE_SPACE
from candidates.tests.factories import (
    make_class_import,
    make_cohort,
    make_company,
    make_dossier,
    make_registration,
    space_link,
)
from cqpm import personal_data
from cqpm.utils import personal, stored
from cqpm.utils.freeze import gate
from cqpm.utils.french import day, today
from cqpm.utils.periods import add_months
from cqpm.utils.personal import GONE, in_batches, written
from documents import leases, personal_data as documents
from documents.actions import revoke_document
from documents.kinds import KINDS
from documents.models import Document
from evaluations import personal_data as evaluations
from evaluations.actions import jury as juries
from evaluations.actions.report import send_report
from evaluations.actions.transfer import transfer_registration
from evaluations.models import (
    CapacityValidation,
    CompanyOpinion,
    ConflictOverride,
    Decision,
    Evaluation,
    Interview,
    Jury,
    PersonalLink,
    Report,
    ScoreSheet,
    Withdrawal,
)
from evaluations.models.report import REPORTS_FOLDER
from evaluations.tests.factories import (
    make_commission,
    make_decided_registration,
    make_jury,
    make_presentation,
    make_report_file,
    make_validated_registration,
    seat_members,
)
from referentiel.models import ReferentielImport
from referentiel.tests.factories import make_import, make_referentiel, make_resource_centre

pytestmark = pytest.mark.django_db
LATER = timedelta(days=380)


def run(name, *arguments, **options):
    out = io.StringIO()
    call_command(name, *arguments, stdout=out, **options)
    return out.getvalue()


def mail(event, **fields):
    return OutboxMessage.objects.create(
        **{"event": event, "recipient": "a@exemple.fr", "template": "t"} | fields
    )


def gone(registration):
    """Given up, then erased on request; gives the row as it is left."""
    by = make_wearer(Role.OFFICER, centre=registration.centre)
    abandon_registration(registration=registration, reason="Départ de l’entreprise.", by=by)
    evaluations.erase_person(registration.candidate)
    registration.refresh_from_db()
    return registration


# --- Batches --------------------------------------------------------------------------------------------------------


def test_rows_go_batch_after_batch_and_one_that_would_not_is_not_tried_for_ever(monkeypatch):
    monkeypatch.setattr(personal, "BATCH", 2)
    keys, acted = [mail(str(rank)).pk for rank in range(3)], []
    count = in_batches(OutboxMessage.objects.all(), lambda rows: acted.append([row.pk for row in rows]))
    assert (count, acted) == (3, [keys[:2], keys[2:]])


@pytest.mark.parametrize("floor", [one for one in personal_data.FLOORS if hasattr(one, "purge")])
def test_a_purge_is_none_only_where_that_is_asked(floor):
    assert {line.count for line in floor.purge(dry_run=True)} == {0}
    assert inspect.signature(floor.purge).parameters["dry_run"].default is False
    assert in_batches(OutboxMessage.objects.all(), lambda rows: None) == 0
    assert inspect.signature(in_batches).parameters["dry_run"].default is False


# --- Night after night ----------------------------------------------------------------------------------------------


def test_the_command_says_what_would_go_then_what_went():
    user = make_user()
    User.objects.filter(pk=user.pk).update(last_login=timezone.now())
    mail("old")
    with time_machine.travel(timezone.now() + LATER):
        young = mail("young")
        old = add_months(today(), -12)
        said = run("purge", dry_run=True).splitlines()
        assert said[0] == "À effacer, rien ne l’a été :"
        lines = {f"  Courriels : 1, d’avant le {day(old)}", "  Connexions terminées : 0"}
        assert lines | {f"  Dates de dernière connexion : 1, d’avant le {day(old)}"} <= set(said)
        user.refresh_from_db()
        assert (user.last_login is None, OutboxMessage.objects.count()) == (False, 2)
        assert not LogEntry.objects.filter(verb="purge").exists()
        assert run("purge").splitlines()[0] == "Effacé :"
    user.refresh_from_db()
    assert (user.last_login, list(OutboxMessage.objects.all())) == (None, [young])
    entry = LogEntry.objects.get(verb="purge")
    assert entry.data == {"Courriels": 1, "Dates de dernière connexion": 1}
    assert (
        entry.sentence == "Purge des données personnelles : courriels : 1 et dates de dernière connexion : 1."
    )


def test_the_table_is_told_with_the_periods_of_today():
    said = run("purge", table=True).splitlines()
    assert len(said) == len(personal_data.TABLE)
    assert any(" — 66\u00a0mois après la dernière décision" in line for line in said)
    assert any(" — tant qu’elle ne marche pas" in line or " — comme le compte — " in line for line in said)


def test_invitations_that_had_their_time_leave_the_authors_of_acts_without_name():
    links = []
    for name in ("ines", "marc", "zoe"):
        if name == "zoe":
            traveller = time_machine.travel(timezone.now() + LATER)
            traveller.start()
        invite_person(email=f"{name}@exemple.fr", first_name=name, last_name="Lacoste", by=SYSTEM)
        links.append(AccessLink.objects.latest("created_at"))
    accepted, unanswered, young = links
    with time_machine.travel(timezone.now() - LATER):
        accept_invitation(link=accepted, password="une lime et trois équerres")
    personal_data.purge()
    traveller.stop()
    assert list(Invitation.objects.all()) == [young.invitation]
    assert not AccessLink.objects.filter(pk=unanswered.pk).exists()
    accepted.refresh_from_db()
    young.refresh_from_db()
    assert (accepted.holder, accepted.email) == (GONE, "")
    assert (young.holder, young.email) == ("zoe Lacoste", "zoe@exemple.fr")
    assert OutboxMessage.objects.filter(link=young).count() == OutboxMessage.objects.count() == 1


def test_the_files_of_a_class_go_with_it_and_those_of_another_stay(django_capture_on_commit_callbacks):
    old = make_class_import().attempts.get().file.name
    with time_machine.travel(timezone.now() + LATER):
        young = make_class_import()
        kept = ImportAttempt.objects.get(class_import=young).file.name
        with django_capture_on_commit_callbacks(execute=True):
            list(candidates.purge())
    assert list(ClassImport.objects.all()) == [young]
    assert [default_storage.exists(name) for name in (old, kept)] == [False, True]


def test_a_class_nobody_is_in_goes_with_its_follower_a_year_after_its_end():
    full, ended = make_cohort(make_registration()), make_cohort(ends_on=today())
    still_to_end, undated = make_cohort(ends_on=today() + timedelta(days=700)), make_cohort()
    with time_machine.travel(timezone.now() + LATER):
        young = make_cohort()
        list(candidates.purge(dry_run=True))
        assert set(Cohort.objects.all()) == {full, ended, still_to_end, undated, young}
        list(candidates.purge())
    assert set(Cohort.objects.all()) == {full, still_to_end, young}


def test_who_is_erased_leaves_the_class_and_the_others_stay():
    one = make_registration()
    other = make_registration(one.centre, one.referentiel)
    cohort = make_cohort(one, other)
    assert gone(one).cohort is None
    assert list(cohort.registrations.all()) == [other]


def test_what_was_answered_to_a_vae_goes_with_the_person_and_another_s_stays():
    one, other = (make_registration(route="vae", company=None) for _ in range(2))
    for row in (one, other):
        receive_eligibility_file(registration=row, asked_on=today(), by=SYSTEM)
        rule_on_eligibility(
            registration=row, ruling="refused", answered_on=today(), reason="Trop court.", by=SYSTEM
        )
    assert gone(one).eligibilities.count() == 0
    assert [row.reason for row in other.eligibilities.all()] == ["Trop court."]


def test_a_document_that_became_no_referentiel_goes_unless_another_import_has_it(
    django_capture_on_commit_callbacks,
):
    row = make_import(b"le meme texte")
    for remains in (True, False):
        with time_machine.travel(timezone.now() + LATER):
            twin = make_import(b"le meme texte") if remains else None
            with django_capture_on_commit_callbacks(execute=True):
                personal_data.purge()
        assert default_storage.exists(stored.path("referentiels", row.sha256)) is remains
        if twin:
            ReferentielImport.objects.filter(pk=twin.pk).update(requested_at=timezone.now())


def test_the_address_of_a_member_goes_and_that_of_a_later_sitting_stays():
    (old,) = seat_members(make_commission(make_centre()), count=1)
    with time_machine.travel(timezone.now() + LATER):
        (young,) = seat_members(make_commission(make_centre()), count=1)
        personal_data.purge()
    addresses = []
    for member in (old, young):
        member.refresh_from_db()
        addresses.append(bool(member.email))
    assert addresses == [False, True]


# --- Erased ---------------------------------------------------------------------------------------------------------


def test_what_somebody_said_of_the_own_identity_goes_and_what_others_said_stays():
    centre, referentiel = make_centre(), make_referentiel(resource_centre=make_resource_centre())
    rows = [
        make_registration(centre, referentiel, who={"email": f"{name}@exemple.fr"})
        for name in ("ines", "marc")
    ]
    for row in rows:
        link = space_link(row)
        read_identity(registration=row, seen=row.candidate.identity_fingerprint, by=link)
    left = gone(rows[0])
    assert list(IdentityReading.objects.values_list("candidate", flat=True)) == [rows[1].candidate_id]
    assert (left.state_reason, left.purged_at is None, left.company) == (GONE, False, None)


def test_what_had_no_reason_is_given_none(django_capture_on_commit_callbacks):
    """Refused by a jury, erased on request: nobody gave a reason for the end. No scan: no file to look for."""
    registration = make_decided_registration(make_referentiel((1, 1)), lacking=[2])
    make_jury(registration, state=Jury.State.PUBLISHED)
    assert Dossier.objects.get(registration=registration).scan_sha256 == ""
    Document.objects.update(sha256="")
    with django_capture_on_commit_callbacks() as callbacks:
        evaluations.erase_person(registration.candidate)
    registration.refresh_from_db()
    assert (registration.state_reason, callbacks) == ("", [])


def make_paper():
    """The dossier of somebody, as a paper stored; each is the same to the letter."""
    make_dossier(make_registration())
    paper = Document.objects.latest("requested_at")
    assert leases.complete(leases.claim(paper.pk), b"%PDF-1.7 Dossier")
    paper.refresh_from_db()
    assert paper.is_ready
    return paper


def erased(paper):
    with gate():
        documents.erase([paper.fact])
    paper.refresh_from_db()
    return paper


def test_a_paper_erased_keeps_the_title_of_its_kind_and_says_nobody(monkeypatch):
    paper, forgotten = make_paper(), make_paper()
    revoke_document(document=paper, reason="Erreur de nom", by=SYSTEM)
    paper = erased(paper)
    assert (paper.label, paper.revoked_reason, paper.data) == (KINDS[paper.kind].title, GONE, {})
    monkeypatch.delitem(KINDS, paper.kind)
    assert (erased(forgotten).label, forgotten.revoked_reason) == (GONE, "")


def test_two_papers_alike_are_one_file_which_goes_with_the_last(django_capture_on_commit_callbacks):
    papers = [make_paper(), make_paper()]
    sha256 = papers[0].sha256
    for paper, remains in zip(papers, (True, False), strict=True):
        with django_capture_on_commit_callbacks(execute=True) as callbacks:
            erased(paper)
        assert (len(callbacks), default_storage.exists(stored.path("documents", sha256))) == (1, remains)
    waiting = make_dossier(make_registration()).registration
    with django_capture_on_commit_callbacks() as callbacks, gate():
        documents.erase(evaluations.keys_of(waiting))  # never rendered: no file to look for
    assert callbacks == []


def judged(referentiel, centre, name):
    """Somebody whose file holds a row of every kind, put off by a jury of the day, and gone since."""
    who = {"birth_name": name, "email": f"{name.lower()}@exemple.fr"}
    tutor = {"tutor_name": f"Tuteur {name}", "tutor_email": f"tuteur.{name.lower()}@exemple.fr"}
    row = make_validated_registration(referentiel, centre=centre, lacking=(2,), who=who, **tutor)
    member = row.commission_entries.get().commission.members.first()
    with gate():
        PersonalLink.objects.create(registration=row, member=member, declared_by="système")
        ConflictOverride.objects.create(registration=row, member=member, reason="Seul expert", by="système")
    jury = make_jury(row)
    officer = make_wearer(Role.OFFICER, centre=centre)
    entry = row.deliberation_entries.get()
    juries.decide(entry=entry, act="adjourn", reason="Identité à confirmer.", by=officer)
    Withdrawal.objects.create(entry=entry, member=jury.seats.last().member, reason="Ancien formateur")
    abandon_registration(registration=row, reason="Départ de l’entreprise.", by=officer)
    return row


FILE = (Evaluation, ConflictOverride, PersonalLink, CompanyOpinion, Interview)


def around(row):
    """Every row of somebody's file, and what the journal and the links say of them."""
    keys = [*map(str, evaluations.keys_of(row)), f"candidate:{row.candidate_id}"]
    found = [model.objects.filter(registration=row) for model in FILE]
    found += [
        ScoreSheet.objects.filter(evaluation__registration=row),
        CapacityValidation.objects.filter(registration=row),
        Decision.objects.filter(entry__registration=row),
        Withdrawal.objects.filter(entry__registration=row),
        AccessLink.objects.filter(subject__in=keys),
        LogEntry.objects.filter(subject__in=keys),
        row.dossiers.all(),
    ]
    return {rows.model: list(rows.order_by("pk").values()) for rows in found}


def named_by_hand(row):
    """How mails, links and the journal name the rows of somebody's file: what `keys_of` must find."""
    found = {Registration: [{"id": row.pk}]} | around(row)
    kinds = (Registration, Dossier, Evaluation, ScoreSheet, CompanyOpinion, Interview, Decision)
    keys = {f"{model._meta.model_name}:{one['id']}" for model in kinds for one in found[model]}
    return keys | {f"opinion:{one['id']}" for one in found[CompanyOpinion]}


def test_the_file_of_somebody_goes_and_that_of_another_stays_as_it_is():
    centre, referentiel = make_centre(), make_referentiel((1, 1), resource_centre=make_resource_centre())
    one, other = (judged(referentiel, centre, name) for name in ("Quentinval", "Hautecombe"))
    keys, others = named_by_hand(one), named_by_hand(other)
    assert {str(key) for key in evaluations.keys_of(one)} == keys
    for key in {*keys, *others}:
        mail(f"{key}:told", centre=centre)
    before = around(other)
    assert [] not in before.values()
    evaluations.erase_person(one.candidate)
    assert around(other) == before
    assert [model.objects.filter(registration=one).count() for model in FILE] == [0] * len(FILE)
    assert set(
        CapacityValidation.objects.filter(registration=one).values_list("departure_reason", flat=True)
    ) == {
        "",
        GONE,
    }
    assert Decision.objects.get(entry__registration=one).reason == GONE
    assert Withdrawal.objects.get(entry__registration=one).reason == GONE
    told = LogEntry.objects.filter(subject__in=keys)
    assert set(told.values_list("sentence", flat=True)) == {FORGOTTEN}
    left = OutboxMessage.objects.filter(template="t")
    assert set(left.values_list("event", flat=True)) == {f"{key}:told" for key in others}


def test_a_person_has_a_name_as_long_as_one_of_the_own_registrations():
    first = make_registration(who={"birth_name": "Quentinval"})
    by = make_wearer(Role.OFFICER, centre=first.centre)
    first = abandon_registration(registration=first, reason="Départ de l’entreprise.", by=by)
    second = make_registration(first.centre, first.referentiel, same_as=first.candidate)
    link, names = space_link(first), []
    for registration in (first, second):
        if registration.is_running:
            abandon_registration(registration=registration, reason="Départ de l’entreprise.", by=by)
        evaluations.erase(registration)
        link.refresh_from_db()
        first.candidate.refresh_from_db()
        names.append((first.candidate.birth_name, link.holder == GONE))
    assert names == [("Quentinval", False), (GONE, True)]


def test_a_registration_transferred_is_kept_as_long_as_its_pieces_are_read():
    registration = make_registration()
    by = make_wearer(Role.OFFICER, centre=registration.centre)
    to = make_centre("UIMM Langres")
    following = transfer_registration(registration=registration, to=to, reason="Déménage.", by=by)
    (reason,) = evaluations.must_be_kept(registration.candidate)
    assert reason == (
        f"inscription n° {registration.number} : transférée à UIMM Langres, "
        f"où la n° {following.number} en lit les pièces."
    )
    gone(following)
    assert evaluations.must_be_kept(registration.candidate) == []


def test_both_companies_go_with_an_erased_registration():
    host = make_company(centre := make_centre())
    registration = make_registration(centre, route="external_retraining", host_company=host)
    left = gone(registration)
    assert (left.companies, left.route) == ([], "external_retraining")
    assert Company.objects.filter(centre=centre).count() == 2


def test_the_line_of_a_class_goes_with_the_registration_it_made_and_the_others_stay():
    class_import = make_class_import(lines=2)
    confirm_import(class_import=class_import, by=make_wearer(Role.OFFICER, centre=class_import.centre))
    one, other = Registration.objects.order_by("number")
    gone(one)
    assert [row.imported.registration for row in ImportRow.objects.all()] == [other]


def test_a_report_goes_with_its_file_unless_another_is_the_same_to_the_letter(
    django_capture_on_commit_callbacks,
):
    presentations = [make_presentation(), make_presentation()]
    for presentation in presentations:
        send_report(
            evaluation=presentation, file=make_report_file(), upload=None, by=make_link(CANDIDATE_SPACE)
        )
    sha256 = Report.objects.first().sha256
    for presentation, remains in zip(presentations, (True, False), strict=True):
        with django_capture_on_commit_callbacks(execute=True):
            gone(presentation.registration)
        assert Report.objects.exists() is remains
        assert default_storage.exists(stored.path(REPORTS_FOLDER, sha256)) is remains


# --- Handed over ----------------------------------------------------------------------------------------------------


def exported(registration):
    """What «personne.json» says, and its text."""
    with zipfile.ZipFile(io.BytesIO(personal_data.export(registration.candidate))) as archive:
        text = archive.read("personne.json").decode()
    return json.loads(text), text


def test_the_mails_handed_over_are_those_to_the_person_and_those_of_the_own_links():
    registration = make_registration(who={"email": "Ines@exemple.fr", "birth_place": "Épinal"})
    elsewhere = make_registration(None, registration.referentiel, who={"email": "ines@exemple.fr"})
    mail("by address", recipient="ines@exemple.fr", centre=registration.centre)
    mail("by link", recipient="autre@exemple.fr", centre=registration.centre, link=space_link(registration))
    mail("of another centre", recipient="ines@exemple.fr", centre=elsewhere.centre)
    mail("of another link", recipient="autre@exemple.fr", link=space_link(elsewhere))
    said, text = exported(registration)
    found = {one["évènement"] for one in said["courriels"]} & {
        "by address",
        "by link",
        "of another centre",
        "of another link",
    }
    assert found == {"by address", "by link"}
    assert "Épinal" in text
    assert text.startswith('{\n  "')


def test_whoever_has_no_address_is_handed_no_mail_of_others():
    registration = make_registration(who={"email": ""})
    mail("another's", centre=registration.centre)
    assert exported(registration)[0]["courriels"] == []


def test_a_row_is_written_in_words_and_what_is_empty_says_so():
    registration = make_registration()
    said = written(registration)
    assert said["entreprise"] == str(registration.company)
    assert (said["organisme de formation"], said["pièces purgées le"]) == ("", None)
    assert said["inscrit le"] == registration.registered_on


def test_a_row_reached_in_two_ways_is_written_once():
    """A decision rectified: the new one hangs from the old one, and both from the candidate's place on the agenda."""
    registration = make_decided_registration()
    make_jury(registration, state=Jury.State.PUBLISHED)
    first = Decision.objects.get(entry__registration=registration)
    rectified = {"act": "adjourn", "verdict": "adjourned", "reason": "Pièce manquante.", "replaces": first}
    second = Decision.objects.create(entry=first.entry, decided_by="Philippe Garnier", **rectified)
    seen = []
    tree = personal.tree(registration.candidate, seen)
    assert {row.pk for row in seen if isinstance(row, Decision)} == {first.pk, second.pk}
    assert len(seen) == len({(type(row), row.pk) for row in seen})
    assert str(tree).count("Pièce manquante.") == 1
    assert [] not in tree.values()


def test_a_line_of_a_class_is_handed_over_with_the_registration_it_made():
    class_import = make_class_import()
    by = make_wearer(Role.OFFICER, centre=class_import.centre)
    confirm_import(class_import=class_import, by=by)
    seen = []
    personal.tree(Registration.objects.get().candidate, seen)
    assert [row.registration for row in seen if isinstance(row, ImportedRow)] == [Registration.objects.get()]


# --- Whom a command means -------------------------------------------------------------------------------------------


def test_somebody_is_found_by_address_or_by_number_within_a_centre():
    one = make_registration(make_centre("UIMM Dijon"), who={"email": "Ines@exemple.fr"})
    other = make_registration(make_centre("UIMM Langres"), one.referentiel, who={"email": "marc@exemple.fr"})
    assert one.number == other.number
    assert list(personal_data.people(email="ines@EXEMPLE.fr")) == [one.candidate]
    assert list(personal_data.people(number=one.number, centre="dijon")) == [one.candidate]
    assert set(personal_data.people(number=one.number)) == {one.candidate, other.candidate}
    assert list(personal_data.people(candidate=str(other.candidate_id))) == [other.candidate]
    gone(one)
    assert list(personal_data.people(number=one.number)) == [other.candidate]
