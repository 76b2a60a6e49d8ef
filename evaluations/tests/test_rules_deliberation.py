"""Kept capacities, admissibility, the acts of the jury: truth tables, then what holds whatever the inputs."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given, strategies as st

from evaluations.rules import (
    Admissibility,
    AdmissibilityResult,
    CapacityState,
    College,
    CompositionLack,
    JuryAct,
    JuryDecision,
    KeptPeriod,
    Outcome,
    PreviousDecision,
    Verdict,
    Vote,
    admissibility,
    chosen_act,
    jury_decision,
    kept_periods,
    kept_until,
)
from evaluations.tests.acts import said

ADMISSIBLE, NOT_ADMISSIBLE, ADJOURNED = Verdict.ADMISSIBLE, Verdict.NOT_ADMISSIBLE, Verdict.ADJOURNED
PRONOUNCE, ADJOURN, SEND_BACK = JuryAct.PRONOUNCE, JuryAct.ADJOURN, JuryAct.SEND_BACK
LEAP_DAY, JUNE, DECEMBER = date(2024, 2, 29), date(2025, 6, 4), date(2026, 12, 1)


# --- Kept capacities --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("deliberated_on", "is_block", "rncp", "until"),
    [
        (DECEMBER, False, False, date(2028, 12, 1)),
        (DECEMBER, False, True, date(2028, 12, 1)),
        (DECEMBER, True, True, date(2031, 12, 1)),
        (DECEMBER, True, False, date(2028, 12, 1)),  # blocs are kept longer in the register only
        (LEAP_DAY, False, False, date(2026, 2, 28)),
        (LEAP_DAY, True, True, date(2029, 2, 28)),
        (date(2026, 8, 31), False, False, date(2028, 8, 31)),
    ],
)
def test_how_long_what_is_acquired_is_kept(deliberated_on, is_block, rncp, until):
    assert kept_until(deliberated_on, is_block=is_block, rncp=rncp) == until


def previous(*acquired, on=JUNE, verdict=NOT_ADMISSIBLE, kept=(), blocks=(), rncp=False):
    return PreviousDecision(
        on, verdict, frozenset(acquired), frozenset(kept), tuple(frozenset(block) for block in blocks), rncp
    )


BLOCKS = ((1, 2), (3, 4))
FROM_JUNE = KeptPeriod(JUNE, date(2027, 6, 4))
FROM_DECEMBER = KeptPeriod(DECEMBER, date(2028, 12, 1))
BLOCK_FROM_JUNE = KeptPeriod(JUNE, date(2030, 6, 4))
BLOCK_FROM_DECEMBER = KeptPeriod(DECEMBER, date(2031, 12, 1))


@pytest.mark.parametrize(
    ("decisions", "on_day", "kept"),
    [
        ([], DECEMBER, {}),
        ([previous(1, 2)], DECEMBER, {1: FROM_JUNE, 2: FROM_JUNE}),
        ([previous(1)], JUNE, {1: FROM_JUNE}),
        ([previous(1)], date(2027, 6, 4), {1: FROM_JUNE}),  # the last day is included
        ([previous(1)], date(2027, 6, 5), {}),
        ([previous(1)], date(2025, 6, 3), {}),  # not yet deliberated
        ([previous(1, verdict=ADMISSIBLE)], DECEMBER, {}),
        ([previous(1, verdict=ADJOURNED)], DECEMBER, {}),
        # acquired twice: the longer of the two
        ([previous(1), previous(1, on=DECEMBER)], DECEMBER, {1: FROM_DECEMBER}),
        # read again at a later deliberation: not prolonged
        ([previous(1), previous(2, on=DECEMBER, kept=(1,))], DECEMBER, {1: FROM_JUNE, 2: FROM_DECEMBER}),
        ([previous(1), previous(2, on=DECEMBER, kept=(1,))], date(2027, 6, 5), {2: FROM_DECEMBER}),
        # blocs: whole ones, in the register
        (
            [previous(1, 2, 3, blocks=BLOCKS, rncp=True)],
            DECEMBER,
            {1: BLOCK_FROM_JUNE, 2: BLOCK_FROM_JUNE, 3: FROM_JUNE},
        ),
        (
            [previous(1, 2, 3, blocks=BLOCKS, rncp=True)],
            date(2030, 6, 4),
            {1: BLOCK_FROM_JUNE, 2: BLOCK_FROM_JUNE},
        ),
        (
            [previous(1, 2, 3, blocks=BLOCKS, rncp=False)],
            DECEMBER,
            {1: FROM_JUNE, 2: FROM_JUNE, 3: FROM_JUNE},
        ),
        # the missing part of a bloc acquired later: the bloc is whole from then on
        (
            [
                previous(1, 3, blocks=BLOCKS, rncp=True),
                previous(2, on=DECEMBER, kept=(1, 3), blocks=BLOCKS, rncp=True),
            ],
            DECEMBER,
            {1: BLOCK_FROM_DECEMBER, 2: BLOCK_FROM_DECEMBER, 3: FROM_JUNE},
        ),
        # outside the register a completed bloc prolongs nothing
        (
            [previous(1, blocks=BLOCKS), previous(2, on=DECEMBER, kept=(1,), blocks=BLOCKS)],
            DECEMBER,
            {1: FROM_JUNE, 2: FROM_DECEMBER},
        ),
        # a bloc whole before, merely read again: not prolonged
        (
            [
                previous(1, 2, blocks=BLOCKS, rncp=True),
                previous(3, on=DECEMBER, kept=(1, 2), blocks=BLOCKS, rncp=True),
            ],
            DECEMBER,
            {1: BLOCK_FROM_JUNE, 2: BLOCK_FROM_JUNE, 3: FROM_DECEMBER},
        ),
    ],
)
def test_kept_capacities_are_read_from_earlier_decisions(decisions, on_day, kept):
    assert kept_periods(decisions, on_day) == kept
    assert kept_periods(reversed(decisions), on_day) == kept


def test_a_decision_is_outside_the_register_unless_it_is_said():
    decision = PreviousDecision(JUNE, NOT_ADMISSIBLE, frozenset({1, 2}), blocks=(frozenset({1, 2}),))
    assert kept_periods([decision], DECEMBER) == {1: FROM_JUNE, 2: FROM_JUNE}


CAPACITIES = st.frozensets(st.integers(1, 4))
DECISIONS = st.lists(
    st.builds(
        PreviousDecision,
        st.dates(date(2018, 1, 1), date(2026, 12, 31)),
        st.sampled_from(Verdict),
        acquired=CAPACITIES,
        kept=CAPACITIES,
        blocks=st.sampled_from([(), (frozenset({1, 2}), frozenset({3, 4}))]),
        rncp=st.booleans(),
    ),
    max_size=4,
)


@given(DECISIONS, st.dates(date(2018, 1, 1), date(2033, 12, 31)), st.data())
def test_whatever_is_kept_was_acquired_and_is_valid_that_day(decisions, on_day, data):
    kept = kept_periods(decisions, on_day)
    assert kept == kept_periods(data.draw(st.permutations(decisions)), on_day)
    for capacity, found in kept.items():
        assert found.since <= on_day <= found.until
        assert any(
            capacity in decision.acquired | decision.kept
            and decision.deliberated_on == found.since
            and decision.verdict == NOT_ADMISSIBLE
            for decision in decisions
        )


# --- Admissibility -----------------------------------------------------------------------------------------------


def states(letters, kept_until=DECEMBER):
    """A: acquired, N: not acquired, C: kept (conservée), –: undecided; one letter for each capacity."""
    meaning = {
        "A": {"outcome": Outcome.ACQUIRED},
        "N": {"outcome": Outcome.NOT_ACQUIRED},
        "C": {"kept_until": kept_until},
        "–": {},
    }
    return [CapacityState(number, **meaning[letter]) for number, letter in enumerate(letters, start=1)]


@pytest.mark.parametrize(
    ("letters", "verdict", "reasons"),
    [
        ("AAAAAAA", ADMISSIBLE, ["7\u00a0capacités acquises sur 7."]),
        ("AAAAAAAAA", ADMISSIBLE, ["9\u00a0capacités acquises sur 9."]),  # nothing assumes seven
        ("A", ADMISSIBLE, ["1\u00a0capacité acquise sur 1."]),
        (
            "AAC",
            ADMISSIBLE,
            ["3\u00a0capacités acquises sur 3.", "C3 conservée jusqu’au 1er\u00a0décembre\u00a02026."],
        ),
        (
            "CC",
            ADMISSIBLE,
            [
                "2\u00a0capacités acquises sur 2.",
                "C1 conservée jusqu’au 1er\u00a0décembre\u00a02026.",
                "C2 conservée jusqu’au 1er\u00a0décembre\u00a02026.",
            ],
        ),
        ("AAN", NOT_ADMISSIBLE, ["C3 non acquise."]),
        ("NAN", NOT_ADMISSIBLE, ["C1 non acquise.", "C3 non acquise."]),
        ("CN", NOT_ADMISSIBLE, ["C2 non acquise."]),
        ("AA–", None, ["C3 à valider par la commission."]),
        ("NA–", None, ["C3 à valider par la commission."]),  # one is refused, but not all are decided
        ("–A–", None, ["C1 à valider par la commission.", "C3 à valider par la commission."]),
        ("", None, ["Le référentiel ne décrit aucune capacité."]),
    ],
)
def test_admissibility(letters, verdict, reasons):
    result = admissibility(states(letters), on_day=DECEMBER)
    assert (result.verdict, said(result.reasons)) == (verdict, reasons)


@pytest.mark.parametrize(
    ("on_day", "verdict", "reasons"),
    [
        (
            DECEMBER,
            ADMISSIBLE,
            ["2\u00a0capacités acquises sur 2.", "C2 conservée jusqu’au 1er\u00a0décembre\u00a02026."],
        ),
        (
            DECEMBER + timedelta(days=1),
            None,
            ["C2 à valider : elle n’était conservée que jusqu’au 1er\u00a0décembre\u00a02026."],
        ),
    ],
)
def test_a_kept_capacity_counts_on_the_day_of_the_deliberation(on_day, verdict, reasons):
    result = admissibility(states("AC"), on_day=on_day)
    assert (result.verdict, said(result.reasons)) == (verdict, reasons)


@pytest.mark.parametrize(
    ("outcome", "verdict"), [(Outcome.ACQUIRED, ADMISSIBLE), (Outcome.NOT_ACQUIRED, NOT_ADMISSIBLE)]
)
def test_a_capacity_no_longer_kept_stands_by_its_new_validation(outcome, verdict):
    state = CapacityState(1, outcome, kept_until=DECEMBER)
    assert admissibility([state], on_day=DECEMBER).verdict == ADMISSIBLE
    assert admissibility([state], on_day=DECEMBER + timedelta(days=1)).verdict == verdict


@given(st.lists(st.sampled_from("ANC–"), min_size=1, max_size=12), st.data())
def test_admissible_exactly_when_every_capacity_is_acquired_or_kept(letters, data):
    capacity_states = states(letters)
    result = admissibility(capacity_states, on_day=DECEMBER)
    expected = ADMISSIBLE if set(letters) <= {"A", "C"} else None if "–" in letters else NOT_ADMISSIBLE
    assert result.verdict == expected
    assert result.reasons
    assert admissibility(data.draw(st.permutations(capacity_states)), on_day=DECEMBER) == result


@given(st.lists(st.sampled_from("ANC–"), min_size=1, max_size=12), st.data())
def test_acquiring_one_more_capacity_never_turns_admissible_into_anything_else(letters, data):
    rank = {NOT_ADMISSIBLE: 0, None: 0, ADMISSIBLE: 1}
    before = admissibility(states(letters), on_day=DECEMBER).verdict
    better = list(letters)
    better[data.draw(st.integers(0, len(letters) - 1))] = "A"
    assert rank[admissibility(states(better), on_day=DECEMBER).verdict] >= rank[before]


# --- The jury's acts ---------------------------------------------------------------------------------------------

YES = AdmissibilityResult(ADMISSIBLE, (Admissibility.ALL_ACQUIRED(acquired="7 capacités acquises", total=7),))
NO = AdmissibilityResult(NOT_ADMISSIBLE, (Admissibility.NOT_ACQUIRED(4),))
UNDECIDED = AdmissibilityResult(None, (Admissibility.TO_VALIDATE(7),))
REASON = "Un complément est demandé pour la capacité 4."
BELOW = [CompositionLack.QUORUM(College.EMPLOYEE, college="salariés", present="0 présent", quorum=1)]


@pytest.mark.parametrize(
    ("act", "computed", "given", "decision"),
    [
        (PRONOUNCE, YES, {}, JuryDecision(ADMISSIBLE)),
        (PRONOUNCE, NO, {}, JuryDecision(NOT_ADMISSIBLE)),
        (PRONOUNCE, NO, {"reason": "Mérite mieux.", "capacities": [4]}, JuryDecision(NOT_ADMISSIBLE)),
        ("pronounce", YES, {}, JuryDecision(ADMISSIBLE)),
        (
            PRONOUNCE,
            UNDECIDED,
            {},
            JuryDecision(None, ("Aucun résultat à prononcer : C7 à valider par la commission.",)),
        ),
        (ADJOURN, YES, {"reason": REASON}, JuryDecision(ADJOURNED)),
        (ADJOURN, UNDECIDED, {"reason": REASON}, JuryDecision(ADJOURNED)),
        (ADJOURN, YES, {}, JuryDecision(None, ("Ajourner demande un motif écrit.",))),
        (ADJOURN, YES, {"reason": " \n"}, JuryDecision(None, ("Ajourner demande un motif écrit.",))),
        (SEND_BACK, NO, {"reason": REASON, "capacities": [4]}, JuryDecision(ADJOURNED)),
        (SEND_BACK, YES, {"reason": REASON, "capacities": iter([4])}, JuryDecision(ADJOURNED)),
        (
            SEND_BACK,
            NO,
            {"reason": REASON},
            JuryDecision(None, ("Renvoyer demande de nommer les capacités.",)),
        ),
        (SEND_BACK, NO, {"capacities": [4]}, JuryDecision(None, ("Renvoyer demande un motif écrit.",))),
        (
            SEND_BACK,
            NO,
            {},
            JuryDecision(
                None, ("Renvoyer demande de nommer les capacités.", "Renvoyer demande un motif écrit.")
            ),
        ),
        (ADJOURN, YES, {"reason": REASON, "below_quorum": BELOW}, JuryDecision(ADJOURNED)),
        (
            PRONOUNCE,
            YES,
            {"below_quorum": BELOW},
            JuryDecision(None, (f"{BELOW[0]} Ce candidat ne peut être qu’ajourné.",)),
        ),
        (
            SEND_BACK,
            YES,
            {"reason": REASON, "capacities": [4], "below_quorum": BELOW},
            JuryDecision(None, (f"{BELOW[0]} Ce candidat ne peut être qu’ajourné.",)),
        ),
    ],
)
def test_what_each_act_gives(act, computed, given, decision):
    assert in_french(jury_decision(act, computed, **given)) == decision


def in_french(decision):
    """The decision with its refusals as people read them."""
    return replace(decision, refusals=tuple(said(decision.refusals)))


def vote(pronounce=(0, 0), adjourn=(0, 0), send_back=(0, 0), present=(3, 3), casting=None):
    """Voices (employer, employee) for each act."""
    return Vote(
        counts={
            act: dict(zip(College, voices, strict=True))
            for act, voices in zip(JuryAct, (pronounce, adjourn, send_back), strict=True)
        },
        present=dict(zip(College, present, strict=True)),
        casting=casting,
    )


@pytest.mark.parametrize(
    ("voices", "act"),
    [
        (vote(pronounce=(3, 3)), PRONOUNCE),
        (vote(pronounce=(1, 2), adjourn=(2, 0)), PRONOUNCE),
        (vote(pronounce=(2, 0), adjourn=(1, 3)), ADJOURN),
        (vote(pronounce=(1, 1), adjourn=(1, 0), send_back=(1, 2)), SEND_BACK),
        (vote(pronounce=(2, 1), adjourn=(1, 2)), None),
        (vote(pronounce=(3, 0), adjourn=(0, 3), casting=PRONOUNCE), PRONOUNCE),
        (vote(pronounce=(3, 0), adjourn=(0, 3), casting=ADJOURN), ADJOURN),
        (vote(pronounce=(3, 0), adjourn=(0, 3), casting=SEND_BACK), None),  # not among those that lead
        (
            vote(pronounce=(1, 3), adjourn=(2, 0), casting=ADJOURN),
            PRONOUNCE,
        ),  # no tie: the voice is one of six
        (vote(), None),
        (vote(casting=PRONOUNCE), None),
        (Vote(counts={}, present={}), None),
    ],
)
def test_the_act_a_vote_chooses(voices, act):
    assert chosen_act(voices) == act


@pytest.mark.parametrize(
    ("act", "voices", "decision"),
    [
        (PRONOUNCE, vote(pronounce=(3, 2), adjourn=(0, 1)), JuryDecision(NOT_ADMISSIBLE)),
        (ADJOURN, vote(pronounce=(0, 2), adjourn=(3, 1)), JuryDecision(ADJOURNED)),
        (PRONOUNCE, vote(adjourn=(3, 3)), JuryDecision(None, ("Le vote a retenu « ajourner ».",))),
        (ADJOURN, vote(pronounce=(3, 3)), JuryDecision(None, ("Le vote a retenu « prononcer ».",))),
        (
            PRONOUNCE,
            vote(pronounce=(3, 0), adjourn=(0, 3)),
            JuryDecision(None, ("Partage des voix : celle du président est à consigner.",)),
        ),
        (PRONOUNCE, vote(pronounce=(3, 0), adjourn=(0, 3), casting=PRONOUNCE), JuryDecision(NOT_ADMISSIBLE)),
        (PRONOUNCE, vote(), JuryDecision(None, ("Aucune voix n’est comptée.",))),
        (
            PRONOUNCE,
            vote(pronounce=(3, 3), present=(2, 3)),
            JuryDecision(None, ("Collège employeurs : 3\u00a0voix pour 2\u00a0votants.",)),
        ),
        (
            PRONOUNCE,
            vote(pronounce=(1, 1), adjourn=(0, 1), present=(1, 1)),
            JuryDecision(None, ("Collège salariés : 2\u00a0voix pour 1\u00a0votant.",)),
        ),
    ],
)
def test_a_vote_chooses_between_the_acts(act, voices, decision):
    assert in_french(jury_decision(act, NO, reason=REASON, vote=voices)) == decision


def test_a_college_that_is_not_named_has_neither_voice_nor_voter():
    three, one = {College.EMPLOYER: 3}, {College.EMPLOYEE: 1}
    assert jury_decision(PRONOUNCE, YES, vote=Vote({PRONOUNCE: three}, three)) == JuryDecision(ADMISSIBLE)
    refused = jury_decision(PRONOUNCE, YES, vote=Vote({PRONOUNCE: three | one}, three))
    assert in_french(refused) == JuryDecision(None, ("Collège salariés : 1\u00a0voix pour 0\u00a0votant.",))


VOICES = st.fixed_dictionaries({college: st.integers(0, 4) for college in College})
VOTES = st.builds(
    Vote,
    st.fixed_dictionaries({}, optional=dict.fromkeys(JuryAct, VOICES)),
    VOICES,
    st.none() | st.sampled_from(JuryAct),
)


@given(
    st.sampled_from(JuryAct),
    st.sampled_from([YES, NO, UNDECIDED]),
    st.sampled_from(["", REASON]),
    st.lists(st.integers(1, 9)),
    st.none() | VOTES,
    st.sampled_from([(), tuple(BELOW)]),
)
def test_no_vote_yields_another_outcome_than_the_computed_one(
    act, computed, reason, capacities, voices, below
):
    """Whatever is voted: a verdict on the merits is the computed one, pronounced; else adjourned, else refused."""
    decision = jury_decision(
        act, computed, reason=reason, capacities=capacities, vote=voices, below_quorum=below
    )
    assert (decision.verdict is None) == bool(decision.refusals)
    if decision.verdict in (ADMISSIBLE, NOT_ADMISSIBLE):
        assert (act, decision.verdict, below) == (PRONOUNCE, computed.verdict, ())
    if decision.verdict == ADJOURNED:
        assert act in (ADJOURN, SEND_BACK)
        assert reason
    if decision.verdict and voices:
        assert chosen_act(voices) == act


@pytest.mark.parametrize(("voices", "computed"), [*product([None, vote(pronounce=(3, 3))], [YES, NO])])
def test_a_unanimous_vote_and_no_vote_pronounce_the_same(voices, computed):
    assert jury_decision(PRONOUNCE, computed, vote=voices) == JuryDecision(computed.verdict)


@given(VOTES)
def test_the_presidents_voice_matters_only_on_a_tie(voices):
    without = chosen_act(replace(voices, casting=None))
    if without:
        assert chosen_act(voices) == without
