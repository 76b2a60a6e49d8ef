"""What is under way: evaluations planned, open or missed, reports, opinions, identities read again."""

from accounts.actions import print_space_link
from candidates import actions as candidates
from candidates.models.partners import CANDIDATE_SPACE
from candidates.rules import Route
from cqpm.demo import steps
from cqpm.demo.scenes import FICTITIOUS, SEED
from evaluations.actions import commission as commissions, evaluation as planning, opinion as opinions
from evaluations.rules import OpinionValue
from referentiel.models import Method

# Who presents a project for a capacity: one whose report came late, one whose report is awaited.
PRESENTED = {21: {4: {Method.PROJECT: ""}}, 20: {4: {Method.REAL_SITUATION: "", Method.PROJECT: ""}}}


def on_their_way(story):
    """Evaluations planned, open, missed, postponed; reports late, awaited; opinions awaited, drafted, absent."""
    pillot = story.users["evaluateur"]
    for rank in (16, 17, 18, 20, 21, 29):
        fictitious = FICTITIOUS if rank == 29 else SEED
        registration = story.register(rank, -40, fictitious=fictitious)
        with story.clock.on(-34):
            choices = steps.default_choices(registration.referentiel)
            steps.transmit(
                registration,
                choices=choices | PRESENTED.get(rank, {}),
                by=story.officer,
            )
    with story.clock.on(-20):
        today_open = real(story, 16, {1, 2, 3, 4}, 0, pillot)
        real(story, 17, {1, 2, 3, 4, 5, 6, 7}, 0, pillot)
        missed = real(story, 18, {1, 2, 3}, -6, pillot)
        postponed = real(story, 20, {1, 2, 3, 4, 5, 6, 7}, 3, pillot)
        real(story, 29, {1, 2, 3}, 5, story.evaluators[1])
    with story.clock.on(-6, 15):
        planning.mark_absent(
            evaluation=missed,
            reason="Candidat en arrêt de travail, prévenu le matin.",
            excused=True,
            by=pillot,
        )
    with story.clock.on(-4):
        real(story, 18, {1, 2, 3}, 12, pillot)
    with story.clock.on(-2):
        planning.mark_postponed(
            evaluation=postponed, reason="Machine immobilisée par une panne de broche.", by=story.officer
        )
    with story.clock.on(0, 6):
        steps.score(today_open, wrong=("1.3",), comment="Vitesse de coupe à 180 m/min pour 140 prévus.")
    late_report(story)
    awaited_report(story)
    awaited_opinions(story)
    readings(story)
    without_company(story)


def real(story, rank, numbers, held, evaluator):
    """An evaluation at work, planned for the day `held`."""
    return steps.plan(
        story.registrations[rank],
        Method.REAL_SITUATION,
        numbers,
        evaluator=evaluator,
        held_on=story.clock(held),
        by=story.officer,
    )


def late_report(story):
    """A report received two days late: accepted and marked, the responsable decides before the presentation."""
    commission = story.commission(8, prepared=-26)
    with story.clock.on(-25):
        evaluation = steps.plan(
            story.registrations[21], Method.PROJECT, {4}, evaluator=story.evaluators[2], commission=commission,
            report_conditions=steps.CONDITIONS,
            report_due_on=story.clock(-5), by=story.officer,
        )  # fmt: skip
    with story.clock.on(-3):
        planning.record_report(evaluation=evaluation, received_on=story.clock(-3), by=story.officer)
    with story.clock.on(-2):
        commissions.add_candidate(
            commission=commission, registration=story.registrations[21], by=story.officer
        )


def awaited_report(story):
    """A presentation in three weeks: its report is awaited in the candidate's space."""
    with story.clock.on(-3):
        steps.plan(
            story.registrations[20], Method.PROJECT, {4}, evaluator=story.evaluators[2], held_on=story.clock(19),
            place="Pôle formation de Montbard", report_conditions=steps.CONDITIONS,
            report_due_on=story.clock(12), by=story.officer,
        )  # fmt: skip


def readings(story):
    """Identities read again: right for one, an error reported by another."""
    for rank, remark in ((22, ""), (23, "Mon nom s’écrit N’Diaye, avec une apostrophe.")):
        registration = story.registrations[rank]
        candidate = registration.candidate
        with story.clock.on(-2):
            link = print_space_link(
                space=CANDIDATE_SPACE, subject=candidate, holder=str(candidate),
                centre=registration.centre, by=story.officer,
            )  # fmt: skip
            candidates.read_identity(
                registration=registration,
                seen=candidate.identity_fingerprint,
                remark=remark,
                by=link,
            )


def awaited_opinions(story):
    """Overdue and reminded; drafted; absent with its reason."""
    for rank, days in ((22, -95), (23, -80), (24, -110)):
        story.evaluated(rank, days)
    with story.clock.on(-50):
        overdue = steps.ask_opinion(story.registrations[22], due_on=story.clock(-18), by=story.officer)
        absent = steps.ask_opinion(story.registrations[24], due_on=story.clock(-20), by=story.officer)
    with story.clock.on(-10):
        opinions.remind_company(opinion=overdue, by=story.officer)
        drafted = steps.ask_opinion(story.registrations[23], due_on=story.clock(11), by=story.officer)
    with story.clock.on(-4, 20):
        steps.draft_opinion(
            drafted, {1: OpinionValue.FAVORABLE, 2: OpinionValue.FAVORABLE, 3: OpinionValue.RESERVED}
        )
    with story.clock.on(-8):
        opinions.record_opinion_absence(
            opinion=absent,
            reason="Deux relances par courriel et un appel restés sans réponse.",
            by=story.head,
        )


def without_company(story):
    """A job-seeker without e-mail: the absence of opinion is in the dossier, the interview is next."""
    story.evaluated(19, -90, route=Route.JOB_SEEKER)
