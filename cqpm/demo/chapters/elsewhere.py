"""What happens in the other centres, with their own candidates and some of the same evaluators."""

from cqpm.demo import steps
from cqpm.demo.scenes import FICTITIOUS
from referentiel.models import Method


def other_centres(story):
    """Two more centres, so that nobody mistakes a centre for the world."""
    royer, perrin = story.users["responsable.serein"], story.users["centre.langres"]
    pillot, collot = story.users["evaluateur"], story.users["evaluateur.langres"]
    for rank in range(32, 37):
        story.register(rank, -35 + rank - 32, centre="serein", by=royer)
    with story.clock.on(-20):
        for rank in (32, 33, 35):
            steps.transmit(story.registrations[rank], by=royer)
    with story.clock.on(-15):
        steps.plan(story.registrations[33], Method.REAL_SITUATION, {1, 2, 3, 4, 5, 6, 7}, evaluator=pillot,
                   held_on=story.clock(1), by=royer)  # fmt: skip
        steps.ask_opinion(story.registrations[35], due_on=story.clock(6), by=royer)
    story.evaluated(37, -70, centre="langres", by=perrin, evaluator=collot, fictitious=FICTITIOUS)
    story.evaluated(38, -75, centre="langres", by=perrin, evaluator=collot)
    story.opined(story.registrations[38], -20, by=perrin)
    story.register(39, -3, centre="langres", by=perrin)
