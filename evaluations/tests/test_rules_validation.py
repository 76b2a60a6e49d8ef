"""The proposal for a capacity: truth tables first, then what holds of any inputs whatever.

A table row reads: what each evaluation says of each criterion, and what follows.
"""

import json
from dataclasses import replace
from datetime import date
from itertools import product

import pytest
from hypothesis import given, strategies as st

from cqpm.utils.french import lower_first
from evaluations.rules import (
    RULE_VERSION,
    CapacityInputs,
    CriterionValue,
    EvaluationResult,
    InterviewRecord,
    MergedValue,
    Missing,
    OpinionValue,
    Outcome,
    Proposal,
    ProposalResult,
    SheetResult,
    criterion_value,
    may_validate,
    merged_values,
    missing_bases,
    missing_evaluations,
    missing_interview,
    missing_opinion,
    propose,
)
from evaluations.rules.validation import VERSIONS
from evaluations.tests.acts import said

MET, NOT_MET, UNSEEN = CriterionValue.MET, CriterionValue.NOT_MET, CriterionValue.NOT_OBSERVED
ACQUIRED, NOT_ACQUIRED, NONE = Proposal.ACQUIRED, Proposal.NOT_ACQUIRED, Proposal.NONE
REAL, PROJECT = "Situation professionnelle réelle", "Présentation de projets"
MARCH, APRIL = date(2026, 3, 12), date(2026, 4, 2)
INTERVIEW = InterviewRecord(date(2026, 11, 12), ("Amina Benali", "Gérard Pillot"))


def sheet(*values, evaluator="G. Pillot"):
    """A sheet with the values of criteria 3.1, 3.2, … in order."""
    return SheetResult(evaluator, {f"3.{number}": value for number, value in enumerate(values, start=1)})


REAL_OF_MARCH = EvaluationResult("e1", REAL, MARCH)
PROJECT_OF_APRIL = EvaluationResult("e2", PROJECT, APRIL)


def capacity(*evaluations, **changes):
    """Capacity 3 with its three bases whole; each positional argument is the values of one evaluation's sheet."""
    sheets = (sheet(*evaluations[0]), *(sheet(*values, evaluator="S. Cormier") for values in evaluations[1:]))
    results = tuple(
        replace(evaluation, sheets=(one,))
        for evaluation, one in zip((REAL_OF_MARCH, PROJECT_OF_APRIL), sheets, strict=False)
    )
    whole = {
        "number": 3,
        "criteria": tuple(f"3.{number}" for number in range(1, len(evaluations[0]) + 1)),
        "methods": tuple(result.method for result in results),
        "evaluations": results,
        "opinion": OpinionValue.FAVORABLE,
        "interview": INTERVIEW,
    }
    return CapacityInputs(**whole | changes)


# --- One criterion --------------------------------------------------------------------------------------------


def test_who_observed_nothing_is_not_named_among_those_to_settle_between():
    unseen = EvaluationResult("e3", REAL, APRIL, (sheet(UNSEEN, evaluator="A. Benali"),))
    inputs = capacity([MET], [NOT_MET])
    [reason] = propose(replace(inputs, evaluations=(*inputs.evaluations, unseen))).reasons
    assert str(reason) == (
        "C3 sans proposition : critère 3.1 à départager, "
        "acquis (situation professionnelle réelle du 12\u00a0mars\u00a02026, G. Pillot) et "
        "non acquis (présentation de projets du 2\u00a0avril\u00a02026, S. Cormier)."
    )


def test_sheets_are_frozen_in_one_order_whatever_their_letters():
    """That of the characters: what was frozen years ago is compared as it stands."""
    last, first = sheet(MET, evaluator="élodie"), sheet(MET, evaluator="zoé")
    frozen = EvaluationResult("e9", REAL, MARCH, (last, first)).to_json()
    assert frozen["sheets"] == [first.to_json(), last.to_json()]


def test_an_evaluation_is_submitted_unless_it_is_said():
    one = sheet(MET)
    assert EvaluationResult("e9", REAL, MARCH, (one,)).retained == one


@pytest.mark.parametrize(
    ("values", "merged"),
    [
        ([], MergedValue.NOT_SCORED),
        ([MET], MergedValue.MET),
        ([NOT_MET], MergedValue.NOT_MET),
        ([UNSEEN], MergedValue.NOT_OBSERVED),
        ([MET, MET], MergedValue.MET),
        ([NOT_MET, NOT_MET], MergedValue.NOT_MET),
        ([UNSEEN, UNSEEN], MergedValue.NOT_OBSERVED),
        ([MET, UNSEEN], MergedValue.MET),  # not observed gives way
        ([UNSEEN, NOT_MET], MergedValue.NOT_MET),
        ([MET, NOT_MET], MergedValue.TO_SETTLE),
        ([MET, UNSEEN, NOT_MET], MergedValue.TO_SETTLE),
        ([MET, MET, NOT_MET], MergedValue.TO_SETTLE),  # no majority among evaluations
        (["met", "not_met"], MergedValue.TO_SETTLE),  # values as the database gives them
    ],
)
def test_a_criterion_over_several_evaluations(values, merged):
    assert criterion_value(values) == merged
    assert criterion_value(reversed(values)) == merged


@pytest.mark.parametrize(
    ("evaluation", "retained"),
    [
        (replace(REAL_OF_MARCH, sheets=(sheet(MET),)), sheet(MET)),
        (
            replace(
                REAL_OF_MARCH,
                sheets=(sheet(MET), sheet(NOT_MET, evaluator="A. Benali")),
                consensus=sheet(MET, evaluator="consensus"),
            ),
            sheet(MET, evaluator="consensus"),
        ),
        (replace(REAL_OF_MARCH, sheets=(sheet(MET), sheet(MET, evaluator="A. Benali"))), None),
        (replace(REAL_OF_MARCH, sheets=(sheet(MET),), submitted=False), None),
        (REAL_OF_MARCH, None),
    ],
    ids=["single sheet", "consensus of two", "two without consensus", "not submitted", "no sheet"],
)
def test_the_sheet_that_counts(evaluation, retained):
    assert evaluation.retained == retained


def test_sheets_behind_a_consensus_do_not_count():
    evaluation = replace(
        REAL_OF_MARCH,
        sheets=(sheet(NOT_MET), sheet(MET, evaluator="A. Benali")),
        consensus=sheet(MET, evaluator="G. Pillot et A. Benali"),
    )
    assert merged_values(capacity([MET], evaluations=(evaluation,))) == {"3.1": MergedValue.MET}


def test_an_amendment_does_not_erase_what_was_seen():
    dropped = capacity([MET], [NOT_MET], methods=(REAL,))
    assert merged_values(dropped) == {"3.1": MergedValue.TO_SETTLE}
    assert missing_bases(dropped) == []


# --- The proposal ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("evaluations", "proposal", "reasons"),
    [
        (
            [[MET, MET]],
            ACQUIRED,
            [
                "C3 acquise : 2\u00a0critères sur 2 acquis, avis de l’entreprise favorable, "
                "entretien tenu le 12\u00a0novembre\u00a02026."
            ],
        ),
        (
            [[MET, UNSEEN], [UNSEEN, MET]],
            ACQUIRED,
            [
                "C3 acquise : 2\u00a0critères sur 2 acquis, avis de l’entreprise favorable, "
                "entretien tenu le 12\u00a0novembre\u00a02026."
            ],
        ),
        (
            [[MET, NOT_MET]],
            NOT_ACQUIRED,
            [
                "C3 non acquise : critère 3.2 non acquis "
                "(situation professionnelle réelle du 12\u00a0mars\u00a02026, G. Pillot)."
            ],
        ),
        (
            [[MET, NOT_MET], [MET, NOT_MET]],
            NOT_ACQUIRED,
            ["C3 non acquise : critère 3.2 non acquis lors de 2 évaluations sur 2."],
        ),
        (
            [[NOT_MET, NOT_MET], [UNSEEN, NOT_MET]],
            NOT_ACQUIRED,
            [
                "C3 non acquise : critère 3.1 non acquis lors d’une évaluation sur 2.",
                "C3 non acquise : critère 3.2 non acquis lors de 2 évaluations sur 2.",
            ],
        ),
        (
            [[NOT_MET, UNSEEN], [NOT_MET, UNSEEN]],  # not observed does not save what is not met
            NOT_ACQUIRED,
            ["C3 non acquise : critère 3.1 non acquis lors de 2 évaluations sur 2."],
        ),
        ([[MET, UNSEEN]], NONE, ["C3 sans proposition : critère 3.2 non observé."]),
        (
            [[MET, MET], [MET, NOT_MET]],
            NONE,
            [
                "C3 sans proposition : critère 3.2 à départager, "
                "acquis (situation professionnelle réelle du 12\u00a0mars\u00a02026, G. Pillot) et "
                "non acquis (présentation de projets du 2\u00a0avril\u00a02026, S. Cormier)."
            ],
        ),
        (
            [[NOT_MET, MET, UNSEEN], [NOT_MET, NOT_MET, UNSEEN]],  # one to be settled suspends the rest
            NONE,
            [
                "C3 sans proposition : critère 3.2 à départager, "
                "acquis (situation professionnelle réelle du 12\u00a0mars\u00a02026, G. Pillot) et "
                "non acquis (présentation de projets du 2\u00a0avril\u00a02026, S. Cormier).",
                "C3 sans proposition : critère 3.1 non acquis lors de 2 évaluations sur 2.",
                "C3 sans proposition : critère 3.3 non observé.",
            ],
        ),
    ],
)
def test_proposals_when_the_three_bases_are_present(evaluations, proposal, reasons):
    result = propose(capacity(*evaluations))
    assert (result.proposal, list(result.reasons), result.missing) == (proposal, reasons, ())


@pytest.mark.parametrize(
    ("opinion", "absence", "required", "proposal", "shown"),
    [
        (OpinionValue.FAVORABLE, "", True, ACQUIRED, "avis de l’entreprise favorable"),
        (OpinionValue.RESERVED, "", True, ACQUIRED, "avis de l’entreprise réservé"),
        (OpinionValue.NOT_OBSERVED, "", True, ACQUIRED, "avis de l’entreprise non observé"),
        ("reserved", "", True, ACQUIRED, "avis de l’entreprise réservé"),
        (None, "Demandeur d’emploi.", True, ACQUIRED, "avis de l’entreprise absent (Demandeur d’emploi)"),
        (None, "", False, ACQUIRED, "avis de l’entreprise non demandé"),
        (OpinionValue.UNFAVORABLE, "", True, NONE, "avis de l’entreprise défavorable"),
        (OpinionValue.UNFAVORABLE, "", False, NONE, "avis de l’entreprise défavorable"),
        (OpinionValue.UNFAVORABLE, "sans suite", True, NONE, "avis de l’entreprise défavorable"),
        (None, "", True, NONE, "avis de l’entreprise : ni remis, ni absence motivée"),
        (None, "  ", True, NONE, "avis de l’entreprise : ni remis, ni absence motivée"),
    ],
)
def test_the_opinion_on_criteria_all_met(opinion, absence, required, proposal, shown):
    result = propose(capacity([MET], opinion=opinion, opinion_absence=absence, opinion_required=required))
    reason = {
        ACQUIRED: f"C3 acquise : 1\u00a0critère sur 1 acquis, {shown}, entretien tenu le 12\u00a0novembre\u00a02026.",
        NONE: f"C3 sans proposition : {shown}.",
    }[proposal]
    assert (result.proposal, result.reasons) == (proposal, (reason,))


@pytest.mark.parametrize("opinion", [*OpinionValue, None])
def test_no_opinion_saves_a_criterion_not_met(opinion):
    assert propose(capacity([NOT_MET], opinion=opinion)).proposal == NOT_ACQUIRED


# --- The three bases -------------------------------------------------------------------------------------------

SUBMITTED = replace(REAL_OF_MARCH, sheets=(sheet(MET, MET),))


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({}, []),
        ({"methods": ()}, ["Évaluations : aucune n’est prévue au dossier."]),
        (
            {"methods": (REAL, PROJECT)},
            ["Évaluation prévue au dossier à tenir : présentation de projets."],
        ),
        (
            {"evaluations": ()},
            ["Évaluation prévue au dossier à tenir : situation professionnelle réelle."],
        ),
        (
            {"evaluations": (replace(SUBMITTED, submitted=False),)},
            ["Évaluation à remettre : situation professionnelle réelle du 12\u00a0mars\u00a02026."],
        ),
        (
            # a second evaluation of the same method is foreseen too, once it is planned
            {"evaluations": (SUBMITTED, EvaluationResult("e3", REAL, APRIL, submitted=False))},
            ["Évaluation à remettre : situation professionnelle réelle du 2\u00a0avril\u00a02026."],
        ),
        (
            # planned under a method the dossier has since dropped: nobody waits for it
            {"evaluations": (SUBMITTED, EvaluationResult("e3", PROJECT, APRIL, submitted=False))},
            [],
        ),
        (
            {
                "evaluations": (
                    replace(SUBMITTED, sheets=(sheet(MET, MET), sheet(MET, MET, evaluator="A. Benali"))),
                )
            },
            ["Grille de consensus à remettre : situation professionnelle réelle du 12\u00a0mars\u00a02026."],
        ),
        (
            {"evaluations": (REAL_OF_MARCH,)},
            ["Grille à remettre : situation professionnelle réelle du 12\u00a0mars\u00a02026."],
        ),
        (
            {"evaluations": (replace(REAL_OF_MARCH, sheets=(sheet(MET),)),)},
            ["Critères non évalués : 3.2."],
        ),
        (
            # together they cover every criterion
            {
                "methods": (REAL, PROJECT),
                "evaluations": (
                    replace(REAL_OF_MARCH, sheets=(SheetResult("G. Pillot", {"3.1": MET}),)),
                    replace(PROJECT_OF_APRIL, sheets=(SheetResult("S. Cormier", {"3.2": MET}),)),
                ),
            },
            [],
        ),
        (
            {"evaluations": (replace(REAL_OF_MARCH, sheets=(sheet(UNSEEN, UNSEEN),)),)},
            [],
        ),  # counts as covered
        ({"opinion": None}, ["Avis de l’entreprise : ni remis, ni absence motivée."]),
        ({"opinion": None, "opinion_absence": "Sans réponse après l’échéance."}, []),
        ({"opinion": None, "opinion_required": False}, []),
        ({"interview": None}, ["Entretien avec le candidat : à tenir."]),
        (
            {"interview": InterviewRecord(None, ("A. Benali",))},
            ["Entretien avec le candidat : date à indiquer."],
        ),
        ({"interview": InterviewRecord(APRIL, ())}, ["Entretien avec le candidat : membres à indiquer."]),
        (
            {"evaluations": (replace(SUBMITTED, submitted=False),), "opinion": None, "interview": None},
            [
                "Évaluation à remettre : situation professionnelle réelle du 12\u00a0mars\u00a02026.",
                "Avis de l’entreprise : ni remis, ni absence motivée.",
                "Entretien avec le candidat : à tenir.",
            ],
        ),
    ],
)
def test_missing_bases(changes, missing):
    inputs = capacity([MET, MET], **changes)
    found = missing_evaluations(inputs) + missing_opinion(inputs) + missing_interview(inputs)
    assert said(found) == missing
    assert (missing_bases(inputs), propose(inputs).missing) == (found, tuple(found))


def test_each_base_says_what_it_lacks_itself():
    inputs = capacity([MET], evaluations=(), opinion=None, interview=None)
    assert said(missing_evaluations(inputs)) == [
        f"Évaluation prévue au dossier à tenir : {lower_first(REAL)}."
    ]
    assert said(missing_opinion(inputs)) == ["Avis de l’entreprise : ni remis, ni absence motivée."]
    assert said(missing_interview(inputs)) == ["Entretien avec le candidat : à tenir."]


def test_a_missing_base_is_a_cause_of_having_no_proposal():
    result = propose(capacity([MET], interview=None))
    assert result == ProposalResult(3, NONE, (Missing.INTERVIEW(),), (Missing.INTERVIEW(),))
    assert result.reasons == ("C3 sans proposition : entretien avec le candidat : à tenir.",)
    assert said(result.missing) == ["Entretien avec le candidat : à tenir."]


def test_criteria_are_listed_in_the_order_of_the_referentiel():
    values = {f"3.{number}": UNSEEN for number in range(1, 12)}
    evaluation = replace(REAL_OF_MARCH, sheets=(SheetResult("G. Pillot", values),))
    inputs = capacity([MET], criteria=tuple(sorted(values)), evaluations=(evaluation,))
    assert [cause.subject for cause in propose(inputs).causes] == [f"3.{number}" for number in range(1, 12)]


def test_a_capacity_without_criteria_is_a_mistake():
    with pytest.raises(ValueError, match="a capacity has criteria"):
        capacity([MET], criteria=())


# --- The commission decides ------------------------------------------------------------------------------------

DEPARTS = "demande un motif écrit."


@pytest.mark.parametrize(
    ("proposal", "outcome", "refusals"),
    [
        (ACQUIRED, Outcome.ACQUIRED, []),
        (NOT_ACQUIRED, Outcome.NOT_ACQUIRED, []),
        (ACQUIRED, Outcome.NOT_ACQUIRED, [f"S’écarter de la proposition « acquise » {DEPARTS}"]),
        (NOT_ACQUIRED, Outcome.ACQUIRED, [f"S’écarter de la proposition « non acquise » {DEPARTS}"]),
        (NONE, Outcome.ACQUIRED, [f"Décider sans proposition {DEPARTS}"]),
        (NONE, Outcome.NOT_ACQUIRED, [f"Décider sans proposition {DEPARTS}"]),
    ],
)
def test_a_departure_needs_a_written_reason(proposal, outcome, refusals):
    result = ProposalResult(3, proposal, (), ())
    assert said(may_validate(outcome, result, "")) == refusals
    assert said(may_validate(outcome, result, " \n")) == refusals
    assert said(may_validate(outcome.value, result, "")) == refusals
    assert may_validate(outcome, result, "Points d’arrêt justifiés à l’entretien.") == []


@pytest.mark.parametrize(("proposal", "outcome"), [*product((NOT_ACQUIRED, NONE), Outcome)])
@pytest.mark.parametrize("reason", ["", "Urgence."])
def test_nothing_is_validated_while_a_base_is_missing(proposal, outcome, reason):
    result = ProposalResult(3, proposal, (), (Missing.INTERVIEW(),))
    assert said(may_validate(outcome, result, reason)) == [
        "Validation impossible : entretien avec le candidat : à tenir."
    ]


# --- Versions and frozen inputs --------------------------------------------------------------------------------


def test_every_version_of_the_rule_stays():
    assert list(VERSIONS) == list(range(1, RULE_VERSION + 1))


def test_an_unknown_version_is_an_error():
    with pytest.raises(KeyError):
        propose(capacity([MET]), version=RULE_VERSION + 1)


def test_inputs_frozen_under_version_1_give_what_they_gave_then():
    """Never edit this record: it stands for those in the archives."""
    frozen = """{"criteria":["3.1","3.2"],"evaluations":[{"consensus":null,"day":"2026-03-12",
    "method":"Situation professionnelle réelle","reference":"e1","sheets":[{"evaluator":"G. Pillot",
    "values":{"3.1":"met","3.2":"not_met"}}],"submitted":true},{"consensus":{"evaluator":"Consensus",
    "values":{"3.1":"not_observed","3.2":"not_met"}},"day":"2026-04-02","method":"Présentation de projets",
    "reference":"e2","sheets":[{"evaluator":"A. Benali","values":{"3.2":"met"}},{"evaluator":"S. Cormier",
    "values":{"3.2":"not_met"}}],"submitted":true}],"interview":{"day":"2026-11-12","members":["A. Benali"]},
    "methods":["Présentation de projets","Situation professionnelle réelle"],"number":3,"opinion":"reserved",
    "opinion_absence":"","opinion_required":true}"""
    inputs = CapacityInputs.from_json(json.loads(frozen))
    assert inputs.to_json() == json.loads(frozen)
    result = propose(inputs, version=1)
    assert (result.proposal, result.missing) == (NOT_ACQUIRED, ())
    assert result.reasons == ("C3 non acquise : critère 3.2 non acquis lors de 2 évaluations sur 2.",)


@pytest.mark.parametrize("key", ["criteria", "evaluations", "opinion_required"])
def test_inputs_that_lost_a_key_are_refused(key):
    plain = capacity([MET]).to_json()
    del plain[key]
    with pytest.raises(KeyError, match=key):
        CapacityInputs.from_json(plain)


# --- Properties: any inputs whatever ---------------------------------------------------------------------------

RANK = {NOT_ACQUIRED: 0, NONE: 1, ACQUIRED: 2}
TOWARDS_MET = (NOT_MET, UNSEEN, MET)
NUMBERS = ("3.1", "3.2", "3.3", "3.10")


@st.composite
def inputs(draw, whole=False):
    """Inputs of any shape; with `whole`, the three bases are present and every evaluation scores everything."""
    criteria = NUMBERS[: draw(st.integers(1, len(NUMBERS)))]
    keys = dict.fromkeys(criteria, st.sampled_from(CriterionValue))
    values = st.fixed_dictionaries(keys) if whole else st.fixed_dictionaries({}, optional=keys)
    sheets = st.builds(SheetResult, st.sampled_from(["G. Pillot", "A. Benali", "S. Cormier"]), values)
    one_sheet = st.tuples(st.tuples(sheets), st.none())
    several = st.tuples(st.tuples(sheets, sheets), sheets if whole else st.none() | sheets)
    none = st.tuples(st.just(()), st.none())
    methods = draw(st.lists(st.sampled_from([REAL, PROJECT]), min_size=int(whole), max_size=2, unique=True))
    planned = list(methods) if whole else []
    planned += draw(st.lists(st.sampled_from([REAL, PROJECT]), max_size=2))
    evaluations = []
    for rank, method in enumerate(planned):
        scored, consensus = draw(one_sheet | several if whole else one_sheet | several | none)
        submitted = whole or draw(st.booleans())
        day = draw(st.sampled_from([MARCH, APRIL]))
        evaluations.append(EvaluationResult(f"e{rank}", method, day, scored, consensus, submitted))
    interviews = st.builds(
        InterviewRecord,
        st.none() | st.just(MARCH),
        st.sampled_from([(), ("A. Benali",), ("Z. Roy", "A. Benali")]),
    )
    opinion = draw(st.sampled_from(OpinionValue) if whole else st.none() | st.sampled_from(OpinionValue))
    return CapacityInputs(
        number=3,
        criteria=criteria,
        methods=tuple(methods),
        evaluations=tuple(evaluations),
        opinion_required=draw(st.booleans()),
        opinion=opinion,
        opinion_absence=draw(st.sampled_from(["", "Demandeur d’emploi."])),
        interview=INTERVIEW if whole else draw(st.none() | interviews),
    )


any_inputs = st.booleans().flatmap(inputs)


def say(one, criterion, value):
    """The sheet with the value of a criterion changed, where it had one."""
    return replace(one, values={**one.values, criterion: value}) if one and criterion in one.values else one


def everybody_says(capacity_inputs, criterion, value):
    """Inputs in which the result of a criterion is `value`, wherever it was scored."""
    evaluations = tuple(
        replace(
            evaluation,
            sheets=tuple(say(one, criterion, value) for one in evaluation.sheets),
            consensus=say(evaluation.consensus, criterion, value),
        )
        for evaluation in capacity_inputs.evaluations
    )
    return replace(capacity_inputs, evaluations=evaluations)


@given(any_inputs, st.data())
def test_turning_the_result_of_a_criterion_towards_met_never_lowers_the_proposal(before, data):
    """«A criterion has one result: met, not met, not observed», once its evaluations are merged.

    A criterion still to be settled has no result yet, so there is none to turn.
    """
    results = {
        criterion: CriterionValue(merged)
        for criterion, merged in merged_values(before).items()
        if merged in CriterionValue.values
    }
    for criterion, value in results.items():
        better = data.draw(st.sampled_from(TOWARDS_MET[TOWARDS_MET.index(value) :]))
        after = everybody_says(before, criterion, better)
        assert merged_values(after)[criterion] == better
        assert RANK[propose(after).proposal] >= RANK[propose(before).proposal]


@given(inputs(whole=True), st.data())
def test_turning_one_evaluator_towards_met_lowers_the_proposal_only_by_ending_the_last_disagreement(
    before, data
):
    """What one sheet says is not yet a result, and here the definitions leave one corner.

    «Non acquise: at least one criterion not met, **none to be settled**.» While criterion 3.2 is to be settled
    and 3.1 is not met, nothing is proposed; when the evaluator who refused 3.2 turns towards met, the
    disagreement ends and 3.1 speaks: «non acquise». This corner, and no other, is where the proposal goes down;
    «acquise» in particular is never lost.
    """
    rank = data.draw(st.integers(0, len(before.evaluations) - 1))
    evaluation = before.evaluations[rank]
    criterion = data.draw(st.sampled_from(before.criteria))
    better = data.draw(
        st.sampled_from(TOWARDS_MET[TOWARDS_MET.index(evaluation.retained.values[criterion]) :])
    )
    turned = say(evaluation.retained, criterion, better)
    changed = (
        replace(evaluation, consensus=turned)
        if evaluation.consensus
        else replace(evaluation, sheets=(turned,))
    )
    after = replace(
        before, evaluations=(*before.evaluations[:rank], changed, *before.evaluations[rank + 1 :])
    )

    values, new_values = merged_values(before), merged_values(after)
    ends_the_last_disagreement = (
        [one for one, value in values.items() if value == MergedValue.TO_SETTLE] == [criterion]
        and new_values[criterion] == MergedValue.MET
        and MergedValue.NOT_MET in new_values.values()
    )
    lowered = RANK[propose(after).proposal] < RANK[propose(before).proposal]
    assert lowered == ends_the_last_disagreement
    if lowered:
        assert (propose(before).proposal, propose(after).proposal) == (NONE, NOT_ACQUIRED)


def test_the_corner_where_ending_a_disagreement_lets_another_criterion_speak():
    assert propose(capacity([NOT_MET, MET], [NOT_MET, NOT_MET])).proposal == NONE
    assert propose(capacity([NOT_MET, MET], [NOT_MET, MET])).proposal == NOT_ACQUIRED


@given(any_inputs)
def test_a_better_opinion_or_an_interview_held_never_lowers_the_proposal(before):
    rank = RANK[propose(before).proposal]
    assert RANK[propose(replace(before, interview=INTERVIEW)).proposal] >= rank
    assert RANK[propose(replace(before, opinion=OpinionValue.FAVORABLE)).proposal] >= rank


@given(any_inputs)
def test_a_missing_base_never_gives_acquired_nor_a_validation(one):
    result = propose(one)
    assert result.missing == tuple(missing_bases(one))
    if result.missing:
        assert result.proposal != ACQUIRED
        assert [said(may_validate(outcome, result, "Motif.")) for outcome in Outcome] == [
            [f"Validation impossible : {base[0].lower()}{base[1:]}" for base in said(result.missing)]
        ] * 2


@given(any_inputs)
def test_the_proposal_is_what_the_definitions_say(one):
    """The three definitions, written a second time."""
    values = list(merged_values(one).values())
    result = propose(one)
    met = all(value == MergedValue.MET for value in values)
    refused = MergedValue.NOT_MET in values and MergedValue.TO_SETTLE not in values
    opposed = one.opinion == OpinionValue.UNFAVORABLE
    assert (result.proposal == ACQUIRED) == (met and not opposed and not result.missing)
    assert (result.proposal == NOT_ACQUIRED) == refused


@given(any_inputs)
def test_every_proposal_says_why(one):
    result = propose(one)
    heading = f"C3 {result.proposal.label.lower()} : "
    assert result.reasons
    assert all(reason.startswith(heading) and reason.endswith(".") for reason in result.reasons)


@given(any_inputs, st.data())
def test_the_order_of_inputs_does_not_matter(one, data):
    def shuffled(items):
        return tuple(data.draw(st.permutations(list(items))))

    def other_order(one_sheet):
        return replace(one_sheet, values=dict(shuffled(one_sheet.values.items())))

    evaluations = (
        replace(
            evaluation,
            sheets=shuffled(map(other_order, evaluation.sheets)),
            consensus=evaluation.consensus and other_order(evaluation.consensus),
        )
        for evaluation in one.evaluations
    )
    other = replace(
        one,
        criteria=shuffled(one.criteria),
        methods=shuffled(one.methods),
        evaluations=shuffled(evaluations),
        interview=one.interview and replace(one.interview, members=shuffled(one.interview.members)),
    )
    assert propose(other) == propose(one)
    assert json.dumps(other.to_json()) == json.dumps(one.to_json())


@given(any_inputs)
def test_frozen_inputs_are_plain_sorted_and_give_the_same_proposal(one):
    text = json.dumps(one.to_json())
    assert json.dumps(json.loads(text), sort_keys=True) == text
    assert plain_types(one.to_json()) <= {dict, list, str, int, bool, type(None)}
    again = CapacityInputs.from_json(json.loads(text))
    assert json.dumps(again.to_json()) == text
    assert propose(again) == propose(one)


def plain_types(plain):
    """Every type in the value: an enumeration's member, though it prints as text, is not plain."""
    inside = plain.values() if isinstance(plain, dict) else plain if isinstance(plain, list) else ()
    return {type(plain)}.union(*map(plain_types, inside))
