"""What was decided: a jury of last month, what it left kept, the jury and the commission of today."""

from datetime import time

from django.utils.timezone import localtime

from candidates import actions as candidates
from candidates.rules import Route
from cqpm.demo import people, steps
from cqpm.demo.scenes import FICTITIOUS
from evaluations.actions import jury as juries
from evaluations.models import JuryMember
from evaluations.rules import College, JuryAct, OpinionValue, Outcome
from referentiel.models import Method

REASON = "Points d’arrêt programmés et justifiés à l’entretien sur le programme de la pièce 2, listing remis."


def published_jury(story):
    """A month ago: five admissible, two not, one adjourned, on both référentiels; results published."""
    commission = story.commission(-50, prepared=-180)
    project = {2: {Method.PROJECT: ""}, 4: {Method.PROJECT: ""}}
    exception = {4: {Method.RECONSTITUTED: steps.EXCEPTION}}
    story.evaluated(0, -180, choices=project, commission=commission)
    story.evaluated(1, -178)
    story.evaluated(
        2, -175, wrong=("4.2", "7.4"), comment="Point d’arrêt oublié avant le changement d’outil."
    )
    story.evaluated(3, -170, choices=exception)
    story.evaluated(4, -165)
    story.evaluated(5, -160, fictitious=FICTITIOUS)
    story.evaluated(
        6,
        -158,
        fictitious=FICTITIOUS,
        wrong=("8.1", "9.2"),
        comment="Non maîtrisé le jour de l’évaluation.",
    )
    story.evaluated(7, -155)
    for rank in range(8):
        story.opined(
            story.registrations[rank], -100, but={5: OpinionValue.NOT_OBSERVED} if rank == 3 else None
        )
    story.put(commission, range(8), -60)
    story.decide(commission, range(8), -50)
    jury = story.jury(-35, range(8))
    with story.clock.on(-35, 9, 34):
        story.open(jury, by=story.officer)
    with story.clock.on(-35, 11, 12):
        votes = {JuryAct.PRONOUNCE: {College.EMPLOYER: 4}, JuryAct.ADJOURN: {College.EMPLOYEE: 3}}
        juries.declare_withdrawal(
            entry=story.entry(jury, 3),
            member=JuryMember.objects.get(seat__jury=jury, name="Thierry Lambelin"),
            reason="employeur du candidat",
            by=story.officer,
        )
        for rank in (0, 1, 3, 5, 6, 7):
            juries.decide(entry=story.entry(jury, rank), act=JuryAct.PRONOUNCE, by=story.officer)
        juries.decide(entry=story.entry(jury, 2), act=JuryAct.PRONOUNCE, votes=votes, by=story.officer)
        juries.decide(
            entry=story.entry(jury, 4),
            act=JuryAct.ADJOURN,
            reason="Identité à confirmer : la pièce présentée a expiré.",
            by=story.officer,
        )
        president = story.users["president"]
        juries.close_jury(jury=jury, president=president, secretary=story.officer)
    with story.clock.on(-34, 10):
        juries.publish_jury(jury=jury, president=president, secretary=story.officer)


def second_chance(story):
    """Yanis Ferhat registers again: the capacities he acquired are kept, the others will be evaluated."""
    former = story.registrations[2]
    with story.clock.on(-20):
        again = candidates.register_candidate(
            centre=story.centres["brenne"],
            identity=people.PEOPLE[2].identity(),
            referentiel=former.referentiel,
            registration={"registered_on": story.clock(-20), "route": Route.CONTINUING_TRAINING, "company": former.company,
                          "tutor_name": former.tutor_name, "tutor_function": former.tutor_function,
                          "tutor_email": former.tutor_email},
            same_as=former.candidate,
            warnings_read=True,
            by=story.officer,
        )  # fmt: skip
    with story.clock.on(-15):
        steps.transmit(again, by=story.officer)
    with story.clock.on(-12):
        numbers = {row.number for row in again.referentiel.tree} - set(again.kept)
        steps.plan(
            again,
            Method.REAL_SITUATION,
            numbers,
            evaluator=story.evaluators[1],
            held_on=story.clock(9),
            by=story.officer,
        )


def jury_of_today(story):
    """In session: presences recorded, four candidates decided; it only waits for its president to close it."""
    commission = story.commission(-22)
    story.evaluated(8, -120)
    story.evaluated(9, -118, wrong=("3.4",), comment="Zéro pièce non validé au pupitre.")
    story.evaluated(10, -115, unseen=("6.3",))
    story.evaluated(11, -112)
    for rank in range(8, 12):
        story.opined(story.registrations[rank], -60, but={6: OpinionValue.RESERVED} if rank == 10 else None,
                    comments={6: "Retours d’expérience rarement écrits."} if rank == 10 else None)  # fmt: skip
    story.put(commission, range(8, 12), -30)
    departure = {10: {6: (Outcome.ACQUIRED, "Retour d’expérience présenté et discuté à l’entretien.")}}
    story.decide(commission, range(8, 12), -22, departures=departure)
    # Open whenever the demonstration is built: convened for the half-hour that is running.
    now = localtime()
    starts_at = time(now.hour, now.minute // 30 * 30)
    jury = story.jury(0, range(8, 12), asked=-20, summoned=-10, starts_at=starts_at)
    with story.clock.on(0, 6):
        story.open(jury, by=story.officer)
        for rank in (8, 9, 11):
            juries.decide(entry=story.entry(jury, rank), act=JuryAct.PRONOUNCE, by=story.officer)
        juries.decide(
            entry=story.entry(jury, 10),
            act=JuryAct.SEND_BACK,
            numbers=[6],
            reason="Le critère 6.3 n’a pas été observé : la commission est invitée à l’évaluer.",
            by=story.officer,
        )


def commission_of_today(story):
    """Four candidates: one decided, one under way with a departure to justify, one whose opinion lacks, one to hear."""
    story.evaluated(
        12, -100, wrong=("4.2",), comment="Point d’arrêt oublié avant contrôle, corrigé après question."
    )
    host = story.companies["Mécanique Sainte-Reine"]
    story.evaluated(13, -98, route=Route.EXTERNAL_RETRAINING, host_company=host)
    story.evaluated(14, -96)
    story.evaluated(15, -94, fictitious=FICTITIOUS)
    story.opined(story.registrations[12], -45, but={4: OpinionValue.RESERVED, 5: OpinionValue.NOT_OBSERVED},
                comments={4: "Oublie parfois le point d’arrêt avant contrôle.", 5: "Contrôle fait en salle de métrologie."})  # fmt: skip
    story.opined(story.registrations[13], -44)
    story.opined(story.registrations[15], -43)
    with story.clock.on(-40):
        steps.ask_opinion(story.registrations[14], due_on=story.clock(-13), by=story.officer)
    commission = story.commission(0)
    story.put(commission, (13, 12, 14, 15), -9)
    with story.clock.on(0, 6):
        steps.seat_everyone(commission, by=story.officer)
        steps.hear(commission, story.registrations[13], by=story.officer)
        steps.validate(commission, story.registrations[13], by=story.officer)
        steps.hear(commission, story.registrations[12], doubts=(4,), by=story.officer)
        steps.validate(commission, story.registrations[12], only=(1, 2, 3), by=story.officer)
        steps.validate(
            commission,
            story.registrations[12],
            only=(4,),
            departures={4: (Outcome.ACQUIRED, REASON)},
            by=story.officer,
        )
