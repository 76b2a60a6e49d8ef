"""What happens to whom in the demonstration, from six months ago until the day it is built."""

from django.db import transaction

from cqpm.demo.chapters import classes, decided, elsewhere, habilitations, letters, paperwork, underway
from cqpm.demo.scenes import Scenes

CHAPTERS = (
    decided.published_jury,
    decided.second_chance,
    decided.jury_of_today,
    decided.commission_of_today,
    underway.on_their_way,
    paperwork.dossiers,
    classes.classes,
    letters.letters,
    paperwork.mails,
    elsewhere.other_centres,
    habilitations.held_habilitations,
    classes.beginners,
)


class Story(Scenes):
    """`Story().tell()` builds everything."""

    @transaction.atomic
    def tell(self):
        """The whole story, in one transaction: a demonstration is whole or not there."""
        self.cast()
        for chapter in CHAPTERS:
            chapter(self)
