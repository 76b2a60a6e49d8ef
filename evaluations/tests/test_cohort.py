"""A class read whole: its counts, who is late and on what, its ticks; what the database counts is what the rows show."""

from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Role
from accounts.tests.factories import make_centre, make_resource_centre, make_wearer
from candidates import actions
from candidates.models import Dossier, Registration
from candidates.rules import NotPlaced, Stage
from candidates.tests.factories import make_cohort, make_dossier, make_registration
from cqpm.utils.french import today
from evaluations.actions.transfer import transfer_registration
from evaluations.models import CompanyOpinion, Evaluation, Jury
from evaluations.reads import cohort as reads
from evaluations.screens import cohort as screen
from evaluations.tests.factories import (
    ask_opinion,
    make_decided_registration,
    make_evaluated_registration,
    make_evaluation,
    make_jury,
    make_keeping_registration,
    make_open_sheet,
    make_presentation,
    make_ready_registration,
    make_submitted_sheet,
    make_validated_registration,
    with_dossier,
)
from referentiel.models import Method
from referentiel.tests.factories import make_referentiel

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]


@pytest.fixture
def centre():
    return make_centre()


@pytest.fixture
def referentiel():
    return make_referentiel((1, 1), resource_centre=make_resource_centre())


def rows_of(cohort):
    mine = reads.counted(Registration.objects.filter(cohort=cohort).with_people()).by_name()
    return {row.registration.pk: row for row in screen.class_rows(mine)}


def ticks(registration):
    """The ticks of one candidate, who is put in a class for that."""
    registration.refresh_from_db()
    cohort = registration.cohort or make_cohort(registration)
    return [tick.kind for tick in rows_of(cohort)[registration.pk].ticks]


def bars(cohort):
    """{capacity: what its bar draws}, from what the database counts."""
    return {
        bar.count.capacity.number: Counter(bar.values)
        for bar in map(screen.CapacityBar, reads.capacity_counts(cohort, reads.class_count(cohort)))
    }


def drawn(cohort):
    """The same, from the ticks of the rows."""
    found = {}
    for row in rows_of(cohort).values():
        for number, tick in enumerate(row.ticks, start=1):
            found.setdefault(number, Counter())[tick.kind] += 1
    return found


# --- Ticks ------------------------------------------------------------------------------------------------------


def test_a_capacity_is_to_evaluate_until_everything_chosen_is_handed_in(centre, referentiel):
    registration = with_dossier(referentiel, centre=centre)
    assert ticks(registration) == ["", ""]
    make_submitted_sheet(registration, capacities=[1])
    assert ticks(registration) == ["on", ""]
    make_open_sheet(registration, capacities=[1, 2])  # the first is evaluated once more
    assert ticks(registration) == ["", ""]


def test_a_second_modality_is_awaited_too(centre, referentiel):
    registration = with_dossier(referentiel, centre=centre, methods=[Method.REAL_SITUATION, Method.PROJECT])
    make_submitted_sheet(registration)
    assert ticks(registration) == ["", ""]
    make_submitted_sheet(registration, Method.PROJECT)
    assert ticks(registration) == ["on", "on"]


def test_what_a_commission_says_counts_once_it_has_closed(centre, referentiel):
    open_one, _commission = make_ready_registration(referentiel, centre=centre)
    assert ticks(open_one) == ["on", "on"]
    assert ticks(make_validated_registration(referentiel, centre=centre, lacking=(2,))) == ["ok", "ko"]


def test_a_kept_capacity_is_acquired(referentiel):
    assert ticks(make_keeping_registration(referentiel, lacking=(2,))) == ["ok", "on"]


def test_without_a_dossier_in_force_nothing_is_evaluated(centre, referentiel):
    returned = make_registration(centre, referentiel)
    make_dossier(returned, state=Dossier.State.RETURNED)
    assert (ticks(returned), ticks(make_registration(centre, referentiel))) == (["", ""], ["", ""])


def mixed(centre, referentiel):
    """A class with everything a capacity can be."""
    keeping = make_keeping_registration(referentiel, centre=centre, lacking=(2,))
    planned = with_dossier(referentiel, centre=centre)
    make_evaluation(planned)
    sent_on = make_evaluated_registration(referentiel, centre=centre)
    amended = make_evaluated_registration(referentiel, centre=centre)
    actions.amend_dossier(
        registration=amended, reason="Autre poste", by=make_wearer(Role.OFFICER, centre=centre)
    )
    return make_cohort(
        keeping,
        planned,
        sent_on,
        amended,
        make_registration(centre, referentiel),
        make_decided_registration(referentiel, centre=centre, lacking=(1,)),
        make_validated_registration(referentiel, centre=centre, lacking=(2,)),
        make_ready_registration(referentiel, centre=centre)[0],
    )


def test_what_the_database_counts_is_what_the_rows_show(centre, referentiel):
    cohort = mixed(centre, referentiel)
    assert bars(cohort) == drawn(cohort)
    assert bars(cohort)[1] == {"ok": 2, "ko": 1, "on": 3, "": 2}


def test_a_transferred_candidate_brings_along_what_was_evaluated(centre, referentiel):
    first = make_validated_registration(referentiel, centre=centre, lacking=(2,))
    by = make_wearer(Role.OFFICER, centre=centre)
    former = make_cohort(first)
    elsewhere = make_centre("UIMM Langres")
    following = transfer_registration(registration=first, to=elsewhere, reason="Déménagement", by=by)
    cohort = make_cohort(following)
    assert ticks(following) == ["ok", "ko"]
    assert bars(cohort) == drawn(cohort)
    assert reads.headcounts([former])[former.pk] == reads.Headcount(total=1, transferred=1)


def test_more_candidates_than_ticks_are_drawn_in_proportion(referentiel):
    capacity = referentiel.tree[0]
    count = reads.CapacityCount(capacity, 400, acquired=100, not_acquired=4, to_validate=96)
    bar = screen.CapacityBar(count)
    assert Counter(bar.values) == {"ok": 12, "ko": 1, "on": 12, "": 25}
    assert bar.label == "200 sur 400 évaluées : 100\u00a0acquises, 4\u00a0non acquises, 96\u00a0à valider"
    assert screen.CapacityBar(reads.CapacityCount(capacity, 3)).label == "0 sur 3 évaluées"


# --- Counts -----------------------------------------------------------------------------------------------------


def test_a_class_in_figures(centre, referentiel):
    admitted = make_decided_registration(referentiel, centre=centre)
    refused = make_decided_registration(referentiel, centre=centre, lacking=(1,))
    make_jury(admitted, refused, state=Jury.State.PUBLISHED)
    awaiting = make_decided_registration(referentiel, centre=centre)
    make_jury(awaiting, state=Jury.State.CLOSED)
    late, gone = with_dossier(referentiel, centre=centre), make_registration(centre, referentiel)
    opinion = ask_opinion(late)
    CompanyOpinion.objects.filter(pk=opinion.pk).update(due_on=today() - timedelta(days=1))
    cohort = make_cohort(admitted, refused, awaiting, late, gone)
    by = make_wearer(Role.OFFICER, centre=centre)
    actions.abandon_registration(registration=gone, reason="Départ", by=by)
    other = make_cohort(make_registration(centre, referentiel))
    heads = reads.Headcount(
        total=5, running=2, late=1, admissible=1, not_admissible=1, abandoned=1, transferred=0
    )
    assert reads.headcounts([cohort, other]) == {
        cohort.pk: heads,
        other.pk: reads.Headcount(total=1, running=1),
    }
    counts = reads.class_count(cohort)
    assert (counts.heads, counts.with_dossier) == (heads, 1)
    assert counts.stages == {Stage.DOSSIER: 1, Stage.EVALUATIONS: 1}  # the factory's has no dossier
    assert reads.headcounts([make_cohort()]) == {}


# --- Who is late --------------------------------------------------------------------------------------------------


def lateness(registration):
    found = reads.with_lateness(Registration.objects.filter(pk=registration.pk)).get()
    return reads.lateness_of(found)


@pytest.mark.parametrize(("days", "late"), [(1, False), (0, False), (-1, True)])
def test_an_opinion_is_late_the_day_after_it_was_due(centre, referentiel, days, late):
    registration = with_dossier(referentiel, centre=centre)
    opinion = ask_opinion(registration)
    CompanyOpinion.objects.filter(pk=opinion.pk).update(due_on=today() + timedelta(days=days))
    said = lateness(registration)
    assert (said is not None) is late
    assert not late or (said.words, said.what, said.kind) == (
        "1\u00a0jour de retard",
        "avis de l’entreprise",
        "opinion",
    )


def test_an_evaluation_not_handed_in_is_late(centre, referentiel):
    registration = with_dossier(referentiel, centre=centre)
    make_evaluation(registration, held_on=today() - timedelta(days=2))
    assert (lateness(registration).words, lateness(registration).what) == (
        "2\u00a0jours de retard",
        "situation réelle, 8\xa0h",
    )


@pytest.mark.parametrize(("days", "late"), [(0, False), (-1, True)])
def test_a_report_is_late_the_day_after_it_was_due_until_it_comes(centre, days, late):
    evaluation = make_presentation()
    registration = evaluation.registration
    Evaluation.objects.filter(pk=evaluation.pk).update(report_due_on=today() + timedelta(days=days))
    said = lateness(registration)
    assert (said.what if said else None) == ("rapport à remettre" if late else None)
    Evaluation.objects.filter(pk=evaluation.pk).update(report_received_on=today())
    assert lateness(registration) is None


def test_a_dossier_returned_is_late_from_the_next_day(centre, referentiel):
    registration = make_registration(centre, referentiel)
    dossier = make_dossier(registration, state=Dossier.State.RETURNED)
    assert lateness(registration) is None
    Dossier.objects.filter(pk=dossier.pk).update(returned_at=timezone.now() - timedelta(days=3))
    said = lateness(registration)
    assert (said.words, said.what, said.kind) == ("3\u00a0jours de retard", "dossier retourné", "dossier")


def test_who_has_left_is_late_on_nothing(centre, referentiel):
    registration = with_dossier(referentiel, centre=centre)
    make_evaluation(registration, held_on=today() - timedelta(days=2))
    by = make_wearer(Role.OFFICER, centre=centre)
    actions.abandon_registration(registration=registration, reason="Départ", by=by)
    assert lateness(registration) is None


def test_the_longest_late_come_first(centre, referentiel):
    rows = [with_dossier(referentiel, centre=centre) for _ in range(3)]
    for row, days in zip(rows, (1, 5, 0), strict=True):
        make_evaluation(row, held_on=today() - timedelta(days=days))
    found = reads.late_in(Registration.objects.filter(centre=centre))
    assert [row.pk for row in found] == [rows[1].pk, rows[0].pk]


# --- What comes next ----------------------------------------------------------------------------------------------


def test_a_row_says_what_comes_next(centre, referentiel):
    waiting = make_evaluated_registration(referentiel, centre=centre)
    admitted = make_validated_registration(referentiel, centre=centre)
    make_jury(admitted, state=Jury.State.PUBLISHED)
    drafting, gone = make_registration(centre, referentiel), make_registration(centre, referentiel)
    cohort = make_cohort(waiting, admitted, drafting, gone)
    by = make_wearer(Role.OFFICER, centre=centre)
    actions.abandon_registration(registration=gone, reason="Départ", by=by)
    rows = rows_of(cohort)
    said = [(rows[row.pk].stage, rows[row.pk].awaits) for row in (waiting, admitted, drafting, gone)]
    assert said == [
        ("Entretien", "à placer en commission"),
        ("Résultat", "admissible"),
        ("Dossier", "dossier à transmettre"),
        ("Abandonnée", ""),
    ]


# --- From a filter ------------------------------------------------------------------------------------------------


def test_a_recap_sorts_everybody_once(centre, referentiel):
    mine, other = make_registration(centre, referentiel), make_registration(centre)
    more, placed, gone = (make_registration(centre, referentiel) for _ in range(3))
    make_cohort(placed)
    by = make_wearer(Role.OFFICER, centre=centre)
    actions.abandon_registration(registration=gone, reason="Départ", by=by)
    found = Registration.objects.order_by("number").select_related("candidate", "cohort")
    recap = screen.Recap.of(found, {})
    assert ([row.pk for row in recap.taken], recap.version) == ([mine.pk, more.pk], referentiel)
    assert {group.reason: [row.pk for row in group.people] for group in recap.aside} == {
        NotPlaced.OTHER_REFERENTIEL: [other.pk],
        NotPlaced.LEFT: [gone.pk],
        NotPlaced.IN_ANOTHER: [placed.pk],
    }
    assert (recap.movable, recap.moved) == (1, [])
    moving = screen.Recap.of(found, {"deplacer": "on"})
    assert [row.pk for row in moving.moved] == [placed.pk]
    assert (moving.arguments()["move"], len(moving.taken)) == (True, 3)
    asked = screen.Recap.of(found, {"version": str(other.referentiel_id)})
    assert [row.pk for row in asked.taken] == [other.pk]
    assert screen.Recap.of(found, {"version": "999999"}).version == referentiel
    assert screen.Recap.of(Registration.objects.none(), {}).version is None
