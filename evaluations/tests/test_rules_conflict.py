"""Conflicts of interest: truth tables, then what holds whoever the people."""

from dataclasses import replace

import pytest
from hypothesis import given, strategies as st

from evaluations.rules import (
    CandidateSituation,
    ConflictKind,
    ConflictRemark,
    KnownCompany,
    KnownPerson,
    conflict_remarks,
    conflicts,
    near_company_names,
)

SITUATION = CandidateSituation(
    company=KnownCompany("Ateliers Vauzelle", "552100554"),
    host_company=KnownCompany("Fonderie Chauvelot", "812345676"),
    training_body=KnownCompany("AFPI Bourgogne", "440000008"),
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
        (KnownPerson("Amina Benali", siren="812345676"), ["host_company"]),
        (KnownPerson("Amina Benali", siren="440000008"), []),  # of the training body, but no trainer
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
        host_company=KnownCompany("Vauzelle Services", "55210055400021"),
        trainers=(KnownPerson("PILLOT Gérard"), KnownPerson("Pillot Gérard")),
        line_manager=KnownPerson("Gérard Pillot"),
    )
    assert [(one.kind, str(one)) for one in conflicts(member, one_man, personal_link=True)] == [
        (ConflictKind.SAME_COMPANY, "Gérard Pillot appartient à l’entreprise du candidat."),
        (ConflictKind.HOST_COMPANY, "Gérard Pillot appartient à l’entreprise d’accueil du candidat."),
        (ConflictKind.TRAINER, "Gérard Pillot compte parmi les formateurs du candidat."),
        (ConflictKind.TUTOR, "Gérard Pillot suit le candidat comme tuteur ou tutrice."),
        (ConflictKind.LINE_MANAGER, "Gérard Pillot est responsable du candidat dans l’entreprise."),
        (ConflictKind.PERSONAL_LINK, "Gérard Pillot a déclaré un lien personnel avec le candidat."),
    ]


BLANK = st.sampled_from(["", " ", "\t"])


@given(BLANK, BLANK, BLANK, BLANK, BLANK, BLANK)
def test_what_is_unknown_matches_nobody(name, email, siren, other_name, other_email, other_siren):
    around = KnownPerson(other_name, other_email)
    company = KnownCompany(other_name, other_siren)
    situation = CandidateSituation(company, company, company, (around,), around, around)
    assert conflicts(KnownPerson(name, email, siren, name), situation) == []
    kinds = {remark.kind for remark in conflict_remarks(KnownPerson(name, email, siren, name), situation)}
    assert kinds == {ConflictRemark.UNKNOWN_EMPLOYER, ConflictRemark.UNKNOWN_COMPANY}


@given(st.text(), st.text(), st.text(), st.text())
def test_being_the_same_person_goes_both_ways(name, email, other_name, other_email):
    one, other = KnownPerson(name, email), KnownPerson(other_name, other_email)
    assert one.is_same_as(other) == other.is_same_as(one)


# --- What could not be checked ------------------------------------------------------------------------------------

KNOWN = KnownPerson("Amina Benali", siren="732829320", employer="Forges Ravier")


@pytest.mark.parametrize(
    ("member", "situation", "found"),
    [
        (KNOWN, SITUATION, []),
        (KNOWN, CandidateSituation(), []),
        (replace(KNOWN, siren="", employer=""), SITUATION, ["unknown_employer"]),
        (replace(KNOWN, siren=" ", employer=" "), CandidateSituation(), ["unknown_employer"]),
        (replace(KNOWN, siren=""), SITUATION, ["unknown_siren"]),
        (KNOWN, replace(SITUATION, company=KnownCompany("Serein")), ["unknown_company"]),
        (KNOWN, replace(SITUATION, host_company=KnownCompany("Serein", "-")), ["unknown_company"]),
        (replace(KNOWN, employer="Atelier Vauzelle SAS"), SITUATION, ["near_company"]),
        (replace(KNOWN, employer="FONDERIE CHAUVELOT"), SITUATION, ["near_company"]),
        # The same company: it is a conflict, and the name says nothing more.
        (KnownPerson("A. B.", "", "552100554", "Ateliers Vauzelle"), SITUATION, []),
        (
            replace(KNOWN, siren="", employer="Ateliers Vauzelle"),
            replace(SITUATION, company=KnownCompany("ATELIERS VAUZELLE")),
            ["unknown_siren", "unknown_company", "near_company"],
        ),
        (replace(KNOWN, siren="440000008"), SITUATION, ["training_body"]),
        (replace(KNOWN, siren="440000008", employer="AFPI Bourgogne"), SITUATION, ["training_body"]),
        (replace(KNOWN, employer="A.F.P.I. Bourgogne"), SITUATION, ["near_training_body"]),
        # Nothing is compared with the SIREN of a training body that is not known.
        (KNOWN, replace(SITUATION, training_body=KnownCompany("AFPI Bourgogne")), []),
    ],
)
def test_what_could_not_be_checked_or_looks_alike(member, situation, found):
    assert [remark.kind.name.lower() for remark in conflict_remarks(member, situation)] == found


def test_what_could_not_be_checked_is_said():
    """None of it is a conflict, and none says that there is no conflict."""
    unknown = KnownPerson("Gérard Pillot", employer="Atelier Vauzelle")
    situation = CandidateSituation(
        company=KnownCompany("Ateliers Vauzelle"), training_body=KnownCompany("Les Ateliers Vauzelle")
    )
    assert conflicts(unknown, situation) == []
    assert [str(remark) for remark in conflict_remarks(unknown, situation)] == [
        "Gérard Pillot (Atelier Vauzelle), SIREN de l’employeur inconnu : non vérifiable.",
        "Ateliers Vauzelle (entreprise du candidat), SIREN inconnu : non vérifiable.",
        "Atelier Vauzelle (employeur de Gérard Pillot) et Ateliers Vauzelle (entreprise du candidat) : "
        "noms identiques ou voisins, à vérifier.",
    ]
    (remark,) = conflict_remarks(KnownPerson("Gérard Pillot"), situation)[:1]
    assert str(remark) == "Gérard Pillot, employeur inconnu : non vérifiable."
    body = KnownCompany("AFPI Bourgogne", "440000008")
    said = [
        str(*conflict_remarks(person, CandidateSituation(training_body=body)))
        for person in (
            KnownPerson("Gérard Pillot", siren="440000008"),
            KnownPerson("Gérard Pillot", siren="732829320", employer="AFPI-Bourgogne"),
        )
    ]
    assert said == [
        "Gérard Pillot a pour employeur AFPI Bourgogne, organisme de formation du candidat : à vérifier.",
        "AFPI-Bourgogne (employeur de Gérard Pillot) et AFPI Bourgogne (organisme de formation du candidat) : "
        "noms identiques ou voisins, à vérifier.",
    ]


def test_a_likeness_was_compared_and_what_is_unknown_was_not():
    assert [kind.name for kind in ConflictRemark if kind.is_unverifiable] == [
        "UNKNOWN_EMPLOYER",
        "UNKNOWN_SIREN",
        "UNKNOWN_COMPANY",
    ]


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("Ateliers Vauzelle", "Ateliers Vauzelle", True),
        ("Méca-Vallée S.A.S.", "MECAVALLEE", True),
        ("SARL Garnier et Fils", "Garnier & Fils (S.A.R.L)", True),
        ("Ets Brocard SNC", "Société Brocard", True),
        ("L’Œuvre du Métal", "l oeuvre du metal", True),
        ("Ravier", "Ravie", True),  # one slip in five letters
        ("Forge", "Forget", True),
        ("Forge", "Froge", True),  # two letters in each other's place are one slip
        ("Forge", "Gorges", False),
        ("ABCD", "ABCE", False),  # none in four
        ("ABCD", "ABCDE", False),  # the shorter one counts
        ("ABCD", "ABCD SA", True),
        ("", "A", False),
        ("Garnierxy", "Garnier", False),  # one slip at most in nine letters
        ("Garnier Ind", "Garnyer Imd", True),  # two in ten
        ("Ateliers de Vauzelle Montbard", "Atelyer de Vauselle Montbard", False),  # never three
        ("Ateliers de Vauzelle Montbard", "Atelier de Vauselle Montbard", True),
        ("SAS", "SARL", False),  # a legal form is no name
        ("", "", False),
        ("A", "A", True),
    ],
)
def test_near_company_names(one, other, near):
    assert (near_company_names(one, other), near_company_names(other, one)) == (near, near)


@given(st.text(), st.text())
def test_a_name_is_near_its_own_and_both_ways(one, other):
    assert near_company_names(one, other) == near_company_names(other, one)
    assert near_company_names(one, one) == near_company_names(f"{one} SARL", one)
