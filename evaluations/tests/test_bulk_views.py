"""The pages of an act on many: boxes and «all of the filter», recap, outcome, and whose candidates they take."""

import io
from datetime import timedelta
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from accounts.models import LogEntry, Role
from accounts.tests.factories import client_as, make_centre, make_resource_centre, make_wearer
from candidates.models import Registration
from candidates.tests.factories import make_cohort, make_registration
from cqpm.utils.french import hour, today
from evaluations.actions import commission as commissions
from evaluations.actions.bulk import acts
from evaluations.models import BulkAct, BulkRow
from evaluations.tests.factories import make_commission, make_jury, seat_members, with_dossier
from referentiel.tests.factories import make_referentiel

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return make_wearer(Role.OFFICER)


@pytest.fixture
def client(officer):
    return client_as(officer)


@pytest.fixture
def referentiel():
    return make_referentiel(resource_centre=make_resource_centre())


@pytest.fixture
def make(officer, referentiel):
    return lambda name, **fields: with_dossier(
        referentiel, centre=officer.hat.centre, who={"birth_name": name}, **fields
    )


@pytest.fixture
def commission(officer):
    made = make_commission(officer.hat.centre, held_on=today() + timedelta(days=9), minutes=720, by=officer)
    seat_members(made, by=officer)
    return made


def prepare(client, query="", **data):
    return client.post(reverse("bulk_prepare") + query, {"acte": "place", **data})


def chosen(act):
    return list(act.rows.values_list("registration__candidate__birth_name", flat=True))


def text(response):
    return " ".join(unescape(response.content.decode()).split())


def whole_form(client, act):
    """What the recap's form would post as it stands."""
    response = client.get(reverse("bulk_detail", args=[act.pk]))
    recap, form = response.context["recap"], response.context["form"]
    data = {name: form[name].value() for name in form.fields} | {"vu": recap.fingerprint}
    for line in recap.lines:
        at = getattr(line, "at", None)
        data[f"vu-{line.row.pk}"] = hour(at) if at else ""
        if hasattr(line, "at"):
            data[f"heure-{line.row.pk}"] = hour(at) if at else ""
        if line.ticked:
            data[f"pris-{line.row.pk}"] = "on"
    return data


# --- Whom ------------------------------------------------------------------------------------------------------------


def test_boxes_ticked_are_taken_by_name_and_strangers_never(client, make, commission):
    blot, aubert, stranger = make("Blot"), make("Aubert"), make_registration(make_centre())
    make("Caron")
    response = prepare(client, choix=[blot.pk, aubert.pk, stranger.pk, "nobody"])
    act = BulkAct.objects.get()
    assert response["Location"] == reverse("bulk_detail", args=[act.pk])
    assert chosen(act) == ["Aubert", "Blot"]


def test_all_of_the_filter_is_read_again_by_the_server(client, make, referentiel, officer):
    cohort = make_cohort(centre=officer.hat.centre, referentiel=referentiel)
    for name in ("Aubert", "Blot"):
        Registration.objects.filter(pk=make(name).pk).update(cohort=cohort)
    other = make("Caron")
    prepare(client, f"?promotion={cohort.pk}", tout="on", choix=[other.pk])
    act = BulkAct.objects.get()
    assert (chosen(act), act.filters) == (["Aubert", "Blot"], f"promotion={cohort.pk}")


def test_nobody_ticked_goes_back_to_the_page_with_the_reason(client, make):
    make("Aubert")
    response = client.post(
        reverse("bulk_prepare"), {"acte": "place", "retour": "/candidats/?q=au"}, follow=True
    )
    assert response.redirect_chain == [("/candidats/?q=au", 302)]
    assert "Cochez au moins un candidat." in text(response)
    assert prepare(client, retour="https://ailleurs.fr/")["Location"] == reverse("candidate_list")
    assert client.post(reverse("bulk_prepare"), {"acte": "other"}).status_code == 400
    assert BulkAct.objects.count() == 0


def test_the_list_offers_all_of_the_filter_only_past_its_page(client, make):
    make("Aubert")
    assert 'name="tout"' not in text(client.get(reverse("candidate_list")))


def test_the_export_takes_the_boxes_ticked(client, make):
    one, _ = make("Aubert"), make("Blot")
    response = client.post(reverse("candidate_export"), {"choix": [one.pk]})
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(response.getvalue())).get_sheet_by_index(0)
    assert [row[1] for row in sheet.to_python()[1:]] == ["Aubert"]
    entry = LogEntry.objects.get(verb="export_candidates")
    assert entry.sentence == "Liste exportée : 1\u00a0inscription."


# --- Recap and outcome ---------------------------------------------------------------------------------------------


def test_eight_are_placed_read_and_said(client, make, commission):
    for rank in range(8):
        make(f"Candidat{'abcdefgh'[rank]}")
    prepare(client, tout="on")
    act = BulkAct.objects.get()
    response = client.post(reverse("bulk_start", args=[act.pk]), whole_form(client, act), follow=True)
    assert response.context["screen"].heading == "8\u00a0candidats placés"
    assert reverse("commission_summon", args=[commission.pk]) in text(response)
    assert commission.agenda.count() == 8
    response = client.post(reverse("bulk_undo", args=[act.pk]), follow=True)
    assert response.context["screen"].heading == "8\u00a0actes annulés"
    assert commission.agenda.count() == 0


def test_a_recap_without_hours_is_done_at_the_first_press(client, officer, make):
    make("Aubert")
    jury = make_jury(centre=officer.hat.centre, held_on=today() + timedelta(days=40), state="prepared")
    client.post(reverse("bulk_prepare"), {"acte": "jury", "tout": "on"})
    act = BulkAct.objects.get()
    page = client.get(reverse("bulk_detail", args=[act.pk]))
    row = act.rows.get()
    data = {
        "vu": page.context["recap"].fingerprint,
        "sitting": jury.pk,
        f"vu-{row.pk}": "",
        f"pris-{row.pk}": "on",
    }
    response = client.post(reverse("bulk_start", args=[act.pk]), data, follow=True)
    assert response.context["screen"].heading == "1\u00a0candidat ajouté"


def test_what_was_typed_is_computed_and_shown_before_it_is_done(client, make, commission):
    make("Aubert"), make("Blot")
    prepare(client, tout="on")
    act = BulkAct.objects.get()
    data = whole_form(client, act) | {"every": "45", "breaks": "9h30-10h"}
    response = client.post(reverse("bulk_start", args=[act.pk]), data, follow=True)
    assert "voici le récapitulatif recalculé" in text(response)
    assert [str(line.at) for line in response.context["recap"].lines] == ["10:00:00", "10:45:00"]
    assert commission.agenda.count() == 0


def test_hours_typed_are_kept_and_the_following_come_after(client, make, commission):
    make("Aubert"), make("Blot"), make("Caron")
    prepare(client, tout="on")
    act = BulkAct.objects.get()
    first, second, _ = act.rows.all()
    data = whole_form(client, act) | {f"heure-{first.pk}": "9h15"}
    del data[f"pris-{second.pk}"]
    response = client.post(reverse("bulk_settle", args=[act.pk]), data, follow=True)
    lines = response.context["recap"].lines
    assert [(line.ticked, str(line.at), line.typed) for line in lines] == [
        (True, "09:15:00", True),
        (False, "None", False),
        (True, "09:45:00", False),
    ]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"breaks": "midi"}, "«\u00a0midi\u00a0» n’est pas une pause"),
        ({"breaks": "14 h – 13 h"}, "La pause «\u00a014 h – 13 h\u00a0» finit avant de commencer."),
        ({"first": "25 h"}, "«\u00a025 h\u00a0» n’est pas une heure"),
        ({"every": "7"}, "7 n’en fait pas partie"),
    ],
)
def test_what_cannot_be_read_is_said_and_nothing_kept(client, make, commission, typed, said):
    make("Aubert")
    prepare(client, tout="on")
    act = BulkAct.objects.get()
    for name in ("bulk_settle", "bulk_start"):
        response = client.post(reverse(name, args=[act.pk]), whole_form(client, act) | typed)
        assert response.status_code == 422
        assert said in unescape(response.content.decode())
    act.refresh_from_db()
    assert (act.parameters["every"], act.parameters["breaks"], act.state) == (30, [], "prepared")


def test_an_hour_of_a_row_that_is_none_is_said(client, make, commission):
    make("Aubert")
    prepare(client, tout="on")
    act = BulkAct.objects.get()
    data = whole_form(client, act) | {f"heure-{act.rows.get().pk}": "tard"}
    response = client.post(reverse("bulk_settle", args=[act.pk]), data)
    assert response.status_code == 422
    assert "«\u00a0tard\u00a0» n’est pas une heure" in unescape(response.content.decode())


def test_without_a_sitting_to_come_it_says_what_to_do_first(client, make):
    make("Aubert")
    prepare(client, tout="on")
    assert "Aucune commission à venir" in text(
        client.get(reverse("bulk_detail", args=[BulkAct.objects.get().pk]))
    )
    client.post(reverse("bulk_prepare"), {"acte": "jury", "tout": "on"})
    act = BulkAct.objects.get(verb="jury")
    assert "Aucun jury à venir" in text(client.get(reverse("bulk_detail", args=[act.pk])))


def test_a_running_act_is_followed_until_it_is_over(client, officer, make, commission, monkeypatch):
    make("Aubert")
    prepare(client, tout="on")
    act = BulkAct.objects.get()
    monkeypatch.setattr(acts, "ROWS_AT_ONCE", 0)
    response = client.post(reverse("bulk_start", args=[act.pk]), whole_form(client, act), follow=True)
    assert "0 sur 1." in text(response)
    progress = reverse("bulk_progress", args=[act.pk])
    assert "HX-Refresh" not in client.get(progress)
    BulkRow.objects.update(state="done", done_at=timezone.now())
    BulkAct.objects.update(state="done")
    assert client.get(progress)["HX-Refresh"] == "true"


@pytest.mark.parametrize("verb", ["place", "jury"])
def test_what_the_recap_shows_is_done_by_one_press(client, officer, make, commission, verb):
    """Nothing typed: the settings it was proposed with are those it runs with."""
    make_jury(centre=officer.hat.centre, held_on=today() + timedelta(days=40), state="prepared")
    make("Aubert")
    client.post(reverse("bulk_prepare"), {"acte": verb, "tout": "on"})
    act = BulkAct.objects.get()
    client.post(reverse("bulk_start", args=[act.pk]), whole_form(client, act))
    act.refresh_from_db()
    assert (act.state, [row.state for row in act.rows.all()]) == ("done", ["done"])


# --- Queries ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3, 20])
def test_recaps_and_outcomes_ask_as_many_queries_for_few_as_for_many(
    client, officer, make, commission, count, django_assert_num_queries
):
    centre = officer.hat.centre
    jury = make_jury(centre=centre, held_on=today() + timedelta(days=40), state="prepared")
    for rank in range(count):
        make(f"Candidat{'abcdefghijklmnopqrstuvwxyz'[rank]}")
    prepare(client, tout="on")
    client.post(reverse("bulk_prepare"), {"acte": "jury", "tout": "on"})
    place, before = BulkAct.objects.get(verb="place"), BulkAct.objects.get(verb="jury")
    with django_assert_num_queries(11):
        client.get(reverse("bulk_detail", args=[place.pk]))
    assert before.parameters["sitting"] == str(jury.pk)
    with django_assert_num_queries(10):
        client.get(reverse("bulk_detail", args=[before.pk]))
    client.post(reverse("bulk_start", args=[place.pk]), whole_form(client, place))
    BulkRow.objects.filter(act=place).update(
        state="done", done_at=timezone.now(), parameters={"at": "09:00", "minutes": 30}
    )
    with django_assert_num_queries(8):
        client.get(reverse("bulk_detail", args=[place.pk]))


# --- From a commission, from a jury -----------------------------------------------------------------------------------


@pytest.mark.parametrize("ticked", [True, False])
def test_the_candidates_of_a_commission_and_of_a_jury_are_acted_on_from_their_pages(
    client, officer, make, commission, ticked
):
    make("Ailleurs")
    heard = make("Aubert")
    commissions.add_candidate(commission=commission, registration=heard, by=officer)
    judged = make("Blot")
    jury = make_jury(judged, centre=officer.hat.centre, state="prepared")
    for page, sitting, here, mine in (
        ("commission_detail", commission, f"?commission={commission.pk}", heard),
        ("jury_detail", jury, f"?jury={jury.pk}&referentiel={judged.referentiel_id}", judged),
    ):
        shown = unescape(client.get(reverse(page, args=[sitting.pk])).content.decode())
        assert f'action="{reverse("bulk_prepare")}{here}"' in shown
        assert f'name="choix" value="{mine.pk}"' in shown
        client.post(
            reverse("bulk_prepare") + here,
            {"acte": "write"} | ({"choix": str(mine.pk)} if ticked else {"tout": "on"}),
        )
        assert [row.registration for row in BulkAct.objects.latest("created_at").rows.all()] == [mine]
