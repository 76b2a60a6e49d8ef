"""What the pages of letters show: who would get what and how before it leaves, then how each letter went."""

from dataclasses import dataclass

from accounts import mailing
from cqpm.utils.french import local_date, plural
from evaluations.models import Summons
from evaluations.reads.summons import Letter, untold

STATES = {  # of a letter, as `components/state.html` takes them
    "over": ("na", "remplacée"),
    "off": ("na", "annulée"),
    "to_hand": ("warn", "à remettre"),
    "handed": ("ok", "remise en main propre"),
    "sent": ("ok", "par courriel"),
    "waiting": ("info", "courriel en attente"),
    "stuck": ("ko", "courriel en échec"),
}


@dataclass(frozen=True)
class SummonsRow:
    """One letter made: its state in words, the mail that carried it."""

    summons: Summons

    @property
    def state(self) -> str:
        """A key of `STATES`."""
        summons, message = self.summons, self.summons.message
        if summons.over_at:
            return "over"
        if summons.is_to_hand:
            return "to_hand"
        if summons.handed_at:
            return "handed"
        if message is None or message.state == message.State.SENT:
            return "sent"
        return "stuck" if message.state in message.State.STUCK else "waiting"

    @property
    def answer(self) -> str:
        """«sans réponse», «accepté», «décliné : réunion»; "" where nothing is asked."""
        summons = self.summons
        if summons.awaits_answer:
            return "sans réponse"
        reason = f" : {summons.answer_reason}" if summons.answer_reason else ""
        return summons.get_answer_display().lower() + reason if summons.answer and not summons.over_at else ""

    @property
    def notable(self) -> bool:
        """Whether the staff may note the answer somebody gave otherwise."""
        return self.summons.is_standing and self.summons.audience in Summons.Audience.ASSIGNED

    @property
    def other(self) -> str:
        """The answer that may still be noted: «oui» or «non»."""
        return "oui" if self.summons.answer == Summons.Answer.DECLINED else "non"

    @property
    def kind(self) -> str:
        return STATES[self.state][0]

    @property
    def words(self) -> str:
        return STATES[self.state][1]


def summons_rows(rows) -> list[SummonsRow]:
    """The letters, each with its state; `rows`: summonses, the latest first."""
    return [
        SummonsRow(row)
        for row in rows.select_related("message", "registration__candidate", "registration__company")
    ]


def addressee_of(summons: Summons) -> list[str]:
    """The lines of its envelope, as of the day it bears: a candidate's, a tutor's at work; others by name alone."""
    registration = summons.registration
    if summons.audience == Summons.Audience.CANDIDATE and registration:
        return list(registration.candidate.addressee(local_date(summons.made_at)))
    company = registration.company if registration and summons.audience == Summons.Audience.TUTOR else None
    return company.addressee(summons.name) if company else [summons.name]


@dataclass(frozen=True)
class Preview:
    """Everything about to leave, before the second press. `shown`: the letter read beside the list."""

    letters: list[Letter]
    shown: int = 0

    @classmethod
    def of(cls, letters: list[Letter], asked: str) -> "Preview":
        """Of all the letters of a subject, those to send; `asked`: the rank of the one to read, as the address has it."""
        missing = [letter for letter in letters if not letter.name]
        to_send = untold(letters)
        rank = int(asked) if asked.isdecimal() and int(asked) < len(to_send) else 0
        return cls([*to_send, *missing], rank)

    @property
    def to_send(self) -> list[Letter]:
        return [letter for letter in self.letters if letter.name]

    @property
    def missing(self) -> list[Letter]:
        """Nobody is known to write to."""
        return [letter for letter in self.letters if not letter.name]

    @property
    def ranked(self) -> list[tuple[int, Letter]]:
        """Those on paper and those whose address is in error first, then the mails; each with its rank."""
        rows = list(enumerate(self.to_send))
        return sorted(rows, key=lambda row: (bool(row[1].email) and not row[1].faulty, row[0]))

    @property
    def mails(self) -> int:
        return sum(bool(letter.email) and not letter.faulty for letter in self.to_send)

    @property
    def papers(self) -> int:
        return sum(not letter.email for letter in self.to_send)

    @property
    def held(self) -> int:
        """Mails that would wait for their address to be put right."""
        return sum(letter.faulty for letter in self.to_send)

    @property
    def words(self) -> str:
        """«5 courriels partent, 2 lettres s’impriment»: what the press does."""
        parts = [(self.mails, "courriel part", "courriels partent")]
        parts += [(self.papers, "lettre s’imprime", "lettres s’impriment")]
        parts += [(self.held, "courriel attend son adresse", "courriels attendent leur adresse")]
        return ", ".join(plural(*part) for part in parts if part[0])

    @property
    def letter(self) -> Letter | None:
        return self.to_send[self.shown] if self.to_send else None

    @property
    def text(self) -> tuple[str, str]:
        """(subject, body) of the letter shown."""
        letter = self.letter
        assert letter is not None
        return mailing.printed(
            template=letter.template, context=letter.whole_context, name=letter.name, centre=letter.centre
        )

    @property
    def before(self) -> int | None:
        return self.shown - 1 if self.shown else None

    @property
    def after(self) -> int | None:
        return self.shown + 1 if self.shown + 1 < len(self.to_send) else None
