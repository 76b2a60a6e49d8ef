"""Conflicts of interest: truth tables, then what holds whoever the people."""

from dataclasses import replace

import pytest
from hypothesis import given, strategies as st

from evaluations.rules import (
    CandidateSituation,
    ConflictKind,
    KnownPerson,
    conflicts,
)

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
