"""What the papers of a jury say, number by number and word by word, and when they are asked for."""

import json
from dataclasses import replace
from datetime import date

import pytest
import time_machine

from accounts.models import Role
from accounts.tests.factories import make_centre, make_resource_centre, make_wearer
from candidates.models import Counter
from candidates.tests.factories import make_dossier
from documents import kinds, tasks
from documents.models import Document
from documents.render import render_html
from evaluations.actions import jury as juries
from evaluations.models import (
    Decision,
    Deliberation,
    DeliberationEntry,
    Jury,
    JuryMember,
    Seat,
)
from evaluations.papers import minutes
from evaluations.papers.attestation import share
from evaluations.papers.decision import grounds
from evaluations.papers.jury import JURY_PAPERS, facts_of, papers_of
from evaluations.papers.result import paper_number
from evaluations.rules import College, JuryAct, NoticeKey
from evaluations.tests.acts import rewrite
from evaluations.tests.factories import (
    finish,
    fresh_jury,
    make_decided_registration,
    make_jury,
    president_of,
)
from referentiel.models import Method
from referentiel.tests.factories import load_fictitious, load_seed, make_referentiel, plain

pytestmark = pytest.mark.django_db
INES = {
    "sex": "F",
    "birth_name": "Berthier",
    "usage_name": "Lacoste",
    "first_name": "Inès",
    "first_name_2": "Marie",
    "birth_date": date(1998, 5, 8),
}
LEO = {"birth_name": "Marchetti", "first_name": "Léo", "birth_date": date(2003, 3, 1)}
BOTH = {College.EMPLOYER: 2, College.EMPLOYEE: 2}


@pytest.fixture(autouse=True)
def clock():
    """The morning of Tuesday 1 December 2026, 9:34 in Paris."""
    with time_machine.travel("2026-12-01 08:34+00:00", tick=False) as traveller:
        yield traveller


@pytest.fixture
def centre():
    return make_centre("UIMM territoriale Val-de-Brenne", address="4 rue de la Forge")


@pytest.fixture
def referentiel():
    return make_referentiel(
        (2, 1), number="ESSAI 0300", fictitious=False, resource_centre=make_resource_centre()
    )


@pytest.fixture
def ines(centre, referentiel):
    """Both capacities acquired."""
    return make_decided_registration(referentiel, centre=centre, who=INES)


@pytest.fixture
def leo(centre, referentiel):
    """The second capacity lacks."""
    return make_decided_registration(referentiel, centre=centre, who=LEO, lacking=[2])


@pytest.fixture
def officer(centre):
    return make_wearer(Role.OFFICER, centre=centre)


def paper(kind, registration=None):
    """The paper of that kind, of that registration when several have one."""
    documents = Document.objects.filter(kind=kind)
    return documents.get(fact__in=facts_of(registration)) if registration else documents.get()


def entry_of(registration):
    return DeliberationEntry.objects.get(registration=registration, deliberation__jury__state=Jury.State.OPEN)


def member(jury, name):
    return JuryMember.objects.select_related("seat").get(seat__jury=jury, name=name)


def close_at_eleven(jury, clock):
    """Closes the sitting one hour and thirty-four minutes after it opened."""
    clock.move_to("2026-12-01 10:08+00:00")
    return finish(jury, Jury.State.CLOSED)


# --- When they are asked for --------------------------------------------------------------------------------------


def requested():
    return sorted(Document.objects.values_list("kind", "number", "label"))


def test_papers_bear_the_number_of_the_minutes_and_the_rank_in_them(ines, leo, officer):
    third = make_decided_registration(ines.referentiel, centre=ines.centre, who={"birth_name": "Ravier"})
    Counter.objects.create(centre=ines.centre, series=Counter.Series.MINUTES, year=2026, last=6)
    jury = make_jury(ines, leo, third)
    juries.decide(entry=entry_of(third), act=JuryAct.ADJOURN, reason="Pièce à produire.", by=officer)
    jury = finish(jury, Jury.State.CLOSED)
    closing = [
        ("admissibility_decision", "2026-0007-001", "Décision d’admissibilité, Inès LACOSTE"),
        ("admissibility_decision", "2026-0007-002", "Décision d’admissibilité, Léo MARCHETTI"),
        ("minutes", "2026-0007", "Procès-verbal de délibération du 1er\u00a0décembre\u00a02026"),
    ]
    assert requested() == closing
    juries.publish_jury(jury=jury, president=president_of(jury), secretary=officer)
    assert requested() == sorted(
        [
            *closing,
            ("attestation", "2026-0007-001", "Attestation d’admissibilité, Inès LACOSTE"),
            ("capacities_attestation", "2026-0007-002", "Attestation de capacités acquises, Léo MARCHETTI"),
        ]
    )
    assert set(papers_of(jury)) == set(Document.objects.filter(published_at__isnull=False))
    assert Document.objects.filter(published_at=None).count() == 0


def test_the_twelfth_candidate_has_number_012():
    entry = DeliberationEntry(rank=12, deliberation=Deliberation(number="2026-0007"))
    assert paper_number(Decision(entry=entry)) == "2026-0007-012"


def test_whoever_acquired_nothing_gets_no_attestation(centre, referentiel):
    nothing = make_decided_registration(referentiel, centre=centre, lacking=[1, 2])
    jury = make_jury(nothing)
    finish(jury, Jury.State.PUBLISHED)
    assert sorted(Document.objects.values_list("kind", flat=True)) == ["admissibility_decision", "minutes"]


def test_a_registration_shows_its_dossier_and_decisions_never_the_minutes(ines, leo):
    make_dossier(ines)
    finish(make_jury(ines, leo), Jury.State.PUBLISHED)
    documents = Document.objects.filter(fact__in=facts_of(ines))
    assert sorted((row.kind, row.number) for row in documents) == [
        ("admissibility_decision", "2026-0001-001"),
        ("attestation", "2026-0001-001"),
        ("dossier", ines.number),
    ]


# --- What they say ------------------------------------------------------------------------------------------------


def test_the_attestation(ines):
    finish(make_jury(ines), Jury.State.PUBLISHED)
    assert paper("attestation").data == {
        "letterhead": {
            "issuer": "UIMM territoriale Val-de-Brenne",
            "lines": ["Centre d’examen, 4 rue de la Forge, 21500\u00a0Montbard"],
            "references": ["N°\u00a02026-0001-001"],
            "rule": [2, 1],
            "footer": "UIMM territoriale Val-de-Brenne, centre d’examen",
        },
        "certification": {
            "kind": "CQPM",
            "name": "certificat de qualification paritaire de la métallurgie",
            "title": "Opérateur(trice) d’essai",
            "reference": "ESSAI\u00a00300",
            "rncp": "",
            "mention": "Référentiel ESSAI\u00a00300.",
            "fictitious": False,
        },
        "holder": {
            "name": "Madame\u00a0Inès Marie LACOSTE",
            "born": "née BERTHIER le 8\u00a0mai\u00a01998 à Dijon\u00a0(21)",
            "feminine": True,
        },
        "declared": "déclarée",
        "minutes": "PV\u00a02026-0001",
        "sitting": "mardi 1er\u00a0décembre\u00a02026",
        "done": "Fait à Montbard, le 1er\u00a0décembre\u00a02026",
        "president": str(JuryMember.objects.get(is_president=True)),
        "capacities": [
            {"number": 1, "title": "Capacité d’essai 1", "state": "acquise", "held": True, "until": ""},
            {"number": 2, "title": "Capacité d’essai 2", "state": "acquise", "held": True, "until": ""},
        ],
        "size": "",
        "public": {
            "holder": "Madame\u00a0Inès Marie LACOSTE",
            "title": "CQPM Opérateur(trice) d’essai",
            "decided_on": "2026-12-01",
            "centre": "UIMM territoriale Val-de-Brenne",
        },
    }


def test_the_attestation_reads_as_the_agreement_words_it(ines, leo):
    """«a été déclaré(e) admissible au CQPM … par le jury paritaire du …; le certificat est délivré par …»."""
    finish(make_jury(ines), Jury.State.PUBLISHED)
    html = plain(render_html(paper("attestation")))
    assert '<p class="said">a été déclarée admissible au CQPM</p>' in html
    assert "par le jury paritaire de délibération du mardi 1<sup>er</sup> décembre 2026.</p>" in html
    assert "le certificat est délivré par la Commission paritaire nationale de l’emploi" in html
    for foreign in ("RNCP", "titre professionnel", "Sans valeur", "logo"):
        assert foreign not in html


def test_the_decision_of_an_admissible_candidate(ines):
    make_dossier(ines, choices=every_method(ines))
    finish(make_jury(ines, place="Pôle formation, salle 2"), Jury.State.CLOSED)
    data = paper("admissibility_decision").data
    assert data["letterhead"]["references"] == ["N°\u00a02026-0001-001", "PV\u00a02026-0001"]
    assert (data["verdict"], data["admissible"], data["kept"]) == ("Admissible", True, [])
    assert data["grounds"] == (
        "L’ensemble des capacités professionnelles décrites dans le référentiel est acquis."
    )
    assert data["commissions"] == "le 24\u00a0novembre\u00a02026"
    assert [line["methods"] for line in data["capacities"]] == [
        "Situation réelle, projets ou activités, situation reconstituée"
    ] * 2
    assert data["contact"] == (
        "UIMM territoriale Val-de-Brenne, 03\u00a080\u00a000\u00a000\u00a000, centre@exemple.fr"
    )
    html = plain(render_html(paper("admissibility_decision")))
    assert "réuni le mardi 1<sup>er</sup> décembre 2026 (Pôle formation, salle 2), après en" in html
    assert "née BERTHIER le 8 mai 1998 à Dijon (21), est déclarée</p>" in html
    assert "Vu le référentiel ESSAI 0300 et ses conditions" in html
    assert "<img" not in html


def every_method(registration):
    """Choices for `make_dossier`: all that each capacity allows."""
    return {
        capacity.number: {
            method: "Aucune machine." if method == Method.RECONSTITUTED else "" for method in capacity.methods
        }
        for capacity in registration.referentiel.tree
    }


def test_the_decision_and_attestation_of_one_who_is_not(leo):
    finish(make_jury(leo), Jury.State.PUBLISHED)
    decision, attestation = paper("admissibility_decision").data, paper("capacities_attestation").data
    assert (decision["verdict"], decision["admissible"]) == ("Non admissible", False)
    assert decision["grounds"] == "La capacité professionnelle\u00a02 n’est pas acquise."
    assert decision["kept"] == ["Capacité conservée jusqu’au 1er\u00a0décembre\u00a02028 inclus\u00a0: 1."]
    assert [line["state"] for line in decision["capacities"]] == ["acquise", "non acquise"]
    assert attestation["share"] == "d’une des 2 capacités professionnelles"
    assert [(line["number"], line["until"]) for line in attestation["capacities"]] == [
        (1, "1er\u00a0décembre\u00a02028")
    ]
    assert attestation["public"]["lines"] == [
        {"label": "Capacité 1", "text": "Capacité d’essai 1, conservée jusqu’au 1er\u00a0décembre\u00a02028"}
    ]
    html = plain(render_html(paper("capacities_attestation")))
    assert "Monsieur Léo MARCHETTI</p>" in html
    assert "Ce papier n’est ni le certificat, ni une attestation d’admissibilité." in html


@pytest.mark.parametrize(
    ("lacking", "sentence"),
    [
        ([], "L’ensemble des capacités professionnelles décrites dans le référentiel est acquis."),
        ([4], "La capacité professionnelle\u00a04 n’est pas acquise."),
        ([4, 7], "Les capacités professionnelles 4 et 7 ne sont pas acquises."),
        ([1, 4, 7], "Les capacités professionnelles 1, 4 et 7 ne sont pas acquises."),
    ],
)
def test_what_lacks_is_said_in_one_sentence(lacking, sentence):
    assert grounds(lacking) == sentence


@pytest.mark.parametrize(
    ("held", "words"),
    [(1, "d’une des 7 capacités professionnelles"), (5, "de 5 des 7 capacités professionnelles")],
)
def test_what_is_held_is_said_of_all(held, words):
    assert share(held, 7) == words


def test_validated_blocks_are_named_and_kept_longer(centre):
    """«et le cas échéant, des blocs de compétences qui ont été validés» (accord, art. 55.3): 5 years, RNCP only."""
    referentiel = load_fictitious()
    somebody = make_decided_registration(referentiel, centre=centre, who=INES, lacking=[4, 8])
    finish(make_jury(somebody), Jury.State.PUBLISHED)
    attestation, decision = paper("capacities_attestation"), paper("admissibility_decision").data
    assert attestation.data["blocks"] == [
        {
            "code": "RNCP99999BC01",
            "title": "Préparer une intervention de maintenance sur un îlot robotisé",
            "capacities": "1,\u00a02\u00a0et\u00a03",
        }
    ]
    assert [line["until"] for line in attestation.data["capacities"]] == (
        ["1er\u00a0décembre\u00a02031"] * 3 + ["1er\u00a0décembre\u00a02028"] * 4
    )
    assert [plain(sentence) for sentence in decision["kept"]] == [
        "Bloc de compétences RNCP99999BC01, « Préparer une intervention de maintenance sur un îlot robotisé », "
        "validé : capacités 1, 2 et 3.",
        "Capacités conservées jusqu’au 1er décembre 2028 inclus : 5, 6, 7 et 9.",
        "Capacités conservées jusqu’au 1er décembre 2031 inclus : 1, 2 et 3.",
    ]


def test_a_fictitious_referentiel_is_marked_on_every_paper(centre):
    referentiel = load_fictitious()
    referentiel.certification.resource_centre = make_resource_centre()
    referentiel.certification.save()
    one = make_decided_registration(referentiel, centre=centre, who=INES)
    other = make_decided_registration(referentiel, centre=centre, who=LEO, lacking=[1])
    make_dossier(one)
    finish(make_jury(one, other), Jury.State.PUBLISHED)
    marked = {
        row.kind: '<p class="void"><b>Sans valeur.</b>' in render_html(row) for row in Document.objects.all()
    }
    assert marked == dict.fromkeys(
        ["dossier", "minutes", "admissibility_decision", "attestation", "capacities_attestation"], True
    )


def test_a_certificate_of_the_register_says_so_by_its_code_alone(centre):
    referentiel = make_referentiel((1, 1), rncp="RNCP38622", blocks=(1, 1), fictitious=False)
    somebody = make_decided_registration(referentiel, centre=centre)
    finish(make_jury(somebody), Jury.State.PUBLISHED)
    html = plain(render_html(paper("attestation")))
    assert html.count("RNCP") == 1
    assert (
        "Certification enregistrée au répertoire national des certifications professionnelles, RNCP38622."
        in html
    )


def test_a_kept_capacity_is_acquired_on_the_attestation_and_told_apart_elsewhere(leo, clock):
    finish(make_jury(leo), Jury.State.PUBLISHED)
    clock.move_to("2027-03-01 08:34+00:00")
    again = make_decided_registration(leo.referentiel, centre=leo.centre, who=LEO, same_as=leo.candidate)
    make_dossier(again)
    finish(make_jury(again), Jury.State.PUBLISHED)
    decision = paper("admissibility_decision", again).data
    assert [(line["state"], line["methods"]) for line in decision["capacities"]] == [
        ("conservée", ""),
        ("acquise", "Situation réelle"),
    ]
    minutes = Document.objects.get(kind="minutes", number="2027-0001").data
    assert [row["letters"] for row in minutes["decisions"]] == [["C", "A"]]
    assert render_html(paper("attestation")).count("<td>acquise</td>") == 2
    dossier = paper("dossier", again).data
    assert [(line["kept"], len(line["methods"])) for line in dossier["capacities"]] == [
        ("conservée jusqu’au 1er\u00a0décembre\u00a02028 inclus", 0),
        ("", 1),
    ]


# --- The procès-verbal --------------------------------------------------------------------------------------------


def test_the_minutes_of_a_plain_sitting(ines, leo, clock):
    close_at_eleven(make_jury(ines, leo), clock)
    data = paper("minutes").data
    president, substitute = (
        str(JuryMember.objects.get(**{role: True})) for role in ("is_president", "is_substitute")
    )
    assert data["letterhead"]["references"] == ["PV\u00a02026-0001", "1er\u00a0décembre\u00a02026"]
    assert data["sitting"] == "mardi 1er\u00a0décembre\u00a02026, de 9\u00a0h\u00a034 à 11\u00a0h\u00a008"
    assert data["place"] == "Montbard, salle Buffon"
    assert data["unions_asked"] == (
        "sollicitées le 11\u00a0novembre\u00a02026, 20\u00a0jours avant la séance"
    )
    assert data["members_summoned"] == (
        "convoqués le 11\u00a0novembre\u00a02026, 20\u00a0jours avant la séance"
    )
    assert data["seats"] == [
        {
            "employer": seat(president, "Société 1", presides=True),
            "employee": seat("Salarié 1", "CFDT", union=True),
        },
        {
            "employer": seat(substitute, "Société 2", substitute=True),
            "employee": seat("Salarié 2", "CGT", union=True),
        },
    ]
    assert plain(data["attendance"]) == (
        "4 sièges, 2 par collège. Présences : 2 employeurs et 2 salariés. Le quorum est atteint."
    )
    assert (data["withdrawals"], data["notice_override"], data["numbers"]) == ([], "", [1, 2])
    assert data["decisions"] == [
        {
            "rank": 1,
            "registration": ines.number,
            "candidate": "BERTHIER Inès Marie, usage LACOSTE",
            "born": "née le 8\u00a0mai\u00a01998",
            "letters": ["A", "A"],
            "verdict": "Admissible",
            "vote": "unanimité",
        },
        {
            "rank": 2,
            "registration": leo.number,
            "candidate": "MARCHETTI Léo",
            "born": "né le 1er\u00a0mars\u00a02003",
            "letters": ["A", "N"],
            "verdict": "Non\u00a0admissible",
            "vote": "unanimité",
        },
    ]
    assert plain(data["tally"]) == "1 admissible et 1 non admissible."
    assert data["remarks"] == [
        {
            "who": "Léo MARCHETTI",
            "text": "Capacité conservée jusqu’au 1er\u00a0décembre\u00a02028 inclus\u00a0: 1.",
        }
    ]
    assert plain(data["closing"]) == "La séance est levée à 11 h 08."
    assert [[box["name"] for box in row] for row in data["signatures"]] == [
        [president, substitute, "Salarié 1", "Salarié 2"]
    ]


def seat(name, organisation, *, union=False, presides=False, present=True, substitute=False):
    return {
        "name": name,
        "organisation": organisation,
        "union": union,
        "present": present,
        "presides": presides,
        "substitute": substitute,
    }


def test_a_contested_vote_is_counted_by_college_and_decided_by_the_presidency(ines, leo, officer, clock):
    jury = make_jury(ines, leo)
    tie = {JuryAct.PRONOUNCE: {College.EMPLOYER: 2}, JuryAct.ADJOURN: {College.EMPLOYEE: 2}}
    juries.decide(
        entry=entry_of(leo), act=JuryAct.PRONOUNCE, votes=tie, casting=JuryAct.PRONOUNCE, by=officer
    )
    most = {
        JuryAct.PRONOUNCE: {College.EMPLOYER: 1},
        JuryAct.ADJOURN: {College.EMPLOYER: 1, College.EMPLOYEE: 2},
    }
    juries.decide(
        entry=entry_of(ines), act=JuryAct.ADJOURN, votes=most, reason="Identité à relire", by=officer
    )
    close_at_eleven(jury, clock)
    data = paper("minutes").data
    assert [plain(row["vote"]) for row in data["decisions"]] == [
        "3 voix contre 1",
        "2 voix contre 2, voix prépondérante",
    ]
    assert [(row["who"], plain(row["text"])) for row in data["remarks"]] == [
        (
            "Inès LACOSTE",
            "Vote : prononcer le résultat calculé, 1 voix (1 employeur) ; ajourner, 3 voix (1 employeur et 2 salariés). "
            "Ajournement. Motif : Identité à relire.",
        ),
        (
            "Léo MARCHETTI",
            "Vote : prononcer le résultat calculé, 2 voix (2 employeurs) ; ajourner, 2 voix (2 salariés). "
            "Partage des voix : celle de la présidence, prépondérante, va à « prononcer le résultat calculé ». "
            "Capacité conservée jusqu’au 1er décembre 2028 inclus : 1.",
        ),
    ]
    assert plain(data["tally"]) == "1 non admissible et 1 décision ajournée."


def test_a_member_who_withdraws_and_a_capacity_sent_back(ines, leo, officer, clock):
    jury = make_jury(ines, leo)
    juries.declare_withdrawal(
        entry=entry_of(ines), member=member(jury, "Salarié 1"), reason="tuteur de l'apprentie", by=officer
    )
    juries.decide(
        entry=entry_of(leo), act=JuryAct.SEND_BACK, numbers=[2], reason="Carnet non examiné.", by=officer
    )
    close_at_eleven(jury, clock)
    data = paper("minutes").data
    assert [plain(sentence) for sentence in data["withdrawals"]] == [
        "Salarié 1 ne prend pas part à la délibération sur Inès LACOSTE : tuteur de l’apprentie."
    ]
    assert [plain(row["vote"]) for row in data["decisions"]] == ["unanimité des 3 votants", "unanimité"]
    assert [(row["who"], plain(row["text"])) for row in data["remarks"]] == [
        ("Léo MARCHETTI", "Capacité renvoyée à la commission : 2. Motif : Carnet non examiné.")
    ]
    assert Document.objects.filter(kind="admissibility_decision").count() == 1


def test_absent_members_empty_seats_and_who_presides_then(ines, officer, clock):
    jury = make_jury(ines)
    for college in College:
        Seat.objects.create(jury=jury, college=college, position=3, organisation="FO")
    president = JuryMember.objects.get(is_president=True)
    juries.record_presence(member=president, present=False, by=officer)
    juries.record_presence(member=member(jury, "Salarié 2"), present=False, by=officer)
    substitute = JuryMember.objects.get(is_substitute=True)
    seen = {entry_of(ines).pk: "admissible"}
    juries.pronounce_all(jury=jury, seen=seen, by=officer)
    clock.move_to("2026-12-01 10:08+00:00")
    substitute.user.hat = None
    juries.close_jury(jury=fresh_jury(jury), president=substitute.user, secretary=officer)
    data = paper("minutes").data
    assert data["seats"] == [
        {
            "employer": seat(president.name, "Société 1", present=False),
            "employee": seat("Salarié 1", "CFDT", union=True),
        },
        {
            "employer": seat(substitute.name, "Société 2", presides=True, substitute=True),
            "employee": seat("Salarié 2", "CGT", union=True, present=False),
        },
        {
            "employer": seat("", "FO", present=False),
            "employee": seat("", "FO", union=True, present=False),
        },
    ]
    assert [[box and box["name"] for box in row] for row in data["signatures"]] == [
        [president.name, substitute.name, "Salarié 1", "Salarié 2"],
        ["", None, "", None],
    ]
    html = render_html(paper("minutes"))
    assert f"<b>{substitute.name}</b>, préside par suppléance" in html
    assert html.count('<td class="absent">') == 4
    assert html.count('<td class="none">') == 2
    assert html.count("<p>Siège vide</p>") == 2
    assert paper("admissibility_decision").data["president"] == substitute.name


def test_a_short_notice_is_printed_with_its_reason(ines, clock):
    jury = make_jury(ines)
    rewrite(member(jury, "Salarié 1"), summoned_on=date(2026, 11, 27))
    rewrite(member(jury, "Salarié 2"), summoned_on=None)
    head = make_wearer(Role.HEAD, centre=jury.centre)
    juries.override_notice(jury=jury, key=NoticeKey.MEMBERS, reason="Remplacement : maladie", by=head)
    close_at_eleven(fresh_jury(jury), clock)
    data = paper("minutes").data
    assert plain(data["members_summoned"]) == (
        "convoqués le 11 novembre 2026, 20 jours avant la séance ; convoqués le 27 novembre 2026, "
        "4 jours avant la séance : Salarié 1 ; non convoqués : Salarié 2"
    )
    assert "<dd>Délai de convocation des membres\u00a0: Remplacement\u00a0: maladie</dd>" in render_html(
        paper("minutes")
    )


def test_a_sitting_recorded_on_another_day_says_when(ines, clock):
    jury = make_jury(ines)
    clock.move_to("2026-12-02 07:00+00:00")
    finish(jury, Jury.State.CLOSED)
    assert plain(paper("minutes").data["sitting"]) == (
        "mardi 1er décembre 2026, ouverte le 1er décembre 2026 à 9 h 34, close le 2 décembre 2026 à 8 h"
    )


def test_one_deliberation_one_set_of_minutes(ines, centre):
    other = make_decided_registration(load_seed(), centre=centre, who=LEO)
    finish(make_jury(ines, other), Jury.State.CLOSED)
    rows = {row.number: row.data for row in Document.objects.filter(kind="minutes")}
    assert sorted(rows) == ["2026-0001", "2026-0002"]
    assert sorted([line["registration"] for line in data["decisions"]] for data in rows.values()) == sorted(
        [[ines.number], [other.number]]
    )


@pytest.mark.parametrize(
    ("votes", "voters", "words"),
    [
        (None, None, "unanimité"),
        (None, 5, "unanimité des 5 votants"),
        ({"counts": {"pronounce": {"employer": 3, "employee": 1}}, "casting": None}, None, "4 voix contre 0"),
        (
            {"counts": {"adjourn": {"employee": 3}, "pronounce": {"employer": 2}}, "casting": None},
            4,
            "3 voix contre 2",
        ),
    ],
)
def test_votes_in_words(votes, voters, words):
    assert plain(minutes.vote_words(votes, voters=voters)) == words


# --- Frozen -------------------------------------------------------------------------------------------------------


def test_nothing_that_changes_afterwards_changes_a_paper(ines):
    finish(make_jury(ines), Jury.State.PUBLISHED)
    before = {row.pk: (row.data, render_html(row)) for row in Document.objects.all()}
    rewrite(ines.candidate, usage_name="Autre", sex="M")
    rewrite(ines.centre, name="Autre centre")
    assert {row.pk: (row.data, render_html(row)) for row in Document.objects.all()} == before
    assert len(before) == 3


def test_data_are_plain_json(ines, leo):
    make_dossier(ines)
    finish(make_jury(ines, leo), Jury.State.PUBLISHED)
    assert_built_as_frozen()


def test_a_paper_built_from_its_fact_says_what_the_sitting_read_whole_said(ines, leo, officer, clock):
    """Two versions, a member withdrawn, a candidate put off, a capacity kept from an earlier jury."""
    finish(make_jury(leo), Jury.State.PUBLISHED)
    clock.move_to("2027-03-01 08:34+00:00")
    again = make_decided_registration(leo.referentiel, centre=leo.centre, who=LEO, same_as=leo.candidate)
    make_dossier(again)
    seed = load_seed()
    put_off, lacking = (
        make_decided_registration(seed, centre=leo.centre, who=who, lacking=[2, 4])
        for who in ({"birth_name": "Ravier"}, {"birth_name": "Diallo"})
    )
    jury = make_jury(ines, again, put_off, lacking)
    juries.declare_withdrawal(
        entry=entry_of(ines), member=member(jury, "Salarié 1"), reason="tuteur de l'apprentie", by=officer
    )
    juries.decide(
        entry=entry_of(put_off), act=JuryAct.SEND_BACK, numbers=[2], reason="Carnet non examiné.", by=officer
    )
    finish(jury, Jury.State.PUBLISHED)
    clock.move_to("2030-03-01 08:34+00:00")  # nothing of that jury is kept any more
    assert_built_as_frozen()
    assert sorted(Document.objects.filter(number__startswith="2027").values_list("kind", flat=True)) == [
        *["admissibility_decision"] * 3,
        *["attestation"] * 2,
        "capacities_attestation",
        *["minutes"] * 2,
    ]


def assert_built_as_frozen():
    for row in Document.objects.all():
        built = kinds.KINDS[row.kind].build(row.fact_key)
        assert json.loads(json.dumps(built)) == built == row.data


def test_a_waiting_paper_of_an_older_template_is_built_again(ines, monkeypatch, fonts):
    finish(make_jury(ines), Jury.State.PUBLISHED)
    for kind in JURY_PAPERS:
        monkeypatch.setitem(kinds.KINDS, kind.key, replace(kind, template_version=kind.template_version + 1))
    rewrite(ines.candidate, first_name="Agnès")
    for row in Document.objects.all():
        tasks.render_document(row.pk)
    rows = Document.objects.all()
    expected = ["admissibility_decision", "attestation", "minutes"]
    assert sorted(row.kind for row in rows) == expected
    assert [row for row in rows if row.state != "ready"] == []
    assert [row for row in rows if row.template_version != kinds.KINDS[row.kind].template_version] == []
    assert paper("attestation").data["holder"]["name"] == "Madame\u00a0Agnès Marie LACOSTE"
