"""A class the centre follows: candidates of one référentiel at very different steps, and one that is over."""

from candidates import actions as candidates

# Two refused or admissible a month ago, one on the agenda of today's jury, and those still on their way.
USINAGE = (1, 2, 9, 16, 17, 18, 20, 22, 25)
FORMER = (0, 4)


def classes(story):
    """«Usinage 2026, Montbard», followed by the officer; «Usinage 2025» has ended."""
    with story.clock.on(-2, 10):
        make_class(story, "Usinage 2026, Montbard", USINAGE, starts=-200, ends=19, by=story.officer)
        make_class(story, "Usinage 2025, Montbard", FORMER, starts=-400, ends=-30, by=story.head)


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
