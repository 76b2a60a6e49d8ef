"""The screens of a jury: list, preparation, sitting, closing."""

from datetime import timedelta
from html import unescape

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from accounts.models import Invitation, Role
from accounts.tests.factories import PASSWORD, client_as, make_centre, make_user, make_wearer
from candidates.actions import return_dossier
from candidates.tests.factories import make_registration
from cqpm.tests.situations import situation
from cqpm.utils.french import day, today
from documents.models import Document
from evaluations.actions import jury as juries
from evaluations.actions.room import open_room
from evaluations.models import Decision, DeliberationEntry, Jury, JuryMember, Seat, Withdrawal
from evaluations.rules import Admissibility, JuryAct
from evaluations.screens.jury import gathered
from evaluations.tests.acts import said
from evaluations.tests.factories import (
    finish,
    fresh_jury,
    make_decided_registration,
    make_evaluated_registration,
    make_jury,
    make_validated_registration,
    president_of,
)
from referentiel.tests.factories import load_fictitious, load_seed, make_referentiel

pytestmark = pytest.mark.django_db
WRONG = "Adresse ou mot de passe inexact, ou compte fermé."
THROTTLED = "Trop d’essais manqués. Attendez cinq minutes avant de recommencer."
GONE = "Quelqu’un d’autre vient de modifier cette fiche. Rechargez la page pour voir ses changements."


@situation
def centre():
    return make_centre()


@situation
def head(centre):
    return make_wearer(Role.HEAD, centre=centre)


@pytest.fixture
def client(head):
    return client_as(head.hat)


@situation
def ready(centre):
    return make_decided_registration(make_referentiel((1, 1)), centre=centre)


@situation
def jury(ready):
    """Open, one candidate ready and undecided."""
    return make_jury(ready)


def at(name, jury, *more):
    return reverse(name, args=[jury.pk, *more])


def text(response):
    return unescape(response.content.decode())


def told(response):
    """What is said after a verb, read once."""
    response.client.cookies.pop("messages", None)
    return [str(message) for message in get_messages(response.wsgi_request)]


def entry_of(registration):
    return DeliberationEntry.objects.get(registration=registration)


def post(client, verb, jury, *more, **data):
    """Posts to a verb that answers by a redirection; gives where it leads and what is said there."""
    response = client.post(at(verb, jury, *more), data)
    assert response.status_code == 302
    return response["Location"], told(response)


def errors(response, form="form"):
    """{field: messages} of the form shown again."""
    return {field: list(messages) for field, messages in response.context[form].errors.items()}


# --- The list, the new jury ---------------------------------------------------------------------------------------


def test_the_list_says_when_where_and_how_far(client, jury, centre):
    make_jury(centre=centre, state=Jury.State.PREPARED, held_on=today() + timedelta(days=30))
    rows = [
        (row.held_on, row.president, row.candidates, row.kind, row.days_left)
        for row in client.get(reverse("jury_list")).context["page"]
    ]
    assert rows == [
        (today() + timedelta(days=30), "Philippe Garnier", 0, "todo", 30),
        (today(), "Philippe Garnier", 1, "info", 0),
    ]


def test_the_candidate_one_comes_for_is_put_on_a_jury_in_one_press(client, ready, centre):
    jury = make_jury(centre=centre, state=Jury.State.PREPARED)
    page = client.get(reverse("jury_list"), {"candidat": ready.pk})
    assert (page.context["placing"], f'name="registration" value="{ready.pk}"' in text(page)) == (ready, True)
    post(client, "jury_candidates", jury, registration=ready.pk)
    assert entry_of(ready).deliberation.jury == jury
    assert f'value="{ready.pk}"' not in text(client.get(reverse("jury_list")))


def test_an_empty_list_says_what_to_do(client):
    assert "Aucun jury encore" in text(client.get(reverse("jury_list")))


def test_a_new_jury_starts_from_the_room_of_the_last_one(client, centre, head):
    room = open_room(centre=centre, name="Salle Buffon", place="Montbard, salle Buffon", by=head)
    jury = make_jury(centre=centre, state="prepared")
    assert client.get(reverse("jury_new")).context["form"]["place"].value() == jury.place
    Jury.objects.filter(pk=jury.pk).update(room=room, place=room.place)
    form = client.get(reverse("jury_new")).context["form"]
    assert (form["room"].value(), form["place"].value()) == (room.pk, "")
    assert room in form.fields["room"].queryset


def test_a_new_jury_starts_from_the_unions_of_the_branch_then_of_the_last_jury(client, centre):
    def initial():
        return client.get(reverse("jury_new")).context["form"].initial

    assert initial() == {"unions": "CFDT\nCFE-CGC\nCGT\nFO"}
    make_jury(centre=centre, state=Jury.State.PREPARED, unions=["CFDT", "Autre"], place="Dijon")
    assert initial() == {"unions": "CFDT\nAutre", "room": None, "place": "Dijon"}


def test_a_jury_is_prepared_and_what_is_wrong_is_said(client):
    data = {
        "held_on": "2020-01-01",
        "starts_at": "9:30",
        "minutes": "120",
        "day_off": "on",
        "place": "Dijon",
        "unions": "CFDT\n\n CGT",
    }
    response = client.post(reverse("jury_new"), data)
    assert errors(response) == {"__all__": ["Cette date est déjà passée."]}
    assert response.context["form"]["unions"].value() == "CFDT\n\n CGT"
    response = client.post(reverse("jury_new"), data | {"held_on": "", "unions": " "})
    assert sorted(errors(response)) == ["held_on", "unions"]
    response = client.post(reverse("jury_new"), data | {"held_on": today().isoformat()})
    jury = Jury.objects.get()
    assert (response["Location"], Seat.objects.filter(jury=jury).count()) == (at("jury_detail", jury), 4)


def test_a_jury_is_changed_then_deleted(client, centre):
    jury = make_jury(centre=centre, state=Jury.State.PREPARED)
    data = {
        "held_on": today().isoformat(),
        "starts_at": "14:00",
        "minutes": "120",
        "day_off": "on",
        "place": "Dijon",
    }
    assert errors(client.post(at("jury_edit", jury), data | {"held_on": "2020-01-01"})) == {
        "__all__": ["Cette date est déjà passée."]
    }
    assert post(client, "jury_edit", jury, **data) == (at("jury_detail", jury), ["Jury modifié."])
    assert fresh_jury(jury).place == "Dijon"
    assert post(client, "jury_delete", jury) == (reverse("jury_list"), ["Jury supprimé."])
    assert Jury.objects.count() == 0


def test_a_jury_convened_is_not_deleted(client, ready):
    jury = make_jury(ready, state=Jury.State.SUMMONED)
    where, said = post(client, "jury_delete", jury)
    assert (where, said) == (
        at("jury_detail", jury),
        ["Ce jury est convoqué : cet acte n’est plus possible, ou pas encore."],
    )


# --- The preparation ----------------------------------------------------------------------------------------------


@situation
def prepared(centre):
    return make_jury(centre=centre, state=Jury.State.PREPARED)


def test_candidates_ready_are_offered_and_the_others_with_what_they_lack(client, centre, prepared):
    referentiel = make_referentiel((1, 1), company_opinion=False)
    one = make_validated_registration(referentiel, centre=centre)
    two = make_evaluated_registration(referentiel, centre=centre)
    returned = make_validated_registration(referentiel, centre=centre)
    resource = make_wearer(Role.RESOURCE, resource_centre=referentiel.certification.resource_centre)
    return_dossier(dossier=returned.dossiers.get(), comment="À revoir.", by=resource)
    make_registration(centre, referentiel)
    make_validated_registration(make_referentiel((1,), company_opinion=False))
    context = client.get(at("jury_detail", prepared)).context
    assert [row.pk for row in context["ready"]] == [one.pk]
    assert {row.pk: missing for row, missing in context["nearly"]} == {
        two.pk: "C1 et C2 à valider par la commission.",
        returned.pk: "Dossier retourné par le centre de ressource : à amender.",
    }
    where, said = post(client, "jury_candidates", prepared, registration=[one.pk, two.pk])
    assert (where, said) == (at("jury_detail", prepared), ["Ordre du jour complété."])
    assert DeliberationEntry.objects.count() == 2
    assert client.get(at("jury_detail", prepared)).context["ready"] == []


def test_candidates_are_ranked_by_name(client, centre, prepared):
    referentiel = make_referentiel((1,))
    names = ("Zola", "Benali", "Marchetti")
    rows = [make_registration(centre, referentiel, who={"birth_name": name}) for name in names]
    post(client, "jury_candidates", prepared, registration=[row.pk for row in rows])
    entries = DeliberationEntry.objects.order_by("rank").select_related("registration__candidate")
    assert [entry.registration.candidate.birth_name for entry in entries] == sorted(names)


@pytest.mark.parametrize("sent", [{}, {"registration": "pas-un-identifiant"}])
def test_nobody_chosen_is_said(client, prepared, sent):
    _, said = post(client, "jury_candidates", prepared, **sent)
    assert said == ["Choisissez au moins un candidat."]


def test_a_candidate_of_another_centre_is_not_put_on_the_agenda(client, prepared):
    _, said = post(client, "jury_candidates", prepared, registration=make_registration().pk)
    assert (said, DeliberationEntry.objects.count()) == (["Choisissez au moins un candidat."], 0)


def test_a_candidate_is_taken_off(client, ready):
    jury = make_jury(ready, state=Jury.State.PREPARED)
    _, said = post(client, "jury_candidate_remove", jury, entry_of(ready).pk)
    assert (said, DeliberationEntry.objects.count()) == (["Candidat retiré de l’ordre du jour."], 0)


def test_the_blocked_button_stands_next_to_what_is_missing(client, prepared, ready):
    page = text(client.get(at("jury_detail", prepared)))
    assert 'aria-disabled="true" aria-describedby="manque"' in page
    assert "Candidats : aucun à l’ordre du jour." in page
    later = make_jury(ready, state=Jury.State.SUMMONED, held_on=today() + timedelta(days=2))
    context = client.get(at("jury_detail", later)).context
    assert said(context["missing"]) == [f"Le jury se tient le {day(later.held_on)}."]


def test_a_seat_is_filled_then_presides_then_emptied(client, centre):
    data = {
        "held_on": today().isoformat(),
        "starts_at": "9:30",
        "minutes": "120",
        "day_off": "on",
        "place": "Dijon",
        "unions": "CFDT",
    }
    client.post(reverse("jury_new"), data)
    jury = Jury.objects.get()
    seat = jury.seats.get(college="employer")
    assert errors(client.post(at("jury_seat", jury, seat.pk), {"name": ""})) == {
        "name": ["Ce champ est obligatoire."]
    }
    filled = {"name": "Philippe Garnier", "email": "garnier@exemple.fr", "organisation": "Garnier Industrie"}
    _, said = post(client, "jury_seat", jury, seat.pk, **filled)
    form = client.get(at("jury_seat", jury, seat.pk)).context["presidency_form"]
    assert (said, form.initial) == (
        ["Philippe Garnier siège."],
        {"first_name": "Philippe", "last_name": "Garnier", "email": "garnier@exemple.fr"},
    )
    _, said = post(client, "jury_president", jury, seat.pk, **form.initial)
    assert said == ["Philippe Garnier préside : un courriel l’en prévient."]
    assert "compte à ouvrir" in text(client.get(at("jury_detail", jury)))
    _, said = post(client, "jury_substitute", jury, seat.pk, **form.initial)
    assert said == ["Philippe Garnier supplée le président : un courriel l’en prévient."]
    _, said = post(client, "jury_seat_empty", jury, seat.pk)
    assert said == ["Siège vidé : il compte toujours pour la parité."]
    _, said = post(client, "jury_seat_remove", jury, seat.pk)
    assert (said, jury.seats.count()) == (["Siège retiré."], 1)


def test_the_responsable_sends_the_invitation_of_the_president_again(client, centre, prepared, head):
    seat = prepared.seats.get(college="employer", position=2)
    newcomer = {"email": "nouveau@exemple.fr", "first_name": "Thierry", "last_name": "Lambelin"}
    juries.name_president(member=seat.member, by=head, **newcomer)
    invitation = Invitation.objects.get()
    url = at("jury_seat", prepared, seat.pk)
    assert client.get(url).context["invitation"] == invitation
    assert client.post(reverse("reinvite", args=[invitation.pk])).status_code == 302
    officer = client_as(make_wearer(Role.OFFICER, centre=centre).hat)
    assert officer.get(url).context["invitation"] is None
    invitation.user.set_password(PASSWORD)
    invitation.user.save()
    assert client.get(url).context["invitation"] is None


def test_what_is_refused_of_a_presidency_is_said_on_the_page(client, prepared):
    seat = prepared.seats.get(college="employer", position=1)
    names = {"first_name": "Philippe", "last_name": "Garnier", "email": "p@exemple.fr"}
    response = client.post(at("jury_president", prepared, seat.pk), names)
    assert errors(response, "presidency_form") == {"__all__": ["Philippe Garnier préside déjà."]}
    response = client.post(at("jury_president", prepared, seat.pk), names | {"email": "nulle part"})
    assert sorted(errors(response, "presidency_form")) == ["email"]
    empty = Seat.objects.create(jury=prepared, college="employer", position=3)
    assert client.post(at("jury_president", prepared, empty.pk), names).status_code == 404


def test_seats_are_added_to_a_college(client, prepared):
    _, said = post(client, "jury_seat_add", prepared, college="employee")
    assert (said, prepared.seats.filter(college="employee").count()) == (["Siège ajouté."], 3)
    assert client.post(at("jury_seat_add", prepared), {"college": "autre"}).status_code == 404


def test_notices_are_recorded_and_passed_over(client, prepared):
    _, said = post(client, "jury_unions", prepared, asked_on=today().isoformat())
    assert said == ["Demande aux organisations syndicales consignée."]
    assert errors(client.post(at("jury_unions", prepared), {"asked_on": "hier"}), "unions_form") == {
        "asked_on": ["Saisissez une date valide."]
    }
    url = at("jury_notice", prepared, "unions")
    response = client.post(url, {"reason": ""})
    assert errors(response, "override_form") == {"reason": ["Ce champ est obligatoire."]}
    assert response.context["overriding"] == "unions"
    _, said = post(client, "jury_notice", prepared, "unions", reason="Report dû à la grève.")
    assert said == ["Motif consigné : il sera imprimé au procès-verbal."]
    assert "Délai non respecté : Report dû à la grève." in text(client.get(at("jury_detail", prepared)))
    assert client.post(at("jury_notice", prepared, "autre"), {"reason": "x"}).status_code == 404


def test_only_the_responsable_passes_over_a_notice(centre, prepared):
    officer = client_as(make_wearer(Role.OFFICER, centre=centre).hat)
    response = officer.post(at("jury_notice", prepared, "unions"), {"reason": "Grève."})
    assert (response.status_code, fresh_jury(prepared).unions_notice_override) == (403, "")


def test_a_jury_is_convened_then_opened(client, ready):
    jury = make_jury(ready, state=Jury.State.PREPARED)
    where, said = post(client, "jury_open", jury)
    assert (where, said) == (at("jury_detail", jury), ["Membres : à convoquer."])
    seen = client.get(at("jury_summon", jury)).context["fingerprint"]
    assert post(client, "jury_summon", jury, apercu=seen) == (
        at("jury_detail", jury),
        ["4\xa0convocations envoyées."],
    )
    assert "Tout le monde est prévenu" in text(client.get(at("jury_summon", jury)))
    assert post(client, "jury_open", jury) == (at("jury_session", jury), [])
    assert fresh_jury(jury).state == "open"


# --- The sitting --------------------------------------------------------------------------------------------------


def test_members_without_an_address_are_named(client, ready):
    jury = make_jury(ready, state=Jury.State.PREPARED)
    JuryMember.objects.filter(seat__jury=jury, seat__college="employee").update(email="")
    seen = client.get(at("jury_summon", jury)).context["fingerprint"]
    papers, said = post(client, "jury_summon", jury, apercu=seen)
    assert said == ["2\xa0convocations envoyées, 2\xa0à imprimer et à remettre."]
    assert papers in text(client.get(at("jury_detail", jury)))
    letters = client.get(papers).context["letters"]
    assert [body.split("\n")[0] for _, _, body, _ in letters] == ["Bonjour Salarié 1,", "Bonjour Salarié 2,"]


def test_before_it_opens_the_session_leads_to_the_preparation(client, ready):
    jury = make_jury(ready, state=Jury.State.SUMMONED)
    assert client.get(at("jury_session", jury))["Location"] == at("jury_detail", jury)
    assert client.get(at("jury_pronounce", jury))["Location"] == at("jury_session", jury)


def test_a_presence_is_recorded_in_one_press(client, jury):
    member = JuryMember.objects.get(seat__jury=jury, name="Salarié 1")
    where, said = post(client, "jury_presence", jury, member.pk, present="non")
    assert (where, said) == (f"{at('jury_session', jury)}#composition", [])
    assert JuryMember.objects.get(pk=member.pk).present is False
    page = text(client.get(at("jury_session", jury)))
    assert f'id="absent-{member.pk}" aria-pressed="true"' in page


def test_each_deliberation_shows_its_candidates_with_what_is_computed(client, centre):
    seed, fictitious = load_seed(), load_fictitious()
    lacking = make_decided_registration(seed, centre=centre, lacking=[4, 7])
    whole = make_decided_registration(fictitious, centre=centre)
    context = client.get(at("jury_session", make_jury(lacking, whole))).context
    shown = {
        deliberation.referentiel.pk: [
            (row.registration.pk, row.figure, row.computed.text, row.computed.sub) for row in rows
        ]
        for deliberation, rows in context["deliberations"]
    }
    assert shown == {
        seed.pk: [(lacking.pk, "5 sur 7", "Non admissible", "C4 et C7 non acquises.")],
        fictitious.pk: [(whole.pk, "9 sur 9", "Admissible", "9\u00a0capacités acquises sur 9.")],
    }


def open_panel(client, jury, registration):
    return client.get(at("jury_session", jury), {"candidat": entry_of(registration).pk})


def row_of(response, registration):
    rows = (row for _, rows in response.context["deliberations"] for row in rows)
    return next(row for row in rows if row.registration == registration)


def test_the_panel_offers_the_computed_outcome_only_and_says_why_not_the_other(client, centre):
    lacking = make_decided_registration(make_referentiel((1, 1)), centre=centre, lacking=[2])
    response = open_panel(client, make_jury(lacking), lacking)
    row = row_of(response, lacking)
    assert [option["label"] for option in row.options] == [
        "Prononcer « non admissible »",
        "Ajourner",
        "Renvoyer",
    ]
    assert row.impossible == [("Admissible", "C2 non acquise.")]
    assert "<b>Admissible</b>, impossible\u00a0: C2 non acquise." in text(response).replace(
        "&nbsp;", "\u00a0"
    )


def test_without_an_outcome_none_can_be_pronounced(client, centre):
    registration = make_registration(centre, make_referentiel((1, 1)))
    row = row_of(open_panel(client, make_jury(registration), registration), registration)
    why = "C1 et C2 à valider par la commission."
    assert [option["value"] for option in row.options] == [JuryAct.ADJOURN, JuryAct.SEND_BACK]
    assert row.impossible == [("Admissible", why), ("Non admissible", why)]


def test_below_the_quorum_only_adjourning_is_offered(client, jury, ready, head):
    for member in JuryMember.objects.filter(seat__jury=jury, seat__college="employee"):
        data = {"member": member.pk, "reason": "employeur du candidat"}
        where, said = post(client, "jury_withdraw", jury, entry_of(ready).pk, **data)
        assert said == ["Retrait consigné, quorum recompté."]
    response = client.get(where)
    row = row_of(response, ready)
    assert [option["value"] for option in row.options] == [JuryAct.ADJOURN]
    assert "Ce candidat ne peut être qu’ajourné" in text(response)
    withdrawal = Withdrawal.objects.first()
    where, said = post(client, "jury_withdrawal_cancel", jury, withdrawal.pk)
    assert (said, Withdrawal.objects.count()) == (["Retrait annulé."], 1)


def test_a_withdrawal_without_reason_is_asked_again(client, jury, ready):
    response = client.post(at("jury_withdraw", jury, entry_of(ready).pk), {"member": "", "reason": ""})
    assert sorted(errors(response, "withdrawal_form")) == ["member", "reason"]


def test_a_contested_vote_is_recorded_and_what_was_typed_stays_when_refused(client, jury, ready):
    data = {
        "act": "send_back",
        "reason": "Un complément est demandé.",
        "numbers": ["2"],
        "pronounce_employer": "2",
        "send_back_employee": "2",
        "seen": "admissible",
    }
    response = client.post(at("jury_decide", jury, entry_of(ready).pk), data)
    form = response.context["decision_form"]
    assert errors(response, "decision_form") == {
        "__all__": ["Partage des voix : celle du président est à consigner."]
    }
    assert (form["reason"].value(), form["pronounce_employer"].value(), form.has_vote) == (
        "Un complément est demandé.",
        "2",
        True,
    )
    assert Decision.objects.count() == 0
    where, said = post(client, "jury_decide", jury, entry_of(ready).pk, **data, casting="send_back")
    assert (where, said) == (at("jury_session", jury), [f"{ready.candidate} : décision consignée."])
    decision = Decision.objects.get()
    assert (decision.act, decision.votes["casting"]) == ("send_back", "send_back")
    row = row_of(client.get(at("jury_session", jury)), ready)
    assert (row.decision.text, row.reason) == ("Ajournée", "Un complément est demandé.")


def test_a_decision_wants_an_act_and_whole_voices(client, jury, ready):
    response = client.post(at("jury_decide", jury, entry_of(ready).pk), {"adjourn_employer": "-1"})
    assert errors(response, "decision_form") == {
        "act": ["Choisissez : prononcer, ajourner ou renvoyer."],
        "adjourn_employer": ["Assurez-vous que cette valeur est supérieure ou égale à 0."],
    }


def test_a_result_that_changed_since_the_page_is_read_again(client, jury, ready):
    data = {"act": "pronounce", "seen": "not_admissible"}
    where, said = post(client, "jury_decide", jury, entry_of(ready).pk, **data)
    panel = f"{at('jury_session', jury)}?candidat={entry_of(ready).pk}#candidat-{entry_of(ready).pk}"
    sentence = "le résultat calculé a changé depuis l’affichage de la page : relisez-le avant de décider."
    assert (where, said, Decision.objects.count()) == (panel, [f"{ready.candidate} : {sentence}"], 0)


def test_somebody_who_decides_second_is_told(client, jury, ready, head):
    juries.decide(entry=entry_of(ready), act=JuryAct.ADJOURN, reason="À revoir.", by=head)
    _, said = post(client, "jury_decide", jury, entry_of(ready).pk, act="pronounce", seen="admissible")
    assert said == [f"{ready.candidate} : une décision vient d’être consignée. Relisez-la."]
    assert Decision.objects.get().act == "adjourn"


def test_a_decision_is_taken_back(client, jury, ready, head):
    juries.decide(entry=entry_of(ready), act=JuryAct.PRONOUNCE, by=head)
    _, said = post(client, "jury_cancel", jury, entry_of(ready).pk)
    assert (said, Decision.objects.count()) == (["Décision annulée."], 0)
    assert client.post(at("jury_cancel", jury, entry_of(ready).pk)).status_code == 404


def test_unanimous_outcomes_are_pronounced_after_a_recap(client, centre, ready):
    lacking = make_decided_registration(ready.referentiel, centre=centre, lacking=[2])
    waiting = make_registration(centre, ready.referentiel)
    jury = make_jury(ready, lacking, waiting)
    response = client.get(at("jury_pronounce", jury))
    [(_, rows, aside)] = response.context["groups"]
    assert ([row.registration.pk for row in rows], [row.registration.pk for row in aside]) == (
        [ready.pk, lacking.pk],
        [waiting.pk],
    )
    seen = [f"{row.entry.pk}:{row.case.computed.verdict}" for row in rows]
    assert all(f'value="{value}"' in text(response) for value in seen)
    where, said = post(client, "jury_pronounce", jury, seen=seen)
    assert (where, said) == (at("jury_session", jury), ["Résultats prononcés à l’unanimité."])
    assert Decision.objects.filter(act="pronounce", votes__isnull=True).count() == 2
    _, said = post(client, "jury_pronounce", jury, seen=["x", "1", "9999999:admissible"])
    assert said == [GONE]


# --- Closing and publishing ---------------------------------------------------------------------------------------


@pytest.fixture
def decided(jury, ready, head):
    juries.decide(entry=entry_of(ready), act=JuryAct.PRONOUNCE, by=head)
    return jury


def sign(client, jury, name="jury_close", email=None, password=PASSWORD):
    email = president_of(jury).email if email is None else email
    return client.post(at(name, jury), {"email": email, "password": password})


def test_the_closing_waits_for_what_is_missing_with_the_way_to_it(client, jury, ready):
    response = client.get(at("jury_session", jury))
    assert response.context["missing"] == [
        {
            "text": f"{ready.candidate} : décision à prendre.",
            "url": f"{at('jury_session', jury)}?candidat={entry_of(ready).pk}#candidat-{entry_of(ready).pk}",
            "action": "Délibérer",
        }
    ]
    response = sign(client, jury)
    assert errors(response, "sign_form") == {"__all__": [f"{ready.candidate} : décision à prendre."]}
    assert fresh_jury(jury).state == "open"


def test_the_president_s_password_closes_on_the_secretary_s_screen(client, decided, head):
    response = sign(client, decided)
    closed = fresh_jury(decided)
    assert (response["Location"], told(response)) == (at("jury_session", decided), ["Délibération close."])
    assert (closed.state, closed.closed_by) == ("closed", str(president_of(decided)))
    response = client.get(at("jury_session", decided))
    assert [row.kind for row, _ in response.context["papers"]] == ["minutes", "admissibility_decision"]
    assert f"Procès-verbal {today().year}-0001" in text(response)


def test_a_wrong_password_is_refused_and_throttled(client, decided):
    for _ in range(5):
        assert errors(sign(client, decided, password="faux"), "sign_form") == {"__all__": [WRONG]}
    refused = errors(sign(client, decided), "sign_form")
    assert (refused, fresh_jury(decided).state) == ({"__all__": [THROTTLED]}, "open")


def test_somebody_who_does_not_preside_is_refused(client, decided, head):
    for user in (head, make_user(), JuryMember.objects.get(seat__jury=decided, is_substitute=True).user):
        assert errors(sign(client, decided, email=user.email), "sign_form") == {
            "__all__": ["Seul celui ou celle qui préside le jury peut clore la délibération."]
        }
    assert sorted(errors(sign(client, decided, email="", password=""), "sign_form")) == ["email", "password"]
    assert fresh_jury(decided).state == "open"


def test_results_are_published_once(client, decided, ready):
    response = sign(client, decided, "jury_publish")
    assert told(response) == ["Ce jury est ouvert : cet acte n’est plus possible, ou pas encore."]
    told(sign(client, decided))
    response = sign(client, decided, "jury_publish")
    assert told(response) == ["Résultats publiés."]
    papers = Document.objects.filter(published_at__isnull=False).values_list("kind", flat=True)
    assert sorted(papers) == ["admissibility_decision", "attestation", "minutes"]
    response = sign(client, decided, "jury_publish")
    assert told(response) == ["Ce jury est publié : cet acte n’est plus possible, ou pas encore."]
    page = text(client.get(at("jury_session", decided)))
    assert "Résultats publiés" in page
    assert "Publier les résultats" not in page


def test_nothing_is_decided_any_more_once_closed(client, decided, ready):
    told(sign(client, decided))
    sentence = "Ce jury est clos : cet acte n’est plus possible, ou pas encore."
    for name, *more in (
        ("jury_cancel", entry_of(ready).pk),
        ("jury_decide", entry_of(ready).pk),
        ("jury_presence", JuryMember.objects.filter(seat__jury=decided).first().pk),
        ("jury_pronounce",),
        ("jury_summon",),
        ("jury_open",),
    ):
        _, said = post(client, name, decided, *more, act="adjourn", reason="x", seen=["1:admissible"])
        assert said == [sentence]


def test_the_president_reads_and_closes_on_the_own_screen(decided, ready):
    president = president_of(decided)
    client = client_as(president)
    assert [row.pk for row in client.get(reverse("jury_list")).context["page"]] == [decided.pk]
    assert client.get(at("jury_detail", decided)).context["prepares"] is False
    response = client.get(at("jury_session", decided))
    assert (response.context["decides"], response.context["sign_form"].initial) == (
        False,
        {"email": president.email},
    )
    assert "Annuler" not in text(response)
    assert sign(client, decided)["Location"] == at("jury_session", decided)
    assert sign(client, decided, "jury_publish")["Location"] == at("jury_session", decided)
    assert fresh_jury(decided).state == "published"
    document = Document.objects.get(kind="minutes")
    assert client.get(reverse("document_status", args=[document.pk])).status_code == 200
    assert client.get(reverse("registration_detail", args=[ready.pk])).status_code == 200


# --- Queries ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3])
def test_pages_ask_few_questions_whatever_the_number_of_candidates(client, centre, count, query_budget):
    both = [make_referentiel((1, 1)), make_referentiel((1,))]
    rows = [
        make_decided_registration(referentiel, centre=centre) for referentiel in both for _ in range(count)
    ]
    for _ in range(count):
        make_evaluated_registration(make_referentiel((1,), company_opinion=False), centre=centre)
        make_jury(centre=centre, state=Jury.State.PREPARED)
    prepared = make_jury(rows[0], rows[-1], state=Jury.State.PREPARED)
    for entry in DeliberationEntry.objects.filter(deliberation__jury=prepared):
        juries.remove_candidate(entry=entry, by=make_wearer(Role.HEAD, centre=centre))
    jury = make_jury(*rows)
    entry = DeliberationEntry.objects.filter(deliberation__jury=jury).first()
    member = JuryMember.objects.filter(seat__jury=jury, seat__college="employee").first()
    Withdrawal.objects.create(entry=entry, member=member, reason="employeur")
    pages = [
        reverse("jury_list"),
        at("jury_detail", prepared),
        at("jury_detail", jury),
        at("jury_session", jury),
        f"{at('jury_session', jury)}?candidat={entry.pk}",
        at("jury_pronounce", jury),
    ]
    for url in pages:
        with query_budget():
            response = client.get(url)
        assert response.status_code == 200, url
    finish(jury, Jury.State.PUBLISHED)
    with query_budget():
        assert len(client.get(at("jury_session", jury)).context["papers"]) == 2 + 4 * count


# --- Words --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reasons", "words"),
    [
        ([], ""),
        ([Admissibility.NOT_ACQUIRED(4)], "C4 non acquise."),
        ([Admissibility.NOT_ACQUIRED(4), Admissibility.NOT_ACQUIRED(7)], "C4 et C7 non acquises."),
        (
            [Admissibility.TO_VALIDATE(1), Admissibility.TO_VALIDATE(2)],
            "C1 et C2 à valider par la commission.",
        ),
        (
            [
                Admissibility.ALL_ACQUIRED(acquired="7 capacités acquises", total=7),
                Admissibility.KEPT(1, until="3"),
            ],
            "7 capacités acquises sur 7. C1 conservée jusqu’au 3.",
        ),
    ],
)
def test_reasons_are_gathered_by_what_they_say(reasons, words):
    assert gathered(reasons) == words
