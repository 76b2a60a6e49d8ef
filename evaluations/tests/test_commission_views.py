"""The screens of a commission: list, preparation, session, closing."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from accounts.models import Role
from accounts.tests.factories import client_as, make_centre, make_user, make_wearer
from candidates.tests.factories import make_registration
from cqpm.tests.situations import situation
from cqpm.utils.french import today
from evaluations.actions import commission as commissions
from evaluations.models import (
    CapacityValidation,
    Commission,
    CommissionMember,
    ConflictOverride,
    Interview,
    Summons,
)
from evaluations.tests.acts import said
from evaluations.tests.factories import (
    decide_all,
    hear,
    make_commission,
    make_evaluated_registration,
    make_evaluator,
    make_keeping_registration,
    make_ready_registration,
    make_session,
    seat_members,
    with_dossier,
)
from referentiel.tests.factories import load_fictitious, load_seed

pytestmark = pytest.mark.django_db
NEEDS_REASON = "S’écarter de la proposition « non acquise » demande un motif écrit."


@situation
def centre():
    return make_centre()


@situation
def officer(centre):
    return make_wearer(Role.OFFICER, centre=centre)


@pytest.fixture
def client(officer):
    return client_as(officer.hat)


@pytest.fixture
def head_client(centre):
    return client_as(make_wearer(Role.HEAD, centre=centre).hat)


@situation
def session(centre):
    """(registration, commission): heard, capacity 1 proposed acquise, capacity 2 non acquise, nothing decided."""
    return make_ready_registration(centre=centre, except_for={"2.1": "not_met"})


def at(name, commission, *more):
    return reverse(name, args=[commission.pk, *more])


def plain(response):
    """The text of the answer, ordinary spaces, without tags."""
    text = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", unescape(text))


def told(response):
    """What is said after a verb, read once."""
    response.client.cookies.pop("messages", None)
    return [str(message) for message in get_messages(response.wsgi_request)]


def post(client, verb, commission, *more, **data):
    """Posts to a verb that answers by a redirection; gives where it leads and what is said there."""
    response = client.post(at(verb, commission, *more), data)
    assert response.status_code == 302
    return response["Location"], told(response)


def errors(response, form):
    return {field: list(messages) for field, messages in response.context[form].errors.items()}


def president_client(commission):
    user = commission.members.get(is_president=True).user
    return client_as(user.memberships.get(role=Role.EVALUATOR))


def member_client(commission):
    user = commission.members.get(is_president=False).user
    return client_as(user.memberships.get(role=Role.EVALUATOR))


# --- The list ----------------------------------------------------------------------------------------------------


def test_the_list_says_what_each_commission_lacks(client, centre, officer, session):
    make_commission(centre, held_on=today() + timedelta(days=12), by=officer)
    context = client.get(reverse("commission_list")).context
    rows = [(row.commission.held_on, len(row.members), len(row.entries)) for row in context["to_come"]]
    assert rows == [(today(), 2, 1), (today() + timedelta(days=12), 0, 0)]
    assert [said(row.missing_now()) for row in context["to_come"]] == [
        [],
        ["Membres : à désigner, dont un président.", "Candidats : aucun à l’ordre du jour."],
    ]
    assert context["closed"] == []


def test_the_candidate_one_comes_for_is_placed_in_one_press(client, centre, session):
    placing = with_dossier(centre=centre)
    page = client.get(reverse("commission_list"), {"candidat": placing.pk})
    assert page.context["placing"] == placing
    assert f'name="registration" value="{placing.pk}"' in page.content.decode()
    post(client, "commission_add_candidate", session[1], registration=placing.pk)
    assert session[1].agenda.filter(registration=placing).exists()


def test_closed_commissions_are_listed_apart(client, session, officer):
    registration, commission = session
    decide_all(commission, registration)
    commissions.close_commission(commission=commission, by=officer)
    context = client.get(reverse("commission_list")).context
    assert ([row.commission for row in context["closed"]], context["to_come"]) == ([commission], [])


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_keeps_to_its_budget_of_queries(client, centre, officer, count, query_budget):
    for _ in range(count):
        seat_members(make_commission(centre, by=officer), by=officer)
        closed(centre, officer)
    with query_budget():
        client.get(reverse("commission_list"))


def closed(centre, officer):
    """A closed commission of one candidate, written directly: the list reads neither bases nor decisions."""
    commission = make_session(with_dossier(centre=centre), by=officer)
    Commission.objects.filter(pk=commission.pk).update(
        state="closed", closed_at=commission.summoned_at, closed_by=str(officer)
    )
    return commission


# --- Preparation -------------------------------------------------------------------------------------------------


def test_a_commission_is_prepared_and_what_is_wrong_is_said(client):
    url, data = (
        reverse("commission_new"),
        {"held_on": "2020-01-01", "starts_at": "9:30", "minutes": "180", "day_off": "on", "place": "Dijon"},
    )
    response = client.post(url, data)
    assert errors(response, "form") == {"__all__": ["Cette date est déjà passée."]}
    assert response.context["form"]["place"].value() == "Dijon"
    assert sorted(errors(client.post(url, {"place": "Dijon"}), "form")) == ["held_on", "minutes", "starts_at"]
    assert Commission.objects.count() == 0
    response = client.post(url, data | {"held_on": today().isoformat()})
    commission = Commission.objects.get()
    assert (response["Location"], commission.place) == (at("commission_detail", commission), "Dijon")


def test_a_commission_is_changed_then_deleted(client, centre):
    commission = make_commission(centre)
    data = {
        "held_on": today().isoformat(),
        "starts_at": "14:00",
        "minutes": "120",
        "day_off": "on",
        "place": "Dijon",
    }
    response = client.post(at("commission_edit", commission), data | {"held_on": "2020-01-01"})
    assert errors(response, "form") == {"__all__": ["Cette date est déjà passée."]}
    detail = at("commission_detail", commission)
    assert post(client, "commission_edit", commission, **data) == (detail, ["Commission modifiée."])
    assert Commission.objects.get().place == "Dijon"
    assert post(client, "commission_delete", commission) == (
        reverse("commission_list"),
        ["Commission supprimée."],
    )
    assert Commission.objects.count() == 0


def test_a_commission_that_sat_is_not_deleted(client, session):
    assert post(client, "commission_delete", session[1]) == (
        at("commission_detail", session[1]),
        ["Cette commission a déjà siégé : elle ne se supprime plus."],
    )
    assert Commission.objects.count() == 1


def test_members_are_added_from_accounts_or_by_hand(client, centre):
    commission = make_commission(centre)
    user = make_evaluator(centre, user=make_user(first_name="Gérard", last_name="Pillot"))
    make_evaluator(make_centre())
    form = client.get(at("commission_detail", commission)).context["account_form"]
    assert list(form.fields["user"].queryset) == [user]
    detail = at("commission_detail", commission)
    assert post(client, "commission_add_member", commission, user=user.pk, quality="Formateur") == (
        detail,
        [f"{user} est membre de la commission."],
    )
    by_hand = {"name": "Amina Benali", "quality": "Experte", "employer_siren": "732 829 320"}
    assert post(client, "commission_add_member", commission, **by_hand) == (
        detail,
        ["Amina Benali est membre de la commission."],
    )
    stored = commission.members.values_list("name", "employer_siren", "is_president")
    assert list(stored) == [(str(user), "", True), ("Amina Benali", "732829320", False)]
    form = client.get(detail).context["account_form"]
    assert list(form.fields["user"].queryset) == []


def test_a_member_badly_named_is_asked_again(client, centre):
    commission = make_commission(centre)
    data = {"name": "Amina Benali", "quality": "", "employer_siren": "123 456 789"}
    response = client.post(at("commission_add_member", commission), data)
    assert response.status_code == 422
    assert errors(response, "named_form") == {
        "quality": ["Ce champ est obligatoire."],
        "employer_siren": ["Ce numéro SIREN n’est pas valide : neuf chiffres, le dernier est une clé."],
    }
    assert response.context["named_form"]["name"].value() == "Amina Benali"
    response = client.post(at("commission_add_member", commission), {"user": "", "quality": "Experte"})
    assert errors(response, "account_form") == {"user": ["Ce champ est obligatoire."]}
    assert commission.members.count() == 0


def test_the_verbs_on_a_member(client, session):
    _, commission = session
    first, second = commission.members.all()
    detail = at("commission_detail", commission)
    assert post(client, "commission_president", commission, second.pk) == (detail, [f"{second} préside."])
    for sent, stored, words in (
        ("non", False, "Absence enregistrée"),
        ("oui", True, "Présence enregistrée"),
        ("", None, "Présence à renseigner"),
    ):
        answer = post(client, "commission_presence", commission, first.pk, present=sent)
        assert answer == (detail, [f"{words} : {first}."])
        assert CommissionMember.objects.get(pk=first.pk).present is stored
    assert post(client, "commission_presence", commission, first.pk, present="parfois") == (
        detail,
        ["Choisissez « présent » ou « absent »."],
    )
    assert post(client, "commission_remove_member", commission, second.pk) == (
        detail,
        [f"{second} a tenu un entretien de cette commission."],
    )
    assert commission.members.get(is_president=True) == second


def test_candidates_whose_dossier_is_in_force_are_offered(client, centre):
    commission = make_commission(centre)
    make_registration(centre)
    with_dossier()
    ready = with_dossier(centre=centre)
    detail = at("commission_detail", commission)
    form = client.get(detail).context["agenda_form"]
    assert list(form.fields["registration"].queryset) == [ready]
    data = {"registration": ready.pk, "expected_at": "10:30"}
    assert post(client, "commission_add_candidate", commission, **data) == (
        detail,
        [f"{ready.candidate} est à l’ordre du jour."],
    )
    assert list(client.get(detail).context["agenda_form"].fields["registration"].queryset) == []
    response = client.post(at("commission_add_candidate", commission), data)
    assert (response.status_code, list(errors(response, "agenda_form"))) == (422, ["registration"])
    assert post(client, "commission_remove_candidate", commission, ready.pk) == (
        detail,
        [f"{ready.candidate} n’est plus à l’ordre du jour."],
    )


def test_the_missing_list_stands_beside_the_blocked_button(client, centre):
    commission = make_commission(centre)
    response = client.get(at("commission_detail", commission))
    lacking = ["Membres : à désigner, dont un président.", "Candidats : aucun à l’ordre du jour."]
    assert said(response.context["missing"]) == lacking
    assert 'data-missing="manque"' in response.content.decode()
    assert post(client, "commission_summon", commission) == (at("commission_detail", commission), lacking)


def test_a_commission_is_summoned_and_the_printed_twins_are_for_those_without_mail(client, centre):
    registration = with_dossier(
        centre=centre, who={"email": "", "first_name": "Inès"}, adaptation="temps majoré d’un tiers"
    )
    commission = make_commission(centre)
    seat_members(commission)
    commissions.add_member(commission=commission, name="Amina Benali", quality="Experte", by=None)
    commissions.add_candidate(commission=commission, registration=registration, by=None)
    preview = client.get(at("commission_summon", commission))
    assert (preview.context["preview"].mails, preview.context["preview"].papers) == (2, 2)
    assert Summons.objects.count() == 0  # reading sends nothing
    papers = reverse("summons_papers", args=[f"commission:{commission.pk}"])
    assert post(client, "commission_summon", commission, apercu=preview.context["fingerprint"]) == (
        papers,
        ["2\xa0convocations envoyées, 2\xa0à imprimer et à remettre."],
    )
    letters = client.get(papers).context["letters"]
    assert [subject.split(" ")[0] for _, subject, _, _ in letters] == ["Commission", "Votre"]
    (member, candidate) = [body for _, _, body, _ in letters]
    assert ("Bonjour Amina Benali" in member, "temps majoré" in member) == (True, False)
    assert [body for body in (member, candidate) if "Message envoyé par" in body] == []  # it is handed over
    assert ("Bonjour Inès" in candidate, "temps majoré d’un tiers" in candidate) == (True, True)


# --- Conflicts ----------------------------------------------------------------------------------------------------


def test_a_conflict_is_shown_in_words_and_lifted_by_the_head(client, head_client, session):
    registration, commission = session
    member = commission.members.get(is_president=False)
    detail = at("commission_detail", commission)
    pair = {"member": member.pk, "registration": registration.pk}
    assert post(client, "commission_personal_link", commission, **pair) == (
        detail,
        ["Lien personnel déclaré : il bloque jusqu’à ce que le responsable le lève."],
    )
    assert f"{member} a déclaré un lien personnel avec le candidat." in plain(client.get(detail))
    assert client.post(at("commission_override", commission), pair | {"reason": "Oui."}).status_code == 403
    assert ConflictOverride.objects.count() == 0
    assert post(head_client, "commission_override", commission, **pair, reason="") == (
        detail,
        ["Conflit non levé : Ce champ est obligatoire."],
    )
    assert post(head_client, "commission_override", commission, **pair, reason="Seul expert.") == (
        detail,
        ["Conflit d’intérêts levé."],
    )
    (row,) = client.get(detail).context["oppositions"]
    assert row.lifted.reason == "Seul expert."


# --- The session --------------------------------------------------------------------------------------------------


def session_of(session):
    registration, commission = session
    return at("commission_session", commission, registration.pk)


def rows_of(client, session):
    return client.get(session_of(session)).context["rows"]


def vote(client, session, number, outcome, reason="", **extra):
    """Posts a decision on what the page shows now; `extra`: headers, follow."""
    registration, commission = session
    row = rows_of(client, session)[number - 1]
    data = {"outcome": outcome, "reason": reason, "seen": row.revision}
    return client.post(at("capacity_validate", commission, registration.pk, number), data, **extra)


def test_the_session_shows_bases_proposals_and_what_is_left(client, session):
    page = client.get(session_of(session))
    first, second = page.context["rows"]
    assert (first.proposed, second.proposed) == ("acquired", "not_acquired")
    assert (first.base.met, second.base.met) == ("2 sur 2", "0 sur 1")
    assert [first.is_open, second.is_open, first.said] == [True, True, None]
    assert [tab.sub.replace("\u00a0", " ") for tab in page.context["tabs"]] == ["0 capacité sur 2"]
    (point,) = page.context["closing"]
    assert point == {
        "text": f"{session[0].candidate} : toutes ses capacités sont à décider.",
        "url": f"{session_of(session)}#capacite-1",
        "action": "Aller à la capacité 1",
    }


def test_without_a_candidate_named_the_first_is_shown(client, session, centre):
    page = client.get(at("commission_session", session[1]))
    assert page.context["registration"] == session[0]
    empty = make_commission(centre)
    assert client.get(at("commission_session", empty))["Location"] == at("commission_detail", empty)


def test_a_candidate_who_is_not_on_the_agenda_is_not_found(client, session, centre):
    other = with_dossier(centre=centre)
    _, commission = session
    assert client.get(at("commission_session", commission, other.pk)).status_code == 404
    for verb, more in (("interview_record", []), ("capacity_validate", [1])):
        assert client.post(at(verb, commission, other.pk, *more)).status_code == 404


def test_agreeing_is_recorded_at_once(client, session, officer):
    response = vote(client, session, 1, "acquired")
    assert response["Location"] == f"{session_of(session)}#capacite-1"
    stored = CapacityValidation.objects.get()
    assert (stored.outcome, stored.decided_by) == ("acquired", str(officer))
    first, second = rows_of(client, session)
    assert (first.outcome, first.is_open, second.is_open) == ("acquired", False, True)


def test_departing_without_a_reason_is_refused_and_what_was_chosen_is_kept(client, session):
    response = vote(client, session, 2, "acquired", reason="  ")
    row = response.context["rows"][1]
    assert (response.status_code, row.error, row.outcome) == (422, NEEDS_REASON, "acquired")
    assert CapacityValidation.objects.count() == 0
    assert vote(client, session, 2, "acquired", reason="Montré à l’entretien.").status_code == 302
    row = rows_of(client, session)[1]
    assert (row.outcome, row.reason) == ("acquired", "Montré à l’entretien.")


def test_no_answer_is_said_so(client, session):
    response = vote(client, session, 1, "")
    assert response.context["rows"][0].error == "Choisissez « acquise » ou « non acquise »."
    assert CapacityValidation.objects.count() == 0


def test_a_page_overtaken_by_another_is_told_and_shows_the_stored_decision(client, session):
    registration, commission = session
    seen = rows_of(client, session)[1].revision
    vote(client, session, 2, "not_acquired")
    data = {"outcome": "acquired", "reason": "Montré.", "seen": seen}
    response = client.post(at("capacity_validate", commission, registration.pk, 2), data)
    row = response.context["rows"][1]
    assert (response.status_code, row.own.outcome, row.reason) == (422, "not_acquired", "Montré.")
    assert row.error == "La capacité a changé depuis l’affichage de la page : relisez-la avant de décider."
    assert CapacityValidation.objects.get().outcome == "not_acquired"


def parts(response, *names):
    """{id: the element of the page with that id, without its CSRF token}."""
    found = {}
    for name in names:
        text = response.content.decode()
        opening = re.search(rf'<(\w+)[^>]* id="{name}"[^>]*>|<(\w+) id="{name}"[^>]*>', text)
        tag = opening[1] or opening[2]
        end = (
            text.index(f"</{tag}>", opening.end())
            if tag != "div"
            else text.index("</section>", opening.end())
        )
        found[name] = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text[opening.start() : end])
    return found


@pytest.mark.parametrize(
    ("number", "outcome", "reason"),
    [(1, "acquired", ""), (2, "acquired", "Montré à l’entretien."), (2, "not_acquired", "")],
)
def test_what_htmx_keeps_of_the_answer_equals_a_full_reload(client, session, number, outcome, reason):
    """The form names the pieces htmx takes out of the answer: the row, the tabs, the save state, the closing bar."""
    swapped = (f"capacite-{number}", "candidats", "enregistre", "cloture")
    form = parts(client.get(session_of(session)), f"capacite-{number}")[f"capacite-{number}"]
    assert f'hx-select="#{swapped[0]}"' in form
    assert 'hx-select-oob="#candidats,#enregistre,#cloture"' in form
    answer = vote(client, session, number, outcome, reason, headers={"HX-Request": "true"}, follow=True)
    assert answer.status_code == 200
    assert parts(answer, *swapped) == parts(client.get(session_of(session)), *swapped)
    others = (f"capacite-{3 - number}", "entretien")
    assert parts(answer, *others) == parts(client.get(session_of(session)), *others)


def test_a_missing_base_is_named_and_linked_and_the_choice_disabled(client, centre):
    registration = with_dossier(centre=centre)
    commission = make_session(registration)
    session = registration, commission
    row = rows_of(client, session)[0]
    assert row.may_decide is False
    assert row.points == [
        {
            "text": "Évaluation prévue au dossier à tenir : situation réelle.",
            "url": reverse("evaluation_new", args=[registration.pk]),
            "action": "Prévoir l’évaluation",
        },
        {
            "text": "Avis de l’entreprise : ni remis, ni absence motivée.",
            "url": reverse("opinion_request", args=[registration.pk]),
            "action": "Demander l’avis",
        },
        {
            "text": "Entretien avec le candidat : à tenir.",
            "url": f"{session_of(session)}#entretien",
            "action": "Consigner l’entretien",
        },
    ]
    block = parts(client.get(session_of(session)), "capacite-1")["capacite-1"]
    assert (block.count('type="radio"'), block.count(" disabled"), "<form" in block) == (2, 2, False)
    for_president = rows_of(president_client(commission), session)[0].points
    assert [point["url"] for point in for_president] == ["", "", f"{session_of(session)}#entretien"]


def test_the_interview_is_recorded_with_its_prompts(client, session):
    registration, commission = session
    form = client.get(session_of(session)).context["form"]
    assert [row["prompts"] for row in form.rows()] == [
        [],
        [("2.1 non acquis", "Le critère 2.1 est observé.")],
    ]
    data = {
        "held_on": today().isoformat(),
        "notes": "Explique ses choix.",
        "remark_1": "confirms",
        "comment_1": "Clair.",
        "remark_2": "does_not_confirm",
    }
    url = at("interview_record", commission, registration.pk)
    assert client.post(url, data)["Location"] == f"{session_of(session)}#capacites"
    stored = Interview.objects.get()
    said = stored.remarks.order_by("capacity__number").values_list("value", "comment")
    assert (stored.notes, list(said)) == (
        "Explique ses choix.",
        [("confirms", "Clair."), ("does_not_confirm", "")],
    )
    form = client.get(session_of(session)).context["form"]
    assert [(row["remark"].value(), row["comment"].value()) for row in form.rows()] == list(said)


def test_an_interview_badly_filled_is_asked_again_with_what_was_typed(client, centre):
    registration = make_evaluated_registration(centre=centre)
    commission = make_session(registration)
    url = at("interview_record", commission, registration.pk)
    tomorrow = (today() + timedelta(days=1)).isoformat()
    response = client.post(url, {"held_on": tomorrow, "notes": "Explique ses choix."})
    assert response.status_code == 422
    assert errors(response, "form") == {
        "__all__": ["L’entretien ne peut pas être consigné avant d’avoir eu lieu."]
    }
    assert response.context["form"]["notes"].value() == "Explique ses choix."
    response = client.post(url, {"held_on": "", "remark_1": "perhaps"})
    assert sorted(errors(response, "form")) == ["held_on", "remark_1"]
    assert Interview.objects.count() == 0


def test_a_conflict_stops_the_session_of_its_candidate_alone(client, centre, officer):
    first, second = make_evaluated_registration(centre=centre), make_evaluated_registration(centre=centre)
    commission = make_session(first, second, by=officer)
    hear(commission, second)
    commissions.declare_personal_link(member=commission.members.first(), registration=first, by=officer)
    page = client.get(at("commission_session", commission, first.pk))
    assert (page.context["acting"], page.context["form"]) == (False, None)
    assert page.context["tabs"][0].sub == "conflit d’intérêts"
    assert client.get(at("commission_session", commission, second.pk)).context["acting"] is True


def test_what_keeps_the_commission_from_sitting_is_said(client, session):
    member = session[1].members.get(is_president=True)
    commissions.record_presence(member=member, present=None, by=None)
    page = client.get(session_of(session))
    assert said(page.context["obstacles"]) == [f"Présence à renseigner : {member}."]
    assert "La commission ne peut pas encore siéger" in plain(page)
    assert [row.may_decide for row in page.context["rows"]] == [False, False]


def test_kept_capacities_are_shown_as_kept(client, centre):
    registration = make_keeping_registration(centre=centre)
    commission = make_session(registration)
    session = registration, commission
    page = client.get(session_of(session))
    block = parts(page, "capacite-1")["capacite-1"]
    assert ("Capacité conservée de l’inscription" in block, "<form" in block) == (True, False)
    assert [row["number"] for row in page.context["form"].rows()] == [2]


def test_the_president_sits_and_the_other_members_read(session):
    registration, commission = session
    president, member = president_client(commission), member_client(commission)
    assert president.get(session_of(session)).context["presides"] is True
    assert vote(president, session, 1, "acquired").status_code == 302
    page = member.get(session_of(session))
    assert (page.context["presides"], page.context["acting"], page.context["form"]) == (False, False, None)
    for verb, more in (("interview_record", [registration.pk]), ("capacity_validate", [registration.pk, 2])):
        assert member.post(at(verb, commission, *more), {"outcome": "acquired"}).status_code == 403
    assert member.post(at("commission_close", commission)).status_code == 403
    assert CapacityValidation.objects.count() == 1


def test_closing_with_an_undecided_candidate_is_refused_with_the_list(client, session):
    vote(client, session, 1, "acquired")
    assert post(client, "commission_close", session[1]) == (
        at("commission_session", session[1]),
        [f"{session[0].candidate} : C2 à décider."],
    )
    assert Commission.objects.get().state == "summoned"


def test_after_closing_everything_is_read_only_with_who_and_when(client, session, officer):
    _, commission = session
    vote(client, session, 1, "acquired")
    vote(client, session, 2, "acquired", "Montré à l’entretien.")
    assert post(client, "commission_close", commission)[1] == [
        "Commission close : ses validations peuvent aller au jury."
    ]
    page = client.get(session_of(session))
    text = plain(page)
    assert f"Commission close par {officer}, le" in text
    assert "Motif de l’écart à la proposition « non acquise » Montré à l’entretien." in text
    assert text.count(f"par {officer}, aujourd’hui") == 3  # two decisions and the interview
    assert 'method="post"' not in page.content.decode().split("<main")[1]
    main = client.get(at("commission_detail", commission)).content.decode().split("<main")[1]
    assert (
        main.count('method="post"') == main.count('id="choisir"') == 1
    )  # its candidates go on, before a jury


def test_a_decision_of_an_earlier_commission_stands_and_may_be_taken_again(client, session, officer):
    registration, first = session
    decide_all(first, registration)
    commissions.close_commission(commission=first, by=officer)
    second = make_session(registration)
    rows = rows_of(client, (registration, second))
    assert [(row.own, row.earlier.outcome, row.is_open) for row in rows] == [
        (None, "acquired", False),
        (None, "not_acquired", False),
    ]
    assert vote(client, (registration, second), 2, "acquired", "Erreur de saisie.").status_code == 302
    assert rows_of(client, (registration, second))[1].own.outcome == "acquired"


# --- Cost ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("who", ["officer", "president"])
def test_the_session_keeps_to_its_budget_of_queries(client, centre, officer, count, who, query_budget):
    registrations = [make_evaluated_registration(centre=centre) for _ in range(count)]
    commission = make_session(*registrations, by=officer)
    for registration in registrations:
        hear(commission, registration)
    browser = client if who == "officer" else president_client(commission)
    browser.get(at("commission_session", commission))  # the référentiels, read once
    with query_budget():
        browser.get(at("commission_session", commission, registrations[-1].pk))


@pytest.mark.parametrize("count", [1, 3])
def test_the_preparation_keeps_to_its_budget_of_queries(client, centre, officer, count, query_budget):
    commission = make_session(*[with_dossier(centre=centre) for _ in range(count)], by=officer)
    with query_budget():
        client.get(at("commission_detail", commission))


@pytest.mark.parametrize("load", [load_seed, load_fictitious])
def test_both_referentiels_are_decided_to_the_end(client, centre, load):
    """7 capacities or 9, in blocs or not: from the first row to the closing."""
    registration, commission = make_ready_registration(load(), centre=centre)
    session = registration, commission
    count = len(rows_of(client, session))
    assert count == len(registration.referentiel.tree)
    for number in range(1, count + 1):
        assert vote(client, session, number, "acquired").status_code == 302
    assert client.get(session_of(session)).context["closing"] == []
    post(client, "commission_close", commission)
    registration.refresh_from_db()
    assert registration.stage == "deliberation"
