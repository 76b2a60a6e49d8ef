"""What the pages of an act on many say: its outcome, row by row, and how far it is."""

from collections import Counter
from dataclasses import dataclass
from datetime import time
from functools import cached_property

from django.db.models import Case, Count, Value, When
from django.urls import reverse

from accounts.models import OutboxMessage
from cqpm.utils.french import NBSP, day, hour, long_day, lower_first, plural
from documents.models import Document
from evaluations.models import BulkAct, BulkRow, Commission, Jury
from evaluations.papers.letter import ON_PAPER, letters_of
from evaluations.reads.letter import LetterText
from evaluations.rules.appointment import end_of

State = BulkRow.State


@dataclass(frozen=True)
class VerbWords:
    """How an act is spoken of. `done`, `undone`: of one candidate; the plurals add an s."""

    heading: str
    button: str  # before «8 candidats»
    done: str
    taken: str  # the heading of those it takes
    aside: str  # and of those it does not
    undo: str  # "" when it cannot be taken back
    limit: str  # until when it may be taken back, or that it cannot be
    next: str  # beside the button: what does not happen yet
    recap: str  # the template of its recap
    has_hours: bool = False  # each row has its hour


WORDS = {
    BulkAct.Verb.PLACE: VerbWords(
        heading="Placer en commission",
        button="Placer",
        done="placé",
        taken="Seront placés",
        aside="Ne seront pas placés",
        undo="Annuler les placements",
        limit="Annulable tant que personne n’est convoqué, entendu ou déplacé depuis.",
        next=f"Aucune convocation ne part{NBSP}: elles se préparent ensuite.",
        recap="evaluations/bulk_recap_place.html",
        has_hours=True,
    ),
    BulkAct.Verb.JURY: VerbWords(
        heading="Ajouter à un jury",
        button="Ajouter",
        done="ajouté",
        taken="Seront ajoutés",
        aside="Ne seront pas ajoutés",
        undo="Annuler les ajouts",
        limit="Annulable candidat par candidat, tant que le jury n’a pas décidé.",
        next="Personne n’est prévenu.",
        recap="evaluations/bulk_recap_jury.html",
    ),
    BulkAct.Verb.WRITE: VerbWords(
        heading="Écrire",
        button="Écrire à",
        done="écrit",
        taken="Recevront une lettre",
        aside="Ne recevront rien",
        undo="",
        limit="Un courriel ne se reprend pas.",
        next="Un courriel ne se reprend pas.",
        recap="evaluations/bulk_recap_write.html",
    ),
}


class OutcomeScreen:
    """A started act: counted in one query, its sitting in another; then the rows of a page, refusals first."""

    def __init__(self, act: BulkAct) -> None:
        self.act, self.words = act, WORDS[BulkAct.Verb(act.verb)]

    @cached_property
    def counts(self) -> Counter[str]:
        told = self.act.rows.order_by().values_list("state").annotate(Count("pk"))
        return Counter(dict(told))

    @property
    def done(self) -> int:
        """Those it is done for, or whom the taking back has left."""
        return self.counts[State.DONE] + self.counts[State.KEPT]

    @property
    def total(self) -> int:
        return self.counts.total() - self.counts[State.CHOSEN]

    @property
    def aside(self) -> int:
        return self.counts[State.CHOSEN]

    @property
    def aside_words(self) -> str:
        """«20 candidats écartés au récapitulatif n’ont pas été touchés.»"""
        one, many = "candidat écarté n’a pas été touché.", "candidats écartés n’ont pas été touchés."
        return plural(self.aside, one, many)

    @property
    def settled(self) -> int:
        return self.total - self.counts[State.WAITING] - self.counts[State.TAKEN]

    @property
    def share(self) -> int:
        """In hundredths."""
        return self.settled * 100 // self.total if self.total else 100

    @property
    def heading(self) -> str:
        """«7 candidats placés, 1 refusé»."""
        if self.act.is_at_work:
            return f"{self.words.heading} : {self.settled} sur {self.total}"
        if self.act.is_backwards:
            said = [plural(self.counts[State.UNDONE], "acte annulé", "actes annulés")]
            kept = self.counts[State.KEPT]
            return ", ".join(said + ([plural(kept, "laissé")] if kept else []))
        done, refused = self.counts[State.DONE], self.counts[State.REFUSED]
        said = [plural(done, f"candidat {self.words.done}", f"candidats {self.words.done}s")]
        return ", ".join(said + ([plural(refused, "refusé")] if refused else []))

    @property
    def said(self) -> str:
        """Where it was done."""
        return ""

    @property
    def place(self) -> tuple[str, str] | None:
        """(page, words) of where it was done."""
        return None

    @property
    def following(self) -> tuple[str, str] | None:
        """(page, words) of the act one goes on with."""
        return None

    @property
    def rows(self):
        """Those acted upon: the refusals and what was left first, then the order of the act."""
        first = Case(When(state__in=State.REASONED, then=0), default=Value(1))
        started = self.act.rows.exclude(state=State.CHOSEN)
        return started.select_related("registration__candidate").order_by(first, "position")

    def lines(self, rows):
        """[(row, kind of its state, word, whether it may stay quiet, hours)] for the rows of a page."""
        return [(row, ROW_KINDS[row.state], self.word(row), not row.reason, hours(row)) for row in rows]

    def word(self, row: BulkRow) -> str:
        return self.words.done if row.state == State.DONE else row.get_state_display()


class SittingScreen(OutcomeScreen):
    """Candidates were put before a commission or a jury."""

    sittings: type[Commission] | type[Jury]
    name: str
    article: str
    page: str
    next: tuple[str, str]  # the page of the next act, and what it is called

    @cached_property
    def sitting(self) -> Commission | Jury | None:
        return self.sittings._default_manager.filter(pk=self.act.parameters["sitting"]).first()

    @property
    def said(self) -> str:
        if self.sitting is None:
            return "La séance n’existe plus"
        when, at = long_day(self.sitting.held_on), hour(self.sitting.starts_at)
        return f"{self.name} du {when}, {at}, {self.sitting.place}"

    @property
    def place(self) -> tuple[str, str] | None:
        if self.sitting is None:
            return None
        words = f"{self.article} {lower_first(self.name)} du {day(self.sitting.held_on)}"
        return reverse(self.page, args=[self.sitting.pk]), words

    @property
    def following(self) -> tuple[str, str] | None:
        page, words = self.next
        return (reverse(page, args=[self.sitting.pk]), words) if self.sitting else None


class PlaceScreen(SittingScreen):
    sittings, name, article, page = Commission, "Commission", "La", "commission_detail"
    next = ("commission_summon", "Préparer les convocations")


class JuryScreen(SittingScreen):
    sittings, name, article, page = Jury, "Jury", "Le", "jury_detail"
    next = ("jury_detail", "Voir le jury")


class WriteScreen(OutcomeScreen):
    """Candidates, tutors or companies were written to: mails gone, letters to print."""

    @cached_property
    def text(self) -> LetterText:
        return LetterText.of(self.act.parameters)

    @cached_property
    def papers(self) -> Document | None:
        return letters_of(self.act)

    @cached_property
    def sent(self) -> tuple[int, int]:
        """(mails, letters): one made for several candidates is one."""
        made = self.act.rows.filter(state=State.DONE).order_by()
        mails = made.exclude(made=ON_PAPER).aggregate(found=Count("made", distinct=True))["found"]
        return mails, len(self.papers.data.get("letters", ())) if self.papers else 0

    @property
    def heading(self) -> str:
        """«22 courriels, 4 lettres à imprimer, 1 refusé»."""
        if self.act.is_at_work:
            return super().heading
        (mails, papers), refused = self.sent, self.counts[State.REFUSED]
        said = [plural(mails, "courriel")] if mails or not papers else []
        said += [plural(papers, "lettre à imprimer", "lettres à imprimer")] if papers else []
        return ", ".join(said + ([plural(refused, "refusé")] if refused else []))

    @property
    def said(self) -> str:
        return f"{self.text.audience.label}{NBSP}: «{NBSP}{self.text.subject}{NBSP}»"

    @property
    def following(self) -> tuple[str, str] | None:
        if self.papers is None:
            return None
        return reverse("document_download", args=[self.papers.pk]), "Lettres à imprimer (PDF)"

    def word(self, row: BulkRow) -> str:
        if row.state != State.DONE:
            return super().word(row)
        return "sur papier" if row.made == ON_PAPER else "par courriel"

    def lines(self, rows):
        """Each with its mail, to be followed: (page, «Sylvie Ravier : envoyé»), in one query."""
        made = [row.made for row in rows if row.made and row.made != ON_PAPER]
        mails = {str(mail.pk): mail for mail in OutboxMessage.objects.filter(pk__in=made)}
        for row in rows:
            if mail := mails.get(row.made):
                said = f"{mail.recipient_name}{NBSP}: {mail.get_state_display().lower()}"
                row.followed = reverse("outbox_message", args=[mail.pk]), said
        return super().lines(rows)


SCREENS: dict[str, type[OutcomeScreen]] = {
    BulkAct.Verb.PLACE: PlaceScreen,
    BulkAct.Verb.JURY: JuryScreen,
    BulkAct.Verb.WRITE: WriteScreen,
}


def screen_of(act: BulkAct) -> OutcomeScreen:
    """What the pages of a started act say."""
    return SCREENS[act.verb](act)


ROW_KINDS = {
    State.WAITING: "wait",
    State.TAKEN: "wait",
    State.DONE: "ok",
    State.REFUSED: "ko",
    State.UNDONE: "na",
    State.KEPT: "warn",
}


def hours(row: BulkRow) -> tuple[time, time] | None:
    """(from, until) where the act gives an hour."""
    if "at" not in row.parameters:
        return None
    at = time.fromisoformat(row.parameters["at"])
    return at, end_of(at, row.parameters["minutes"])
