"""A dossier copied to many, and many dossiers put to their approvals: recaps, rows, refusals, what is taken back."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import AccessLink, FaultyAddress, LogEntry, OutboxMessage, Role
from accounts.tests.factories import make_centre, make_wearer
from candidates import actions as candidates
from candidates.models import Dossier, Registration
from candidates.tests.factories import (
    CONTEXT,
    NO_COMPANY,
    REASON,
    make_cohort,
    make_company,
    make_dossier,
    make_registration,
)
from cqpm.utils.french import day
from cqpm.utils.refusal import Refusal
from evaluations.actions import bulk
from evaluations.actions.bulk import acts
from evaluations.actions.bulk.worker import run_bulk
from evaluations.models import BulkAct
from evaluations.reads.bulk import recap_of
from evaluations.reads.dossier import capacities_said
from evaluations.rules.dossier import CopyRemark, NotAsked, NotCopied
from evaluations.rules.passage import LeftAside
from evaluations.tests.factories import make_keeping_registration
from referentiel.tests.factories import make_referentiel, make_resource_centre

pytestmark = pytest.mark.django_db
DOSSIER, APPROVAL = BulkAct.Verb.DOSSIER, BulkAct.Verb.APPROVAL
State = Dossier.State
MODALITIES = {1: {"real_situation": "", "project": ""}, 2: {"reconstituted": REASON}}
ONE = {1: {"real_situation": ""}}


@pytest.fixture
def officer():
    return make_wearer(Role.OFFICER)


@pytest.fixture
def referentiel():
    return make_referentiel(resource_centre=make_resource_centre())


@pytest.fixture
def company(officer):
    return make_company(officer.hat.centre)


@pytest.fixture
def make(officer, referentiel, company):
    """A candidate of one company, whose dossier is an empty draft, by the name given."""

    def inscribed(name, **fields):
        fields = {"company": company} | fields
        return make_registration(officer.hat.centre, referentiel, who={"birth_name": name}, **fields)

    return inscribed


@pytest.fixture
def model(make):
    return make_dossier(make("Modele"), state=State.TRANSMITTED, choices=MODALITIES)


def prepare(officer, verb=DOSSIER, **parameters):
    """The whole centre selected, with these settings."""
    act = bulk.prepare_bulk(
        centre=officer.hat.centre, verb=verb, registrations=Registration.objects.for_user(officer), by=officer
    )
    return bulk.settle_bulk(act=act, parameters=parameters)


def start(act, by):
    bulk.start_bulk(act=act, seen=recap_of(act).fingerprint, by=by)
    act.refresh_from_db()
    return act


def outcomes(act):
    rows = act.rows.select_related("registration__candidate")
    return {row.registration.candidate.birth_name: (row.state, row.reason) for row in rows}


def left_aside(recap):
    """{name: kind of the reason}."""
    return {
        row.registration.candidate.birth_name: group.reason.kind
        for group in recap.aside
        for row in group.rows
    }


def choices_of(registration):
    rows = registration.dossiers.get().choices.order_by("capacity__number", "method")
    return [(row.capacity.number, row.method, row.reason) for row in rows]


def remarks(recap):
    return {
        line.registration.candidate.birth_name: [reason.kind for reason in line.remarks]
        for line in recap.lines
    }


COPIED = [(1, "project", ""), (1, "real_situation", ""), (2, "reconstituted", REASON)]


# --- Copied from a model ------------------------------------------------------------------------------------------------


def test_a_recap_says_what_each_would_get_and_who_gets_nothing(officer, referentiel, make, model):
    other = make_referentiel(resource_centre=make_resource_centre())
    make("Aubert")
    make_dossier(make("Commence"), state=State.DRAFT, choices=ONE)
    make_dossier(make("Approuve"), state=State.APPROVED)
    make_dossier(make("Retourne"), state=State.RETURNED)
    make_dossier(make("Transmis"), state=State.TRANSMITTED)
    make_registration(officer.hat.centre, other, who={"birth_name": "Autre"})
    gone = make("Parti")
    candidates.abandon_registration(registration=gone, reason="Départ.", by=officer)
    recap = recap_of(prepare(officer, model=str(model.pk)))
    assert [line.registration.candidate.birth_name for line in recap.lines] == ["Aubert"]
    assert (recap.lines[0].numbers, recap.lines[0].kept, recap.lines[0].remarks) == ("C1 et C2", "", [])
    assert left_aside(recap) == {
        "Modele": NotCopied.MODEL,
        "Commence": NotCopied.STARTED,
        "Approuve": NotCopied.STARTED,
        "Retourne": NotCopied.STARTED,
        "Transmis": NotCopied.TRANSMITTED,
        "Autre": NotCopied.OTHER_VERSION,
        "Parti": LeftAside.OVER,
    }
    assert choices_of(Registration.objects.get(candidate__birth_name="Aubert")) == []


def test_the_model_proposed_is_of_the_class_then_in_force_then_the_fullest(officer, make, model):
    first, second = make("Aubert"), make("Blot")
    of_the_class = make_dossier(second, state=State.DRAFT, choices=ONE)
    assert prepare(officer).parameters["model"] == str(model.pk)
    make_cohort(first, second, by=officer)
    act = bulk.prepare_bulk(
        centre=officer.hat.centre,
        verb=DOSSIER,
        registrations=Registration.objects.filter(pk=first.pk),
        by=officer,
    )
    assert act.parameters["model"] == str(of_the_class.pk)
    assert [row.pk for row in recap_of(act).models] == [of_the_class.pk, model.pk]


def test_out_of_any_class_the_fullest_then_the_latest_is_proposed(officer, make):
    full = [make_dossier(make("Modele"), state=State.DRAFT, choices=MODALITIES) for _ in range(4)]
    partial = make_dossier(make("Partiel"), state=State.DRAFT, choices=ONE)
    shown = [row.pk for row in recap_of(prepare(officer)).models]
    assert shown == [row.pk for row in reversed(full)] + [partial.pk]


def test_no_model_is_read_in_another_centre_nor_one_that_says_nothing(officer, referentiel, make):
    make_dossier(make_registration(make_centre(), referentiel), state=State.TRANSMITTED)
    make("Aubert")
    recap = recap_of(prepare(officer))
    assert (recap.models, recap.is_possible, recap.is_ready) == ([], False, False)


def test_what_is_to_be_adjusted_is_said(officer, make, model):
    make("Aubert"), make("Blot", company=make_company(officer.hat.centre)), make("Caron", company=None)
    act = prepare(officer, model=str(model.pk))
    away = [CopyRemark.OTHER_COMPANY, CopyRemark.RECONSTITUTED]
    assert remarks(recap_of(act)) == {"Aubert": [], "Blot": away, "Caron": [*away, CopyRemark.NO_COMPANY]}
    act = bulk.settle_bulk(act=act, parameters={"context": "same"})
    away = [CopyRemark.CONTEXT, CopyRemark.RECONSTITUTED]
    assert remarks(recap_of(act)) == {"Aubert": [], "Blot": away, "Caron": [*away, CopyRemark.NO_COMPANY]}
    act = bulk.settle_bulk(act=act, parameters={"context": "none"})
    assert remarks(recap_of(act))["Aubert"] == [CopyRemark.CONTEXT]


def test_each_gets_the_choices_with_a_line_that_says_from_where(officer, make, model):
    registration = make("Aubert")
    act = start(prepare(officer, model=str(model.pk)), officer)
    assert act.state == BulkAct.State.DONE
    dossier = registration.dossiers.get()
    assert (dossier.state, dossier.context, dossier.missing_to_approve()) == (State.DRAFT, CONTEXT, [])
    assert choices_of(registration) == COPIED
    lines = LogEntry.objects.filter(subject=f"registration:{registration.pk}", verb="save_dossier")
    number = model.registration.number
    assert [(line.sentence, line.actor_name) for line in lines] == [
        (f"Dossier de modalités copié de celui de l’inscription {number}.", str(officer))
    ]
    assert choices_of(model.registration) == COPIED


def test_the_context_stays_to_be_written_where_it_is_asked(officer, make, model):
    here, away = make("Aubert"), make("Blot", company=make_company(officer.hat.centre))
    start(prepare(officer, model=str(model.pk), context="same"), officer)
    assert (here.dossiers.get().context, away.dossiers.get().context) == (CONTEXT, "")
    assert choices_of(away) == COPIED


def test_without_company_the_reason_goes_along_where_the_model_has_one(officer, make):
    model = make_dossier(make("Modele", company=None), state=State.DRAFT)
    alone, employed = make("Aubert", company=None), make("Blot")
    start(prepare(officer, model=str(model.pk)), officer)
    assert alone.dossiers.get().no_company_reason == NO_COMPANY
    assert employed.dossiers.get().no_company_reason == ""


def test_a_kept_capacity_is_not_copied(officer):
    centre = officer.hat.centre
    keeping = make_keeping_registration(centre=centre)  # keeps C1
    referentiel = keeping.referentiel
    make_dossier(make_registration(centre, referentiel, who={"birth_name": "Modele"}), state=State.DRAFT)
    model = Dossier.objects.get(registration__candidate__birth_name="Modele")
    candidates.abandon_registration(registration=keeping, reason="Reprise.", by=officer)
    again = make_registration(centre, referentiel, same_as=keeping.candidate)
    assert list(again.kept) == [1]
    act = bulk.prepare_bulk(
        centre=centre, verb=DOSSIER, registrations=Registration.objects.filter(pk=again.pk), by=officer
    )
    act = bulk.settle_bulk(act=act, parameters={"model": str(model.pk)})
    (line,) = recap_of(act).lines
    assert (line.numbers, line.kept, line.remarks[0].kind) == ("C2", "C1 conservée", CopyRemark.OTHER_COMPANY)
    start(act, officer)
    assert [number for number, *_ in choices_of(again)] == [2]


def test_a_capacity_the_model_says_nothing_of_is_to_choose(officer, make):
    model = make_dossier(make("Modele"), state=State.DRAFT, choices=ONE)
    registration = make("Aubert")
    recap = recap_of(prepare(officer, model=str(model.pk)))
    assert [str(reason) for reason in recap.lines[0].remarks] == ["C2 à choisir : le modèle n’en dit rien."]
    start(prepare(officer, model=str(model.pk)), officer)
    assert registration.dossiers.get().missing_to_approve() == ["Modalité d’évaluation à choisir : C2."]


def test_a_registration_without_dossier_gets_one(officer, make, model):
    registration = make("Aubert")
    registration.dossiers.all().delete()
    start(prepare(officer, model=str(model.pk)), officer)
    assert (choices_of(registration), registration.dossiers.get().version) == (COPIED, 2)


@pytest.mark.parametrize(
    ("meanwhile", "reason"),
    [
        ("written", "Dossier déjà commencé : rien n’y est écrasé, reprenez-le depuis sa page."),
        ("model", "Le modèle a changé depuis le récapitulatif : reprenez ce candidat."),
        ("gone", "L’inscription n’est plus en cours."),
    ],
)
def test_what_changed_since_the_recap_is_refused_row_by_row(officer, make, monkeypatch, meanwhile, reason):
    model = make_dossier(make("Modele"), state=State.DRAFT, choices=MODALITIES)
    registration = make("Aubert")
    act = prepare(officer, model=str(model.pk))
    monkeypatch.setattr(acts, "ROWS_AT_ONCE", 0)  # the request runs nothing, as for many
    start(act, officer)
    if meanwhile == "written":
        make_dossier(registration, state=State.DRAFT, choices=ONE)
    elif meanwhile == "model":
        candidates.save_dossier(dossier=model, context="Autre poste.", choices=ONE, by=officer)
    else:
        candidates.abandon_registration(registration=registration, reason="Départ.", by=officer)
    run_bulk(str(act.pk))
    assert outcomes(act)["Aubert"] == ("refused", reason)
    assert choices_of(registration) == ([(1, "real_situation", "")] if meanwhile == "written" else [])


def test_many_are_copied_by_the_worker_each_once(officer, make, model, monkeypatch):
    registrations = [make(name) for name in ("Aubert", "Blot", "Caron")]
    act = prepare(officer, model=str(model.pk))
    monkeypatch.setattr(acts, "ROWS_AT_ONCE", 2)
    start(act, officer)
    assert act.rows.filter(state="waiting").count() == 3
    run_bulk(str(act.pk)), run_bulk(str(act.pk))
    act.refresh_from_db()
    assert (act.state, [row.dossiers.get().version for row in registrations]) == ("done", [2, 2, 2])


def test_a_copy_is_taken_back_unless_somebody_acted_on_the_dossier(officer, make, model):
    rows = {name: make(name) for name in ("Aubert", "Blot", "Caron", "Diop")}
    act = start(prepare(officer, model=str(model.pk)), officer)
    dossiers = {name: row.dossiers.get() for name, row in rows.items()}
    candidates.save_dossier(dossier=dossiers["Blot"], context="Ajusté.", choices=MODALITIES, by=officer)
    candidates.approve_for_centre(dossier=dossiers["Caron"], by=officer)
    candidates.ask_partner_approval(dossier=dossiers["Diop"], by=officer)
    bulk.undo_bulk(act=act, by=officer)
    told = outcomes(act)
    assert {name: told[name] for name in rows} == {
        "Aubert": ("undone", ""),
        "Blot": ("kept", "Le dossier a été modifié depuis : rien n’y a été changé."),
        "Caron": ("kept", "Un accord a été donné ou demandé depuis : rien n’y a été changé."),
        "Diop": ("kept", "Un accord a été donné ou demandé depuis : rien n’y a été changé."),
    }
    emptied = rows["Aubert"].dossiers.get()
    assert (emptied.context, choices_of(rows["Aubert"]), emptied.state) == ("", [], State.DRAFT)
    assert rows["Blot"].dossiers.get().context == "Ajusté."
    last = LogEntry.objects.filter(subject=f"registration:{rows['Aubert'].pk}").first()
    assert last.sentence == "Dossier de modalités vidé, la copie est annulée."


def test_capacities_in_a_row_are_said_by_their_ends():
    assert capacities_said([1]) == "C1"
    assert capacities_said([2, 1]) == "C1 et C2"
    assert capacities_said([1, 2, 3, 5, 7, 8, 9]) == "C1 à C3, C5 et C7 à C9"


# --- Put to their approvals ---------------------------------------------------------------------------------------------


@pytest.fixture
def ready(make):
    """A candidate whose dossier is written, by the name given."""

    def written(name, **fields):
        registration = make(name, **fields)
        return make_dossier(registration, state=State.DRAFT, choices=MODALITIES)

    return written


def requests():
    rows = OutboxMessage.objects.filter(template="dossier_approval").order_by("pk")
    return [(row.recipient, row.context["number"]) for row in rows]


def test_a_recap_says_who_gets_a_mail_who_a_paper_and_who_nothing(officer, make, ready):
    ready("Aubert"), ready("Blot", tutor_email=""), ready("Caron", tutor_email="mort@exemple.fr")
    ready("Seul", company=None)
    FaultyAddress.objects.create(address="mort@exemple.fr", centre=officer.hat.centre, marked_by="Test")
    make("Vide")
    candidates.ask_partner_approval(
        dossier=candidates.approve_for_centre(dossier=ready("Demande"), by=officer), by=officer
    )
    make_dossier(make("Approuve"), state=State.APPROVED)
    make_dossier(make("Transmis"), state=State.TRANSMITTED)
    recap = recap_of(prepare(officer, APPROVAL))
    told = {
        line.registration.candidate.birth_name: (line.partner.name, line.to_print, line.faulty)
        for line in recap.lines
    }
    assert told == {
        "Aubert": ("Laure Cassagne", False, False),
        "Blot": ("Laure Cassagne", True, False),
        "Caron": ("Laure Cassagne", True, True),
        "Seul": (str(Registration.objects.get(candidate__birth_name="Seul").candidate), False, False),
    }
    assert recap.how == "2\u00a0courriels, 2\u00a0sur papier"
    assert left_aside(recap) == {
        "Vide": NotAsked.INCOMPLETE,
        "Demande": NotAsked.ASKED,
        "Approuve": NotAsked.APPROVED,
        "Transmis": NotAsked.TRANSMITTED,
    }
    missing = next(group.reason for group in recap.aside if group.reason.kind == NotAsked.INCOMPLETE)
    assert (
        str(missing) == "Dossier incomplet. Contexte : à décrire. Modalité d’évaluation à choisir : C1 et C2."
    )
    assert AccessLink.objects.filter(purpose="dossier_approval").count() == 1


def test_a_dossier_sent_back_is_said_so(officer, make):
    returned = make_dossier(make("Aubert"), state=State.RETURNED)
    (line,) = recap_of(prepare(officer, APPROVAL)).lines
    assert [str(reason) for reason in line.remarks] == [
        f"Retourné par le centre de ressource le {day(returned.returned_at)} : vérifiez qu’il a été repris."
    ]


def test_one_person_of_several_candidates_is_counted_once(officer, ready):
    ready("Aubert"), ready("Blot")
    assert recap_of(prepare(officer, APPROVAL)).how == "2\u00a0courriels à 1\u00a0personne"


def test_each_is_approved_for_the_centre_and_asked_once(officer, ready):
    first, second = ready("Aubert"), ready("Blot", tutor_email="")
    act = start(prepare(officer, APPROVAL), officer)
    assert requests() == [("laure.cassagne@exemple.fr", first.registration.number)]
    for dossier in (first, second):
        dossier.refresh_from_db()
        assert (dossier.centre_approved_by, dossier.partner_link.is_open) == (str(officer), True)
    assert [row.made for row in act.rows.all()] == [str(first.partner_link_id), str(second.partner_link_id)]
    sentences = LogEntry.objects.filter(subject=f"registration:{second.registration.pk}").order_by("-pk")
    assert [line.sentence for line in sentences[:2]] == [
        f"Dossier de modalités soumis sur papier à {second.registration.partner.described}.",
        "Dossier de modalités approuvé pour le centre.",
    ]
    again = recap_of(prepare(officer, APPROVAL))
    assert (again.lines, set(left_aside(again).values())) == ([], {NotAsked.ASKED})


def test_the_centre_may_wait_and_approve_later_without_asking_twice(officer, ready):
    dossier = ready("Aubert")
    start(prepare(officer, APPROVAL, centre=False), officer)
    dossier.refresh_from_db()
    assert (dossier.centre_approved_at, len(requests())) == (None, 1)
    act = start(prepare(officer, APPROVAL), officer)
    dossier.refresh_from_db()
    assert (dossier.centre_approved_by, len(requests()), act.rows.get().made) == (str(officer), 1, "")


def test_where_the_other_party_has_approved_only_the_centre_is_left(officer, ready):
    dossier = ready("Aubert")
    candidates.record_paper_approval(dossier=dossier, name="Laure Cassagne", by=officer)
    waits = recap_of(prepare(officer, APPROVAL, centre=False))
    assert left_aside(waits) == {"Aubert": NotAsked.CENTRE_LEFT}
    start(prepare(officer, APPROVAL), officer)
    dossier = Dossier.objects.get(pk=dossier.pk)
    assert (dossier.state, requests()) == (State.APPROVED, [])


def test_a_request_that_is_over_is_made_again(officer, ready):
    asked = candidates.ask_partner_approval(dossier=ready("Aubert"), by=officer)
    past = timezone.now() - timedelta(days=40)
    AccessLink.objects.filter(pk=asked.partner_link_id).update(
        created_at=past, expires_at=past + timedelta(days=21)
    )
    start(prepare(officer, APPROVAL), officer)
    fresh = Dossier.objects.get(pk=asked.pk).partner_link
    assert (fresh.is_open, fresh.pk == asked.partner_link_id, len(requests())) == (True, False, 2)


@pytest.mark.parametrize(
    ("meanwhile", "reason"),
    [
        ("written", "Le dossier a changé depuis le récapitulatif : relisez-le, puis recommencez."),
        ("emptied", "Dossier incomplet. Modalité d’évaluation à choisir : C2."),
        ("approved", "Le dossier a changé depuis le récapitulatif : relisez-le, puis recommencez."),
        (
            "tutor",
            "La personne à qui demander l’accord, ou son adresse, a changé depuis le récapitulatif.",
        ),
        ("asked", "Le dossier a changé depuis le récapitulatif : relisez-le, puis recommencez."),
    ],
)
def test_nothing_leaves_for_what_changed_since_the_recap(officer, ready, monkeypatch, meanwhile, reason):
    dossier = ready("Aubert")
    registration = dossier.registration
    act = prepare(officer, APPROVAL)
    monkeypatch.setattr(acts, "ROWS_AT_ONCE", 0)
    start(act, officer)
    if meanwhile == "written":
        candidates.save_dossier(dossier=dossier, context="Autre.", choices=MODALITIES, by=officer)
    elif meanwhile == "emptied":
        candidates.save_dossier(dossier=dossier, context=CONTEXT, choices=ONE, by=officer)
    elif meanwhile == "approved":
        candidates.approve_for_centre(dossier=dossier, by=officer)
    elif meanwhile == "tutor":
        Registration.objects.filter(pk=registration.pk).update(tutor_email="autre@exemple.fr")
    else:
        candidates.ask_partner_approval(dossier=dossier, by=officer)
    run_bulk(str(act.pk))
    assert outcomes(act) == {"Aubert": ("refused", reason)}
    assert len(requests()) == (1 if meanwhile == "asked" else 0)


def test_requests_are_not_taken_back(officer, ready):
    dossier = ready("Aubert")
    act = start(prepare(officer, APPROVAL), officer)
    with pytest.raises(Refusal) as refused:
        bulk.undo_bulk(act=act, by=officer)
    assert refused.value.reasons == ["Cet acte ne s’annule pas : rien n’a été changé."]
    dossier.refresh_from_db()
    act.refresh_from_db()
    assert (dossier.partner_link.is_open, act.state) == (True, BulkAct.State.DONE)


# --- One after the other --------------------------------------------------------------------------------------------------


def test_those_an_act_was_done_for_go_on_with_the_next_one(officer, make, model):
    make("Aubert"), make("Blot")
    act = prepare(officer, model=str(model.pk))
    first = act.rows.get(registration__candidate__birth_name="Aubert")
    act = start(bulk.settle_bulk(act=act, parameters={"without": [first.pk]}), officer)
    following = bulk.follow_bulk(act=act, verb=APPROVAL, by=officer)
    assert outcomes(following) == {"Blot": ("chosen", "")}
    bulk.undo_bulk(act=act, by=officer)
    with pytest.raises(Refusal) as refused:
        bulk.follow_bulk(act=act, verb=APPROVAL, by=officer)
    assert refused.value.reasons == ["Cochez au moins un candidat."]
