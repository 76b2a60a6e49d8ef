"""The avis de l'entreprise: asked, given, chased, redirected, missing; and what the database refuses of it."""

from datetime import date, timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts import mailing
from accounts.actions import change_settings, issue_link
from accounts.models import AccessLink, FaultyAddress, OutboxMessage, Role
from accounts.tasks import send_reminders
from accounts.tests.factories import make_wearer
from candidates.actions import abandon_registration
from candidates.models import Registration
from candidates.rules import Stage
from candidates.tests.factories import make_registration
from cqpm.tests.situations import situation
from cqpm.utils.clocks import OPINION_RECEIVED
from cqpm.utils.freeze import REFUSAL
from cqpm.utils.french import day, of, today
from evaluations.actions import opinion as opinions
from evaluations.models import CapacityOpinion, CompanyOpinion
from evaluations.tests.acts import breaks, last_entry, refused, rewrite, twin
from evaluations.tests.factories import (
    ask_opinion,
    draft_opinion,
    kept_somewhere,
    make_submitted_sheet,
    with_dossier,
)
from referentiel.tests.factories import load_fictitious, make_referentiel, plain

pytestmark = pytest.mark.django_db

NOW = "2026-11-23 09:00+00:00"
DUE = date(2026, 12, 14)


@pytest.fixture(autouse=True)
def held_still():
    with time_machine.travel(NOW, tick=False):
        yield


@situation
@time_machine.travel(NOW, tick=False)
def registration():
    return with_dossier()


@situation
@time_machine.travel(NOW, tick=False)
def opinion(registration):
    return ask_opinion(registration)


def officer_of(row):
    return make_wearer(Role.OFFICER, centre=row.registration.centre)


def head_of(row):
    return make_wearer(Role.HEAD, centre=row.registration.centre)


def submit(opinion, **fields):
    return opinions.submit_opinion(
        opinion=opinion,
        by=opinion.link,
        **{"name": "Sylvie Ravier", "function": "Tutrice"} | fields,
    )


def messages_of(opinion, template):
    return OutboxMessage.objects.filter(template=template, centre=opinion.registration.centre)


def text(message):
    """(subject, first part of the body, without its signature)."""
    subject, body = mailing.render(message)
    return plain(subject), plain(body.partition("\n--")[0]).strip()


# --- Asked ------------------------------------------------------------------------------------------------------


def test_an_opinion_is_asked_on_every_capacity_by_a_link_sent_by_mail(registration):
    by = make_wearer(Role.OFFICER, centre=registration.centre)
    opinion = ask_opinion(registration, by=by, respondent_name="  Sylvie Ravier ")
    assert (opinion.state, opinion.respondent_name, opinion.company_name, opinion.requested_by) == (
        CompanyOpinion.State.REQUESTED,
        "Sylvie Ravier",
        registration.company.name,
        str(by),
    )
    assert [(row.capacity.number, row.value) for row in opinion.values.all()] == [(1, ""), (2, "")]
    assert (opinion.link.holder, opinion.link.email) == ("Sylvie Ravier", "laure.cassagne@exemple.fr")
    # Due on 14 December, then thirty days during which a late one is still received.
    assert timezone.localtime(opinion.link.expires_at).isoformat() == "2027-01-14T00:00:00+01:00"
    subject, body = text(messages_of(opinion, "opinion_requested").get())
    assert subject == (
        f"Avis de l’entreprise à donner avant le 14 décembre 2026 (inscription n° {registration.number})"
    )
    assert f"/avis/{opinion.link_id}/" in body
    assert last_entry(registration) == (
        "request_opinion",
        "Avis de l’entreprise demandé à Sylvie Ravier, par courriel, pour le 14\u00a0décembre\u00a02026.",
        {"opinion": str(opinion.pk)},
    )


def test_without_address_the_link_waits_to_be_printed(registration):
    opinion = ask_opinion(registration, respondent_email="")
    assert opinion.link.is_open
    assert not messages_of(opinion, "opinion_requested").exists()
    assert "par lien imprimé" in last_entry(registration)[1]


def test_a_capacity_the_referentiel_asks_no_opinion_for_is_not_asked():
    registration = with_dossier(kept_somewhere(load_fictitious()))
    wanted = [row.number for row in registration.referentiel.tree if row.company_opinion]
    assert len(wanted) < len(registration.referentiel.tree)
    opinion = ask_opinion(registration)
    assert list(opinion.values.values_list("capacity__number", flat=True)) == wanted


def test_no_company_nobody_to_ask():
    registration = with_dossier(company=None)
    refused(
        lambda: ask_opinion(registration, respondent_name="Sylvie Ravier"),
        "Ce candidat n’a pas d’entreprise : l’absence d’avis est motivée dans son dossier.",
    )


def test_no_opinion_before_a_dossier_is_in_force():
    registration = make_registration()
    refused(lambda: ask_opinion(registration), "Le dossier de modalités n’est pas encore transmis.")


def test_an_opinion_is_asked_once(opinion):
    refused(lambda: ask_opinion(opinion.registration), "L’avis de l’entreprise est déjà demandé.")


def test_an_opinion_is_due_in_the_future(registration):
    yesterday = today() - timedelta(days=1)
    refused(
        lambda: ask_opinion(registration, due_on=yesterday),
        "L’échéance est déjà passée : choisissez une date à venir.",
    )
    assert ask_opinion(registration, due_on=today()).due_on == today()


def test_somebody_is_asked(registration):
    refused(
        lambda: ask_opinion(registration, respondent_name="  "),
        "Indiquez la personne qui donnera l’avis.",
    )


def test_nothing_is_asked_when_the_referentiel_asks_for_no_opinion():
    registration = with_dossier(kept_somewhere(make_referentiel(company_opinion=False)))
    refused(lambda: ask_opinion(registration), "Aucune capacité à évaluer n’appelle l’avis de l’entreprise.")


# --- Given ------------------------------------------------------------------------------------------------------


def test_a_draft_is_kept_capacity_by_capacity_and_may_change(opinion):
    opinions.save_capacity_opinion(
        opinion=opinion, number=2, value="reserved", comment=" Point d’arrêt oublié. ", by=opinion.link
    )
    opinions.save_capacity_opinion(opinion=opinion, number=2, value="favorable", comment="", by=opinion.link)
    opinion.refresh_from_db()
    assert (opinion.state, opinion.submitted_at) == (CompanyOpinion.State.DRAFT, None)
    assert list(opinion.values.values_list("capacity__number", "value", "comment")) == [
        (1, "", ""),
        (2, "favorable", ""),
    ]


@pytest.mark.parametrize("value", ["", "excellent"])
def test_a_draft_holds_one_of_the_four_answers(opinion, value):
    def act():
        opinions.save_capacity_opinion(opinion=opinion, number=1, value=value, comment="", by=opinion.link)

    refused(act, "Choisissez l’un des quatre avis.")


def test_a_draft_is_about_a_capacity_asked_about(opinion):
    def act():
        opinions.save_capacity_opinion(
            opinion=opinion, number=3, value="favorable", comment="", by=opinion.link
        )

    refused(act, "Cette capacité n’appelle pas d’avis.")


def test_an_opinion_is_given_whole_with_name_and_function(opinion):
    draft_opinion(opinion, "reserved", but=[2])
    refused(lambda: submit(opinion), "Capacité 2 : avis à donner.")
    opinions.save_capacity_opinion(
        opinion=opinion, number=2, value="not_observed", comment="Autre service.", by=opinion.link
    )
    refused(lambda: submit(opinion, name=" "), "Écrivez vos prénom et nom.")
    refused(lambda: submit(opinion, function=""), "Écrivez votre fonction auprès du candidat.")

    given = submit(opinion, name=" Sylvie Ravier ")
    assert (given.state, given.submitted_by, given.submitted_function, given.is_late) == (
        CompanyOpinion.State.SUBMITTED,
        "Sylvie Ravier",
        "Tutrice",
        False,
    )
    assert AccessLink.objects.get(pk=opinion.link_id).closed_at == timezone.now()
    assert last_entry(opinion.registration)[:2] == (
        "submit_opinion",
        "Avis de l’entreprise validé par Sylvie Ravier, Tutrice.",
    )


def test_what_was_given_is_confirmed_by_mail(opinion):
    draft_opinion(opinion, "reserved", but=[2])
    opinions.save_capacity_opinion(
        opinion=opinion, number=2, value="not_observed", comment="Autre service.", by=opinion.link
    )
    submit(opinion)
    message = messages_of(opinion, "opinion_receipt").get()
    assert message.recipient == "laure.cassagne@exemple.fr"
    candidate = opinion.registration.candidate
    assert text(message) == (
        f"Copie de l’avis {of(opinion.company_name)} (inscription n° {opinion.registration.number})",
        "Bonjour Laure Cassagne,\n\n"
        f"L’avis {of(opinion.company_name)} sur {candidate} est parvenu au centre d’examen, "
        "validé par Sylvie Ravier, tutrice. Il ne change plus :\n\n"
        "- 1. Capacité d’essai 1 : réservé\n"
        "- 2. Capacité d’essai 2 : non observé (Autre service.)\n\n"
        "Vous n’avez pas donné cet avis, ou il contient une erreur ? "
        "Appelez sans attendre le centre d’examen.",
    )


def test_an_opinion_given_after_its_due_date_is_accepted_and_marked(opinion):
    draft_opinion(opinion)
    with time_machine.travel("2026-12-14 22:59+00:00", tick=False):  # 23 h 59 in Paris, the last minute
        assert not CompanyOpinion.objects.get(pk=opinion.pk).is_overdue
    with time_machine.travel("2026-12-14 23:00+00:00", tick=False):
        assert CompanyOpinion.objects.get(pk=opinion.pk).is_overdue
        given = submit(opinion)
    assert given.is_late
    assert last_entry(opinion.registration)[1].endswith("Tutrice, après l’échéance.")


def test_an_opinion_given_does_not_change_and_is_not_given_twice(opinion):
    draft_opinion(opinion)
    submit(opinion)
    over = "Cet avis est déjà remis : il ne change plus."
    refused(lambda: submit(opinion, name="Un autre"), over)
    refused(lambda: draft_opinion(opinion, "unfavorable"), over)
    refused(lambda: opinions.remind_company(opinion=opinion, by=officer_of(opinion)), over)
    refused(lambda: redirected(opinion), over)
    refused(lambda: absence(opinion), over)


def test_a_contested_opinion_does_not_change_and_another_may_be_asked(opinion):
    draft_opinion(opinion)
    submit(opinion)
    rewrite(opinion, state=CompanyOpinion.State.CONTESTED, contested_at=timezone.now())
    refused(lambda: submit(opinion), "Cet avis est contesté : il ne change plus.")
    refused(lambda: draft_opinion(opinion), "Cet avis est contesté : il ne change plus.")
    again = ask_opinion(opinion.registration)
    assert again.pk != opinion.pk
    assert opinion.registration.opinions.count() == 2


def test_the_stage_moves_on_when_the_opinion_is_given(registration):
    make_submitted_sheet(registration)
    opinion = draft_opinion(ask_opinion(registration))
    assert Registration.objects.get(pk=registration.pk).stage == Stage.OPINION
    submit(opinion)
    assert Registration.objects.get(pk=registration.pk).stage == Stage.INTERVIEW


# --- Chased, redirected -----------------------------------------------------------------------------------------


def test_a_company_is_reminded_at_most_once_a_day(opinion):
    by = officer_of(opinion)
    opinions.remind_company(opinion=opinion, by=by)
    refused(
        lambda: opinions.remind_company(opinion=opinion, by=by),
        f"{opinion.respondent_name} : relance déjà faite aujourd’hui.",
    )
    with time_machine.travel("2026-11-23 23:00+00:00", tick=False):  # midnight in Paris
        opinions.remind_company(opinion=opinion, by=by)
    reminders = messages_of(opinion, "opinion_reminder")
    assert reminders.count() == 2
    subject, body = text(reminders.first())
    assert subject == (
        f"Rappel : avis de l’entreprise attendu le 14 décembre 2026 (inscription n° {opinion.registration.number})"
    )
    assert f"/avis/{opinion.link_id}/" in body


def test_without_address_a_reminder_is_the_trace_of_a_call(registration):
    opinion = ask_opinion(registration, respondent_email="")
    opinions.remind_company(opinion=opinion, by=officer_of(opinion))
    opinion.link.refresh_from_db()
    assert opinion.link.reminded_at == timezone.now()
    assert not messages_of(opinion, "opinion_reminder").exists()
    assert last_entry(registration)[1] == (
        f"Avis de l’entreprise relancé par téléphone ou courrier auprès de {opinion.respondent_name}."
    )


def test_nobody_is_reminded_of_a_link_that_has_expired(opinion):
    with time_machine.travel("2027-01-14 09:00+00:00", tick=False):
        refused(
            lambda: opinions.remind_company(opinion=opinion, by=officer_of(opinion)),
            "Le lien n’est plus valable : faites une nouvelle demande pour en envoyer un autre.",
        )


def reminded(day):
    """The days in the events of the reminders written, once the task has run on that day."""
    with time_machine.travel(f"{day} 09:00+00:00", tick=False):
        send_reminders()
        send_reminders()
    rows = OutboxMessage.objects.filter(template="opinion_reminder").order_by("pk")
    return [row.event.rpartition(":")[2] for row in rows]


def test_the_ladder_chases_the_company_once_a_step(opinion):
    """Asked on 23 November for 14 December: 30 November, 7 December, 11 December."""
    assert reminded("2026-11-29") == []
    assert reminded("2026-11-30") == ["2026-11-30"]
    assert last_entry(opinion.registration)[1] == (
        f"Avis de l’entreprise relancé par courriel auprès de {opinion.respondent_name}."
    )
    # The machine is off until the 12th: one mail for two steps.
    assert reminded("2026-12-12") == ["2026-11-30", "2026-12-11"]
    assert reminded("2026-12-20") == ["2026-11-30", "2026-12-11"]


def test_a_reminder_by_hand_stands_for_its_step(opinion):
    with time_machine.travel("2026-12-01 09:00+00:00", tick=False):
        opinions.remind_company(opinion=opinion, by=officer_of(opinion))
    assert reminded("2026-12-02") == ["2026-12-01"]


def test_nobody_is_chased_who_answered_left_or_is_not_reached(registration):
    opinion = ask_opinion(registration, respondent_email="")
    assert reminded("2026-12-01") == []
    redirect = {"respondent_name": "Sylvie Ravier", "respondent_email": "s@exemple.fr", "due_on": DUE}
    opinion = opinions.redirect_opinion(opinion=opinion, by=officer_of(opinion), **redirect)
    FaultyAddress.objects.create(address="s@exemple.fr", marked_by="Système")
    assert reminded("2026-12-01") == []
    FaultyAddress.objects.all().delete()
    abandon_registration(registration=registration, reason="Parti.", by=officer_of(opinion))
    assert reminded("2026-12-01") == []


def test_one_centre_sends_no_reminder_another_its_own(opinion):
    keys = {"opinion.remind_after": "", "opinion.remind_before": ""}
    change_settings(values=keys, centre=opinion.registration.centre, by=head_of(opinion))
    ask_opinion(with_dossier())
    assert reminded("2026-12-01") == ["2026-11-30"]


def test_one_that_cannot_be_written_keeps_nobody_waiting(opinion, caplog):
    ask_opinion(with_dossier())
    CompanyOpinion.objects.filter(pk=opinion.pk).update(link=None)  # no row for its link any more
    assert reminded("2026-12-01") == ["2026-11-30"]
    assert {record.levelname for record in caplog.records} == {"ERROR"}


def redirected(opinion, **fields):
    return opinions.redirect_opinion(
        opinion=opinion,
        by=officer_of(opinion),
        **{
            "respondent_name": "Marc Colin",
            "respondent_email": "Marc.Colin@exemple.fr",
            "due_on": today() + timedelta(days=30),
        }
        | fields,
    )


def test_another_respondent_gets_a_link_the_former_one_is_dead_and_the_draft_stays(opinion):
    draft_opinion(opinion, "reserved", but=[2])
    former = opinion.link
    redirected(opinion)
    opinion.refresh_from_db()
    assert (opinion.respondent_name, opinion.respondent_email, opinion.due_on) == (
        "Marc Colin",
        "marc.colin@exemple.fr",
        date(2026, 12, 23),
    )
    assert AccessLink.objects.get(pk=former.pk).revoked_at == timezone.now()
    assert list(opinion.values.values_list("value", flat=True)) == ["reserved", ""]
    recipients = messages_of(opinion, "opinion_requested").values_list("recipient", flat=True)
    assert sorted(recipients) == ["laure.cassagne@exemple.fr", "marc.colin@exemple.fr"]

    over = "Ce lien n’est plus celui de cet avis : adressez-vous au centre d’examen."

    def former_writes():
        opinions.save_capacity_opinion(opinion=opinion, number=2, value="favorable", comment="", by=former)

    refused(former_writes, over)
    refused(
        lambda: opinions.submit_opinion(opinion=opinion, name="Laure", function="Tutrice", by=former), over
    )


def test_a_request_is_redirected_to_somebody_for_a_day_to_come(opinion):
    refused(lambda: redirected(opinion, respondent_name=""), "Indiquez la personne qui donnera l’avis.")
    refused(
        lambda: redirected(opinion, due_on=today() - timedelta(days=1)),
        "L’échéance est déjà passée : choisissez une date à venir.",
    )


def test_another_companys_link_writes_nothing(opinion):
    other = ask_opinion()

    def act():
        opinions.save_capacity_opinion(
            opinion=opinion, number=1, value="favorable", comment="", by=other.link
        )

    refused(act, "Ce lien n’est plus celui de cet avis : adressez-vous au centre d’examen.")


def test_the_time_given_to_a_company_is_a_setting(registration):
    change_settings(
        values={OPINION_RECEIVED.setting: 0},
        centre=registration.centre,
        by=make_wearer(Role.HEAD, centre=registration.centre),
    )
    opinion = ask_opinion(registration)
    assert timezone.localtime(opinion.link.expires_at).isoformat() == "2026-12-15T00:00:00+01:00"


def test_an_abandoned_registration_awaits_nothing_any_more(opinion):
    by = officer_of(opinion)
    abandon_registration(registration=opinion.registration, reason="Embauche ailleurs.", by=by)
    opinion = CompanyOpinion.objects.with_people().get(pk=opinion.pk)
    assert (opinion.is_awaited, opinion.link.is_open) == (False, False)
    assert list(CompanyOpinion.objects.for_user(by).awaiting()) == []
    refused(
        lambda: opinions.remind_company(opinion=opinion, by=by),
        "Cette inscription est abandonnée : elle ne change plus.",
    )


# --- Absent -----------------------------------------------------------------------------------------------------


def absence(opinion, *, by=None, reason="Trois relances sans réponse."):
    return opinions.record_opinion_absence(opinion=opinion, reason=reason, by=by or head_of(opinion))


def test_the_responsable_records_the_absence_after_the_due_date(opinion):
    refused(lambda: absence(opinion), f"L’entreprise a jusqu’au {day(opinion.due_on)} pour répondre.")
    with time_machine.travel("2026-12-14 09:00+00:00", tick=False):
        refused(lambda: absence(opinion), f"L’entreprise a jusqu’au {day(opinion.due_on)} pour répondre.")
    with time_machine.travel("2026-12-15 09:00+00:00", tick=False):
        refused(
            lambda: absence(opinion, by=officer_of(opinion)),
            "Seul le responsable du centre peut consigner l’absence d’avis.",
        )
        refused(
            lambda: absence(opinion, by=make_wearer(Role.HEAD)),
            "Seul le responsable du centre peut consigner l’absence d’avis.",
        )
        refused(
            lambda: absence(opinion, reason=" "),
            "Motivez l’absence d’avis : le motif est imprimé sur la fiche de synthèse.",
        )
        by = head_of(opinion)
        absent = absence(opinion, by=by)
    assert (absent.state, absent.absence_reason, absent.absence_by) == (
        CompanyOpinion.State.ABSENT,
        "Trois relances sans réponse.",
        str(by),
    )
    assert AccessLink.objects.get(pk=opinion.link_id).revoked_at
    over = "L’absence d’avis est consignée : il n’est plus attendu."
    refused(lambda: submit(opinion), over)
    refused(lambda: absence(opinion), over)


# --- What the database refuses ------------------------------------------------------------------------------------


@pytest.mark.both_engines
def test_a_given_opinion_is_frozen(opinion):
    draft_opinion(opinion)
    submit(opinion)
    value = opinion.values.first()
    breaks(REFUSAL, lambda: rewrite(opinion, submitted_by="Quelqu’un"))
    breaks(REFUSAL, lambda: rewrite(value, value="unfavorable"))
    breaks(REFUSAL, lambda: CapacityOpinion.objects.filter(pk=value.pk).delete())
    breaks(REFUSAL, lambda: twin(value, capacity_id=opinion.values.last().capacity_id))
    breaks(REFUSAL, lambda: CompanyOpinion.objects.filter(pk=opinion.pk)._raw_delete("default"))
    rewrite(opinion, state="contested", contested_at=timezone.now())
    breaks(REFUSAL, lambda: rewrite(value, value="unfavorable"))


@pytest.mark.both_engines
def test_the_database_refuses_half_an_opinion(opinion):
    now = timezone.now()
    breaks("company_opinion_state_known", lambda: rewrite(opinion, state="lost"))
    breaks("company_opinion_one_per_registration", lambda: twin(opinion))
    breaks("company_opinion_submitted_whole", lambda: rewrite(opinion, submitted_at=now))
    breaks("company_opinion_absence_reasoned", lambda: rewrite(opinion, state="absent", absence_at=now))
    breaks(
        "company_opinion_after_registration",
        lambda: rewrite(opinion, due_on=opinion.registration.registered_on - timedelta(days=1)),
    )
    whole = {
        "state": "submitted",
        "submitted_at": now,
        "submitted_by": "Sylvie Ravier",
        "submitted_function": "Tutrice",
    }
    breaks("company_opinion_submitted_complete", lambda: rewrite(opinion, **whole))
    draft_opinion(opinion)
    breaks("company_opinion_submitted_whole", lambda: rewrite(opinion, **whole | {"submitted_function": ""}))
    breaks("company_opinion_contested_dated", lambda: rewrite(opinion, **whole | {"state": "contested"}))
    rewrite(opinion, **whole)


@pytest.mark.both_engines
def test_an_opinion_without_any_capacity_is_not_given(opinion):
    opinion.values.all().delete()
    breaks(
        "company_opinion_submitted_complete",
        lambda: rewrite(
            opinion,
            state="submitted",
            submitted_at=timezone.now(),
            submitted_by="Sylvie Ravier",
            submitted_function="Tutrice",
        ),
    )


@pytest.mark.both_engines
def test_the_database_refuses_an_answer_nobody_asked_for(opinion):
    value = opinion.values.first()
    breaks("capacity_opinion_once", lambda: twin(value))
    breaks("capacity_opinion_known", lambda: rewrite(value, value="excellent"))
    foreign = make_referentiel().tree[0]
    breaks("capacity_opinion_asked_by_its_referentiel", lambda: rewrite(value, capacity=foreign))


@pytest.mark.both_engines
def test_the_database_refuses_an_opinion_the_referentiel_does_not_want():
    opinion = ask_opinion(with_dossier(kept_somewhere(load_fictitious())))
    silent = next(row for row in opinion.registration.referentiel.tree if not row.company_opinion)
    breaks(
        "capacity_opinion_asked_by_its_referentiel",
        lambda: twin(opinion.values.first(), capacity_id=silent.pk),
    )


def test_an_expired_link_writes_nothing(opinion):
    link = issue_link(
        purpose="opinion",
        subject=opinion.registration,
        email="",
        holder="Laure Cassagne",
        expires_at=timezone.now() + timedelta(hours=1),
    )
    rewrite(opinion, link=link)
    opinion.refresh_from_db()
    with time_machine.travel("2026-11-23 10:00+00:00", tick=False):
        refused(
            lambda: draft_opinion(opinion),
            "Ce lien n’est plus celui de cet avis : adressez-vous au centre d’examen.",
        )
