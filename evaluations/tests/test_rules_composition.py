"""Jury, commission, conflicts of interest: truth tables, then what holds whatever the order."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, strategies as st

from evaluations.rules import (
    CandidateSituation,
    College,
    CompositionResult,
    ConflictKind,
    KnownPerson,
    NoticeKey,
    PresentMember,
    SeatedMember,
    commission_composition,
    conflicts,
    jury_composition,
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


# --- Jury: what blocks ------------------------------------------------------------------------------------------


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


# --- Jury: what a reason may override ---------------------------------------------------------------------------


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


# --- Jury: one candidate -----------------------------------------------------------------------------------------


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


# --- Commission --------------------------------------------------------------------------------------------------

FEW = "Commission incomplète : {}, {} au moins sont requis."
NO_PRESIDENT = "Commission sans président : un membre et un seul est à désigner."
A, B, PRESIDENT = PresentMember("a"), PresentMember("b"), PresentMember("p", president=True)


@pytest.mark.parametrize(
    ("members", "minimum", "refusals"),
    [
        ([PRESIDENT, A], 2, []),
        ([PRESIDENT, A, B], 2, []),
        ([PRESIDENT, A, B], 3, []),
        ([PRESIDENT, A], 3, [FEW.format("2\u00a0membres", 3)]),
        ([PRESIDENT], 2, [FEW.format("1\u00a0membre", 2)]),
        ([PRESIDENT, A, A], 3, [FEW.format("2\u00a0membres", 3)]),  # the same person twice is one member
        ([A, B], 2, [NO_PRESIDENT]),
        ([PRESIDENT, replace(A, president=True)], 2, [NO_PRESIDENT]),
        ([], 2, [FEW.format("0\u00a0membre", 2), NO_PRESIDENT]),
    ],
)
def test_commission(members, minimum, refusals):
    assert said(commission_composition(members, minimum=minimum)) == refusals


def test_a_commission_is_of_two_unless_a_setting_says_more():
    assert said(commission_composition([PRESIDENT])) == [FEW.format("1\u00a0membre", 2)]
    assert commission_composition([PRESIDENT, A]) == []


def test_nobody_presides_stands_in_or_was_seen_until_it_is_said():
    assert said(commission_composition([PresentMember("a"), PresentMember("b")])) == [NO_PRESIDENT]
    colin = SeatedMember("j9", "Paul Colin", EMPLOYER)
    assert said(composed(colin, OUDOT).blocking)[0] == TO_APPOINT
    assert said(composed(absent(GARNIER), replace(colin, present=True), OUDOT).blocking) == [
        "Président absent : Philippe Garnier n’a pas de suppléant employeur présent."
    ]
    assert said(composed(GARNIER, colin, OUDOT).blocking) == ["Présence à renseigner : Paul Colin."]


# --- Conflicts of interest ---------------------------------------------------------------------------------------

SITUATION = CandidateSituation(
    company_siren="552100554",
    trainers=(KnownPerson("Sophie Cormier"), KnownPerson("Zoé Lœb", "z.loeb@afpi.example")),
    tutor=KnownPerson("Gérard Pillot", "g.pillot@vauzelle.example"),
    line_manager=KnownPerson("Hélène d’Aubigné"),
)


@pytest.mark.parametrize(
    ("member", "found"),
    [
        (KnownPerson("Amina Benali", "a.benali@centre.example", "732829320"), []),
        (KnownPerson("Amina Benali", siren="552100554"), ["same_company"]),
        (KnownPerson("Amina Benali", siren="552 100 554"), ["same_company"]),
        (
            KnownPerson("Amina Benali", siren="55210055400013"),
            ["same_company"],
        ),  # a SIRET: any site of the company
        (KnownPerson("Sophie Cormier"), ["trainer"]),
        (KnownPerson("CORMIER Sophie"), ["trainer"]),
        (KnownPerson("Mme Sophie CORMIER"), ["trainer"]),
        (KnownPerson("Sophie Cormier-Dupont"), []),
        (KnownPerson("Cormier"), []),
        (KnownPerson("gerard  pillot"), ["tutor"]),
        (KnownPerson("G. Pillot", " G.Pillot@Vauzelle.example "), ["tutor"]),
        (KnownPerson("Gérard Pillot", "other@vauzelle.example"), ["tutor"]),
        (KnownPerson("Helene D'Aubigne"), ["line_manager"]),
        (KnownPerson("Z. L.", "z.loeb@afpi.example"), ["trainer"]),
        (KnownPerson("Gérard Pillot", siren="552100554"), ["same_company", "tutor"]),
    ],
)
def test_conflicts(member, found):
    assert [conflict.kind.name.lower() for conflict in conflicts(member, SITUATION)] == found


def test_whoever_is_not_named_is_nobody():
    assert conflicts(KnownPerson("Gérard Pillot", "g.pillot@vauzelle.example"), CandidateSituation()) == []


def test_each_conflict_says_why():
    member = KnownPerson("Gérard Pillot", siren="552100554")
    one_man = replace(
        SITUATION,
        trainers=(KnownPerson("PILLOT Gérard"), KnownPerson("Pillot Gérard")),
        line_manager=KnownPerson("Gérard Pillot"),
    )
    assert [(one.kind, str(one)) for one in conflicts(member, one_man, personal_link=True)] == [
        (ConflictKind.SAME_COMPANY, "Gérard Pillot appartient à l’entreprise du candidat."),
        (ConflictKind.TRAINER, "Gérard Pillot compte parmi les formateurs du candidat."),
        (ConflictKind.TUTOR, "Gérard Pillot suit le candidat comme tuteur ou tutrice."),
        (ConflictKind.LINE_MANAGER, "Gérard Pillot est responsable du candidat dans l’entreprise."),
        (ConflictKind.PERSONAL_LINK, "Gérard Pillot a déclaré un lien personnel avec le candidat."),
    ]


BLANK = st.sampled_from(["", " ", "\t"])


@given(BLANK, BLANK, BLANK, BLANK, BLANK, BLANK)
def test_what_is_unknown_matches_nobody(name, email, siren, other_name, other_email, other_siren):
    around = KnownPerson(other_name, other_email)
    situation = CandidateSituation(other_siren, (around,), around, around)
    assert conflicts(KnownPerson(name, email, siren), situation) == []


@given(st.text(), st.text(), st.text(), st.text())
def test_being_the_same_person_goes_both_ways(name, email, other_name, other_email):
    one, other = KnownPerson(name, email), KnownPerson(other_name, other_email)
    assert one.is_same_as(other) == other.is_same_as(one)
