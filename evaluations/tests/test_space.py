"""The candidate's page: what it says, what it must not say, and the report it receives."""

import uuid
from datetime import time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import OutboxMessage, Role
from accounts.tests.factories import client_as, client_of_guest, make_centre, make_wearer
from candidates.actions import abandon_registration, record_paper_reading
from candidates.models import Registration
from candidates.tests.factories import make_registration, space_link
from cqpm.tests.situations import situation
from cqpm.utils import stored
from cqpm.utils.freeze import REFUSAL
from cqpm.utils.french import day, today
from evaluations.actions import (
    commission as commissions,
    evaluation as planning,
    jury as juries,
    report as reports,
)
from evaluations.actions.transfer import transfer_registration
from evaluations.models import Evaluation, Jury, Report, Summons
from evaluations.models.report import REPORTS_FOLDER
from evaluations.reads.deadline import with_deadlines
from evaluations.reads.space import read
from evaluations.tests.acts import breaks, last_entry, refused, rewrite, twin
from evaluations.tests.factories import (
    ask_opinion,
    make_commission,
    make_decided_registration,
    make_evaluation,
    make_jury,
    make_presentation,
    make_report_file,
    make_submitted_sheet,
    president_of,
    redate,
    seat_members,
    with_dossier,
)
from referentiel.models import Method
from referentiel.tests.factories import make_referentiel

pytestmark = pytest.mark.django_db


@situation
def presentation():
    return make_presentation()


def send(evaluation, content=b"%PDF-1.7", **fields):
    given = {"file": make_report_file(content), "upload": uuid.uuid4()} | fields
    return reports.send_report(
        evaluation=evaluation, by=fields.pop("by", space_link(evaluation.registration)), **given
    )


def deadlined(registration):
    return with_deadlines(Registration.objects.with_people()).get(pk=registration.pk)


def answer(registration):
    client = client_of_guest(space_link(registration))
    return client.get(reverse("my_registration", args=[registration.pk]))


def page(registration):
    """What the candidate reads."""
    return answer(registration).content.decode()


# --- The report ------------------------------------------------------------------------------------------------


def test_a_report_is_kept_dated_acknowledged_and_told(presentation):
    report = send(presentation)
    presentation.refresh_from_db()
    assert (report.rank, report.name, report.type, report.size) == (1, "Rapport.pdf", "PDF", 8)
    assert stored.read(REPORTS_FOLDER, report.sha256) == b"%PDF-1.7"
    assert presentation.report_received_on == report.received_on == today()
    assert (presentation.report_is_late, presentation.presented_report) == (False, report)
    receipt = OutboxMessage.objects.get(template="report_received")
    assert receipt.recipient == presentation.registration.candidate.email
    assert (receipt.context["late"], receipt.context["rank"]) == (False, 1)
    assert last_entry(presentation.registration)[0] == "send_report"


def test_the_same_sending_or_the_same_file_is_one_version(presentation):
    key = uuid.uuid4()
    first = send(presentation, upload=key)
    assert send(presentation, b"%PDF-1.7 autre", upload=key) == first
    assert send(presentation) == first
    second = send(presentation, b"%PDF-1.7 corrige")
    assert list(Report.objects.values_list("rank", flat=True)) == [1, 2]
    assert presentation.presented_report == second


def test_a_late_report_is_accepted_and_marked_and_the_responsable_decides():
    evaluation = make_presentation(in_days=3)  # due four days ago
    send(evaluation)
    evaluation.refresh_from_db()
    assert (evaluation.report_is_late, evaluation.late_report_awaits_decision) == (True, True)
    assert OutboxMessage.objects.get(template="report_received").context["late"] is True


def test_what_comes_after_the_date_does_not_replace_what_came_in_time(presentation):
    in_time = send(presentation)
    rewrite(presentation, report_due_on=today() - timedelta(days=1))
    redate(presentation, today() + timedelta(days=1))
    presentation.refresh_from_db()
    Evaluation.objects.filter(pk=presentation.pk).update(report_due_on=today())
    presentation.refresh_from_db()
    assert presentation.presented_report == in_time
    rewrite(presentation, report_due_on=today() - timedelta(days=1))
    presentation.refresh_from_db()
    late = send(presentation, b"%PDF-1.7 tard")
    assert presentation.presented_report == late  # none came in time: the last one
    assert late.rank == 2


def test_no_report_where_none_is_awaited(presentation):
    other = make_evaluation()
    refused(lambda: send(other), "Seule une présentation de projets demande un rapport.")
    staff = make_wearer(Role.OFFICER, centre=presentation.registration.centre)
    tomorrow = today() + timedelta(days=1)
    refused(
        lambda: send(presentation, received_on=tomorrow),
        "La date de réception du rapport est dans le futur.",
    )
    planning.mark_postponed(evaluation=presentation, reason="Malade.", by=staff)
    presentation.refresh_from_db()
    refused(lambda: send(presentation), "Évaluation reportée : le rapport ne change plus.")


def test_an_abandoned_registration_receives_nothing_more(presentation):
    staff = make_wearer(Role.OFFICER, centre=presentation.registration.centre)
    abandon_registration(registration=presentation.registration, reason="Parti.", by=staff)
    refused(lambda: send(presentation), "Cette inscription est abandonnée : elle ne change plus.")


def test_an_evaluation_whose_report_came_is_postponed_not_deleted(presentation):
    send(presentation)
    staff = make_wearer(Role.OFFICER, centre=presentation.registration.centre)
    refused(
        lambda: planning.delete_evaluation(evaluation=presentation, by=staff),
        "Un rapport a été reçu : reportez l’évaluation plutôt que de la supprimer.",
    )


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Rapport.pdf", "Rapport.pdf"),
        ("C:\\Users\\Léo\\mon rapport.exe", "mon rapport.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ('a"b<c>\r\nd.pdf', "a b c d.pdf"),
        (".pdf", "pdf.pdf"),
        ("é" * 300 + ".pdf", "é" * 116 + ".pdf"),
    ],
)
def test_a_file_name_is_believed_for_its_words_only(given, kept):
    assert reports.clean_name(given, make_report_file().sniffed) == kept


@pytest.mark.both_engines
@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"rank": 0}, "report_rank_from_one"),
        ({"type": "EXE"}, "report_type_known"),
        ({"size": 0}, "report_stored"),
        ({"sha256": "abc"}, "report_stored"),
        ({"name": ""}, "report_stored"),
        ({"received_by": ""}, "report_has_actor"),
        ({"rank": 1}, "report_rank_unique"),
        ({"received_on": today() - timedelta(days=900)}, "report_of_a_presentation"),
    ],
)
def test_no_incoherent_report(presentation, fields, name):
    report = send(presentation)
    breaks(name, lambda: twin(report, **{"rank": 2, "upload": uuid.uuid4()} | fields))


@pytest.mark.both_engines
def test_a_report_is_one_sending_of_a_presentation_and_never_changes(presentation):
    report = send(presentation)
    breaks("report_sent_once", lambda: twin(report, rank=2))
    other = make_evaluation()
    breaks("report_of_a_presentation", lambda: twin(report, evaluation_id=other.pk, upload=uuid.uuid4()))
    breaks(REFUSAL, lambda: rewrite(report, name="Autre.pdf"))


def test_the_page_receives_a_report_and_gives_it_back(presentation):
    registration = presentation.registration
    client = client_of_guest(space_link(registration))
    url = reverse("my_report", args=[registration.pk, presentation.pk])
    prefix = f"rapport-{presentation.pk}"

    def post(content, key):
        file = make_report_file(content)
        return client.post(url, {f"{prefix}-upload": key, f"{prefix}-file": file})

    wrong = post(b"<svg></svg>", uuid.uuid4())
    assert (wrong.status_code, Report.objects.count()) == (422, 0)
    assert "n’est pas du type attendu" in wrong.content.decode()
    key = uuid.uuid4()
    assert [post(b"%PDF-1.7", key).status_code for _ in range(2)] == [302, 302]
    report = Report.objects.get()
    back = client.get(reverse("my_report_file", args=[registration.pk, report.pk]))
    assert (back.content, back["X-Content-Type-Options"]) == (b"%PDF-1.7", "nosniff")
    assert back["Content-Disposition"] == 'attachment; filename="Rapport.pdf"'


def test_the_centre_records_a_report_with_or_without_its_file(presentation):
    client = client_as(make_wearer(Role.OFFICER, centre=presentation.registration.centre))
    url = reverse("evaluation_report", args=[presentation.pk])
    yesterday = today() - timedelta(days=1)
    client.post(url, {"received_on": yesterday.isoformat(), "upload": uuid.uuid4()})
    client.post(url, {"received_on": today().isoformat(), "upload": uuid.uuid4(), "file": make_report_file()})
    presentation.refresh_from_db()
    assert (presentation.report_received_on, Report.objects.get().received_on) == (yesterday, today())


# --- What the page says -----------------------------------------------------------------------------------------


def test_the_way_begins_with_the_dossier():
    registration = make_registration()
    assert [step.status for step in answer(registration).context["steps"]] == [
        "done",
        "current",
        *["todo"] * 6,
    ]
    assert "Le centre d’examen prépare votre dossier de modalités." in page(registration)


def test_a_day_to_come_is_announced_and_a_commission_only_once_convened():
    registration = with_dossier()
    staff = make_wearer(Role.OFFICER, centre=registration.centre)
    make_evaluation(registration, held_on=today() + timedelta(days=6))
    commission = make_commission(registration.centre, held_on=today() + timedelta(days=9))
    commissions.add_candidate(commission=commission, registration=registration, by=staff)
    seat_members(commission, by=staff)
    client = client_of_guest(space_link(registration))
    assert "convocations/" not in page(registration)
    commissions.summon_commission(commission=commission, by=staff)
    summons = Summons.objects.get(registration=registration, audience="candidate")
    letter = reverse("my_convocation", args=[registration.pk, summons.pk])
    assert (client.get(letter).status_code, letter in page(registration)) == (200, True)
    stranger = Summons.objects.filter(registration=None).first()
    assert client.get(reverse("my_convocation", args=[registration.pk, stranger.pk])).status_code == 302
    commissions.change_commission(
        commission=commission, held_on=commission.held_on, starts_at=time(17), place="Salle 3", by=staff
    )
    assert (client.get(letter).status_code, letter in page(registration)) == (302, False)


@pytest.mark.parametrize("lacking", [(), (1,)])
def test_a_result_is_told_once_published_and_not_before(lacking):
    referentiel = make_referentiel()
    registration = make_decided_registration(referentiel, lacking=lacking)
    words = "Non admissible" if lacking else "Félicitations"
    jury = make_jury(registration, state=Jury.State.CLOSED)
    before = page(registration)
    assert (words in before, "attestation/" in before) == (False, False)
    assert read(deadlined(registration)).decision is None
    president = president_of(jury)
    juries.publish_jury(jury=jury, president=president, secretary=president)
    after = page(registration)
    assert words in after
    until = timezone.localdate() + timedelta(days=60)
    assert f"jusqu’au {day(until)}" in after


def test_nothing_that_evaluators_found_is_on_the_page():
    registration = with_dossier()
    make_submitted_sheet(registration, value="not_met")
    text = page(registration)
    assert "Toutes vos évaluations sont faites" in text
    assert [word for word in ("cquis", "cquise", "Admissible", "ce qui a été vu") if word in text] == []


@pytest.mark.parametrize("versions", [1, 3])
def test_the_page_costs_as_many_queries_with_one_report_as_with_three(
    presentation, versions, django_assert_num_queries
):
    registration = presentation.registration
    for version in range(versions):
        send(presentation, b"%%PDF-%d" % version)
    client = client_of_guest(space_link(registration))
    with django_assert_num_queries(13):
        client.get(reverse("my_registration", args=[registration.pk]))


def test_evaluators_of_the_candidate_open_the_report_and_others_do_not(presentation):
    report = send(presentation)
    url = reverse("report_file", args=[report.pk])
    evaluator = presentation.sheets.get().evaluator
    stranger = make_wearer(Role.EVALUATOR, centre=presentation.registration.centre)
    assert [client_as(user).get(url).status_code for user in (evaluator, stranger)] == [200, 404]


def test_the_agenda_of_a_jury_says_whose_identity_has_not_been_read():
    referentiel = make_referentiel()
    registrations = [make_decided_registration(referentiel)]
    centre = registrations[0].centre
    registrations.append(make_decided_registration(referentiel, centre=centre))
    jury = make_jury(*registrations, state=Jury.State.PREPARED)
    client = client_as(make_wearer(Role.OFFICER, centre=centre))

    def to_read():
        text = client.get(reverse("jury_detail", args=[jury.pk])).content.decode()
        return text.count("identité à relire")

    assert to_read() == 2
    record_paper_reading(registration=registrations[0], by=make_wearer(Role.OFFICER, centre=centre))
    assert to_read() == 1


def test_a_transfer_keeps_the_reports_and_shows_no_opinion_still_awaited_before_it():
    registration = with_dossier(methods=[Method.PROJECT])
    evaluation = make_presentation(registration)
    report = send(evaluation)
    ask_opinion(registration)
    staff = make_wearer(Role.HEAD, centre=registration.centre)
    planning.mark_postponed(evaluation=evaluation, reason="Transfert.", by=staff)
    following = transfer_registration(
        registration=registration, to=make_centre(), reason="Déménagement.", by=staff
    )
    way = read(deadlined(following))
    assert way.opinion is None
    client = client_of_guest(space_link(following))
    url = reverse("my_report_file", args=[following.pk, report.pk])
    assert client.get(url).content == b"%PDF-1.7"
    stranger = client_of_guest(space_link(make_registration()))
    assert stranger.get(url).status_code == 404
