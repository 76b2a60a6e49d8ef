"""What came of a text sent to many: mails gone, to be followed, and letters to print."""

from functools import cached_property

from django.db.models import Count
from django.urls import reverse

from accounts.models import OutboxMessage
from cqpm.utils.french import NBSP, plural
from documents.models import Document
from evaluations.models import BulkRow
from evaluations.papers.letter import ON_PAPER, letters_of
from evaluations.reads.letter import LetterText
from evaluations.screens.bulk.base import OutcomeScreen

State = BulkRow.State


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
        rows = list(rows)
        made = [row.made for row in rows if row.made and row.made != ON_PAPER]
        mails = {str(mail.pk): mail for mail in OutboxMessage.objects.filter(pk__in=made)}
        for row in rows:
            if mail := mails.get(row.made):
                said = f"{mail.recipient_name}{NBSP}: {mail.get_state_display().lower()}"
                row.followed = reverse("outbox_message", args=[mail.pk]), said
        return super().lines(rows)
