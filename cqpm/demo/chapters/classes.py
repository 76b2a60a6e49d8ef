"""Classes the centre follows: one at very different steps, one that is over, one that begins."""

from candidates import actions as candidates
from candidates.rules import Route
from cqpm.demo import steps

# Two refused or admissible a month ago, one on the agenda of today's jury, and those still on their way.
USINAGE = (1, 2, 9, 16, 17, 18, 20, 22, 25)
FORMER = (0, 4)
BEGINNERS = range(40, 46)


def classes(story):
    """«Usinage 2026, Montbard», followed by the officer; «Usinage 2025» has ended."""
    with story.clock.on(-2, 10):
        make_class(story, "Usinage 2026, Montbard", USINAGE, starts=-200, ends=19, by=story.officer)
        make_class(story, "Usinage 2025, Montbard", FORMER, starts=-400, ends=-30, by=story.head)


def beginners(story):
    """«Usinage 2027»: one dossier transmitted, the model of the others, which are still empty.

    Three are of the model's company; one tutor has no address, one candidate no company.
    """
    first, *others = BEGINNERS
    company = story.companies["Précision Morvandelle"]
    alike = {"company": company, "tutor_name": "Marc Estève", "tutor_email": "m.esteve@precision.demo.test"}
    for rank in (first, *others[:2]):
        story.register(rank, -6, **alike, route=Route.APPRENTICESHIP)
    story.register(others[2], -6, tutor_email="", route=Route.APPRENTICESHIP)
    story.register(others[3], -5, route=Route.CONTINUING_TRAINING)
    story.register(others[4], -5, route=Route.JOB_SEEKER)
    with story.clock.on(-4):
        steps.transmit(story.registrations[first], by=story.officer)
    with story.clock.on(-3, 11):
        make_class(story, "Usinage 2027, Montbard", BEGINNERS, starts=-6, ends=300, by=story.officer)


def make_class(story, name, ranks, *, starts, ends, by):
    """A class of the seed's référentiel, taught at the Pôle formation."""
    registrations = [story.registrations[rank] for rank in ranks]
    return candidates.create_cohort(
        centre=story.centres["brenne"],
        fields={
            "name": name,
            "referentiel": registrations[0].referentiel,
            "starts_on": story.clock(starts),
            "ends_on": story.clock(ends),
            "followed_by": by,
        },
        new_training_body="Pôle formation Val-de-Brenne",
        registrations=[row.pk for row in registrations],
        by=by,
    )
