"""The jury: how it is composed, what each of its acts gives; truth tables, then what holds whatever the order."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given, strategies as st

from evaluations.rules import (
    Admissibility,
    AdmissibilityResult,
    College,
    CompositionLack,
    CompositionResult,
    JuryAct,
    JuryDecision,
    NoticeKey,
    SeatedMember,
    Verdict,
    Vote,
    chosen_act,
    jury_composition,
    jury_decision,
    quorum_for_candidate,
)
from evaluations.tests.acts import said

EMPLOYER, EMPLOYEE = College.EMPLOYER, College.EMPLOYEE
SITTING = date(2026, 12, 1)
ASKED = date(2026, 11, 16)  # fifteen days before
CONVENED = date(2026, 11, 23)  # eight days before

GARNIER = SeatedMember("j1", "Philippe Garnier", EMPLOYER, president=True, present=True, summoned_on=CONVENED)
MUGNIER = SeatedMember("j2", "Hélène Mugnier", EMPLOYER, present=True, summoned_on=CONVENED)
OUDOT = SeatedMember("j3", "Marc Oudot", EMPLOYEE, present=True, summoned_on=CONVENED)
RAVEL = SeatedMember("j4", "Isabelle Ravel", EMPLOYEE, present=True, summoned_on=CONVENED)
JURY = (GARNIER, MUGNIER, OUDOT, RAVEL)


def composed(*members, seats=(2, 2), unions=None, **settings):
    return jury_composition(
        seats=dict(zip(College, seats, strict=True)),
        members=members or JURY,
        unions_asked_on={"CFDT": ASKED, "CFE-CGC": ASKED} if unions is None else unions,
        sitting_on=SITTING,
        **settings,
    )


def absent(member):
    return replace(member, present=False)


ADMISSIBLE, NOT_ADMISSIBLE, ADJOURNED = Verdict.ADMISSIBLE, Verdict.NOT_ADMISSIBLE, Verdict.ADJOURNED
PRONOUNCE, ADJOURN, SEND_BACK = JuryAct.PRONOUNCE, JuryAct.ADJOURN, JuryAct.SEND_BACK


# --- Jury: what blocks --------------------------------------------------------------------------------------


def test_a_lawful_jury():
    assert composed() == CompositionResult([], [])


@pytest.mark.parametrize(
    ("seats", "blocking"),
    [
        ((2, 2), []),
        ((4, 4), []),  # empty seats on both sides
        ((3, 2), ["Sièges inégaux : 3 pour les employeurs, 2 pour les salariés, sièges vides compris."]),
        ((2, 5), ["Sièges inégaux : 2 pour les employeurs, 5 pour les salariés, sièges vides compris."]),
        ((0, 0), ["Sièges : à fixer pour les deux collèges."]),
    ],
)
def test_seats_are_equal(seats, blocking):
    assert said(composed(seats=seats).blocking) == blocking


@pytest.mark.parametrize(
    ("seats", "blocking"),
    [
        ({}, ["Sièges : à fixer pour les deux collèges."]),
        (
            {EMPLOYER: 1},
            ["Sièges inégaux : 1 pour les employeurs, 0 pour les salariés, sièges vides compris."],
        ),
        (
            {EMPLOYEE: 1},
            ["Sièges inégaux : 0 pour les employeurs, 1 pour les salariés, sièges vides compris."],
        ),
    ],
)
def test_a_college_without_seats_has_none(seats, blocking):
    composition = jury_composition(seats=seats, members=JURY, unions_asked_on={}, sitting_on=SITTING)
    assert said(composition.blocking) == blocking


TO_APPOINT = "Président : un membre et un seul, du collège employeurs, est à désigner."


@pytest.mark.parametrize(
    ("members", "blocking"),
    [
        ((GARNIER, MUGNIER, OUDOT), []),
        ((replace(GARNIER, president=False), MUGNIER, OUDOT), [TO_APPOINT]),
        ((GARNIER, replace(MUGNIER, president=True), OUDOT), [TO_APPOINT]),
        (
            (replace(GARNIER, president=False), replace(OUDOT, president=True)),
            ["Président : Marc Oudot n’est pas du collège employeurs."],
        ),
        (
            (absent(GARNIER), MUGNIER, OUDOT),  # present, but nobody made her the substitute
            ["Président absent : Philippe Garnier n’a pas de suppléant employeur présent."],
        ),
        ((absent(GARNIER), replace(MUGNIER, substitute=True), OUDOT), []),
        (
            (absent(GARNIER), MUGNIER, replace(OUDOT, substitute=True)),
            ["Président absent : Philippe Garnier n’a pas de suppléant employeur présent."],
        ),
    ],
)
def test_an_employer_presides(members, blocking):
    assert said(composed(*members).blocking) == blocking


def test_nobody_presides_stands_in_or_was_seen_until_it_is_said():
    colin = SeatedMember("j9", "Paul Colin", EMPLOYER)
    assert said(composed(colin, OUDOT).blocking)[0] == TO_APPOINT
    assert said(composed(absent(GARNIER), replace(colin, present=True), OUDOT).blocking) == [
        "Président absent : Philippe Garnier n’a pas de suppléant employeur présent."
    ]
    assert said(composed(GARNIER, colin, OUDOT).blocking) == ["Présence à renseigner : Paul Colin."]


@pytest.mark.parametrize(
    ("members", "quorum", "blocking"),
    [
        ((GARNIER, OUDOT), 1, []),
        ((GARNIER, absent(OUDOT)), 1, ["Quorum non atteint, collège salariés : 0\u00a0présent, 1 requis."]),
        (
            (GARNIER, absent(MUGNIER), OUDOT, RAVEL),
            2,
            ["Quorum non atteint, collège employeurs : 1\u00a0présent, 2 requis."],
        ),
        (JURY, 2, []),
        (
            JURY,
            3,
            [
                "Quorum non atteint, collège employeurs : 2\u00a0présents, 3 requis.",
                "Quorum non atteint, collège salariés : 2\u00a0présents, 3 requis.",
            ],
        ),
    ],
)
def test_quorum_is_counted_in_each_college(members, quorum, blocking):
    assert said(composed(*members, quorum=quorum).blocking) == blocking


@pytest.mark.parametrize(
    ("members", "blocking"),
    [
        (
            (GARNIER, MUGNIER, OUDOT, replace(RAVEL, present=None)),
            ["Présence à renseigner : Isabelle Ravel."],
        ),
        (
            (GARNIER, replace(MUGNIER, present=None), OUDOT, replace(RAVEL, present=None)),
            ["Présence à renseigner : Hélène Mugnier et Isabelle Ravel."],
        ),
        (
            # not yet recorded is not absent, nor does it count as present
            (replace(GARNIER, present=None), OUDOT),
            [
                "Quorum non atteint, collège employeurs : 0\u00a0présent, 1 requis.",
                "Présence à renseigner : Philippe Garnier.",
            ],
        ),
    ],
)
def test_the_presence_of_every_member_is_recorded(members, blocking):
    assert said(composed(*members).blocking) == blocking


# --- Jury: what a reason may override -----------------------------------------------------------------------


def notices(result):
    """What may be overridden, in French: [(NoticeKey, sentence)]."""
    return [(key, str(reason)) for key, reason in result.overridable]


@pytest.mark.parametrize(
    ("asked_on", "late"),
    [
        (ASKED, []),
        (ASKED - timedelta(days=1), []),
        (
            ASKED + timedelta(days=1),
            [
                "Syndicats sollicités moins de 15 jours avant le 1er\u00a0décembre\u00a02026 : FO (le 17\u00a0novembre\u00a02026)."
            ],
        ),
        (
            None,
            [
                "Syndicats sollicités moins de 15 jours avant le 1er\u00a0décembre\u00a02026 : FO (pas encore)."
            ],
        ),
    ],
)
def test_unions_are_asked_fifteen_days_ahead(asked_on, late):
    result = composed(unions={"CFDT": ASKED, "FO": asked_on})
    assert (result.blocking, notices(result)) == ([], [(NoticeKey.UNIONS, sentence) for sentence in late])


@pytest.mark.parametrize(
    ("summoned_on", "late"),
    [
        (CONVENED, []),
        (
            CONVENED + timedelta(days=1),
            [
                "Membres convoqués moins de 8 jours avant le 1er\u00a0décembre\u00a02026 : "
                "Isabelle Ravel (le 24\u00a0novembre\u00a02026)."
            ],
        ),
        (
            SITTING,  # a replacement on the day
            [
                "Membres convoqués moins de 8 jours avant le 1er\u00a0décembre\u00a02026 : "
                "Isabelle Ravel (le 1er\u00a0décembre\u00a02026)."
            ],
        ),
        (
            None,
            [
                "Membres convoqués moins de 8 jours avant le 1er\u00a0décembre\u00a02026 : Isabelle Ravel (pas encore)."
            ],
        ),
    ],
)
def test_members_are_convened_eight_days_ahead(summoned_on, late):
    result = composed(GARNIER, MUGNIER, OUDOT, replace(RAVEL, summoned_on=summoned_on))
    assert (result.blocking, notices(result)) == ([], [(NoticeKey.MEMBERS, sentence) for sentence in late])


def test_each_notice_is_one_thing_to_override_naming_everyone_concerned():
    late = SITTING - timedelta(days=2)
    members = (
        GARNIER,
        MUGNIER,
        replace(OUDOT, summoned_on=late),
        replace(RAVEL, name=OUDOT.name, summoned_on=None),
    )
    assert notices(composed(*members, unions={"FO": late, "CGT": late})) == [
        (
            NoticeKey.UNIONS,
            "Syndicats sollicités moins de 15 jours avant le 1er\u00a0décembre\u00a02026 : "
            "CGT (le 29\u00a0novembre\u00a02026) et FO (le 29\u00a0novembre\u00a02026).",
        ),
        (
            NoticeKey.MEMBERS,
            "Membres convoqués moins de 8 jours avant le 1er\u00a0décembre\u00a02026 : "
            "Marc Oudot (le 29\u00a0novembre\u00a02026) et Marc Oudot (pas encore).",  # two of the same name
        ),
    ]


def test_notices_are_settings():
    late = SITTING - timedelta(days=2)
    members = [replace(member, summoned_on=late) for member in JURY]
    assert composed(*members, unions={"FO": late}, union_notice=2, member_notice=2).overridable == []


# --- Jury: one candidate ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("withdrawn", "quorum", "reasons"),
    [
        (set(), 1, []),
        ({"j1"}, 1, []),
        ({"j1", "j2"}, 1, ["Quorum non atteint, collège employeurs : 0\u00a0présent, 1 requis."]),
        ({"j3"}, 2, ["Quorum non atteint, collège salariés : 1\u00a0présent, 2 requis."]),
        ({"someone else"}, 2, []),
    ],
)
def test_quorum_again_after_withdrawals(withdrawn, quorum, reasons):
    assert said(quorum_for_candidate(JURY, withdrawn, quorum=quorum)) == reasons


def test_absent_members_do_not_make_the_quorum_of_a_candidate():
    assert said(quorum_for_candidate((GARNIER, absent(MUGNIER), OUDOT), {"j1"})) == [
        "Quorum non atteint, collège employeurs : 0\u00a0présent, 1 requis."
    ]


JURORS = st.lists(
    st.builds(
        SeatedMember,
        st.integers(),
        st.sampled_from(["A", "B", "C"]),
        st.sampled_from(College),
        president=st.booleans(),
        substitute=st.booleans(),
        present=st.none() | st.booleans(),
        summoned_on=st.none() | st.dates(date(2026, 11, 1), SITTING),
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda juror: juror.reference,
)


@given(JURORS, st.data())
def test_the_order_of_members_does_not_matter(members, data):
    other = data.draw(st.permutations(members))
    assert composed(*other) == composed(*members)


@given(JURORS, st.sets(st.integers()))
def test_a_withdrawal_never_makes_a_quorum(members, others):
    withdrawn = others | {members[0].reference}
    before, after = quorum_for_candidate(members, set()), quorum_for_candidate(members, withdrawn)
    assert {(lack.kind, lack.subject) for lack in before} <= {(lack.kind, lack.subject) for lack in after}


# --- The jury's acts ----------------------------------------------------------------------------------------

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
