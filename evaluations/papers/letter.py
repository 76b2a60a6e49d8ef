"""The letters on paper of a text sent to many: one PDF, in the order of the list, each on sheets of its own.

It names several people. When one of them is erased it is made again without that letter.
"""

from typing import Any

from accounts import log
from accounts.keys import Key, key_of
from cqpm.utils.french import NBSP, day, typeset
from documents.actions import request_document
from documents.kinds import PaperKind
from documents.models import Document
from evaluations.models import BulkAct, BulkRow
from evaluations.rules.letter import printable

ON_PAPER = "paper"  # what a row that made a letter of the PDF says it made


def on_paper(act: BulkAct) -> list[BulkRow]:
    """The rows whose letter is printed, in order: two alike are one letter."""
    rows = act.rows.filter(state=BulkRow.State.DONE, made=ON_PAPER, parameters__letter__isnull=False)
    return list(rows.order_by("position"))


def build_letters(fact: Key) -> dict[str, Any]:
    """The data of the letters of «bulkact:<uuid>»."""
    return letters_data(BulkAct.objects.select_related("centre", "made_by").get(pk=fact.pk))


def letters_data(act: BulkAct) -> dict[str, Any]:
    """What each sheet says, frozen."""
    centre = act.centre
    assert act.started_at is not None
    return {
        "letterhead": {"rule": [], "footer": typeset(f"{centre.name}, centre d’examen")},
        "centre": typeset(centre.name),
        "head": [
            "Centre d’examen",
            typeset(f"{centre.address}, {centre.postcode}{NBSP}{centre.city}"),
            ", ".join(filter(None, [centre.phone.replace(" ", NBSP), centre.email])),
        ],
        "done": f"{centre.city}, le {day(act.started_at)}",
        "signatory": str(act.made_by),
        "letters": [letter_words(row) for row in on_paper(act)],
    }


def letter_words(row: BulkRow) -> dict[str, Any]:
    """One letter; `registration` says whose it is, for who asks to be erased."""
    letter = row.parameters["letter"]
    return {
        "registration": str(row.registration_id),
        "number": letter["number"],
        "to": printable(letter["to"]),
        "addressee": [printable(line) for line in letter["addressee"]],
        "subject": typeset(printable(letter["subject"])),
        "text": typeset(printable(letter["text"])),
    }


def letters_of(act: BulkAct) -> Document | None:
    """The PDF of a started act as it stands; None when every letter left by mail."""
    return Document.objects.filter(kind=LETTERS_KIND.key, fact=key_of(act), replaced_by=None).first()


def issue_letters_again(act: BulkAct, former: Document) -> Document | None:
    """The PDF in what letters are left, its former version emptied; None when none is."""
    if not on_paper(act):
        return None
    return request_document(
        kind=LETTERS_KIND.key,
        fact=former.fact,
        number="",
        label=former.label,
        centre=former.centre,
        data=letters_data(act),
        replaces=former,
        by=log.SYSTEM,
    )


def may_read_letters(user: Any, document: Document) -> bool:
    """The staff of the centre."""
    return BulkAct.objects.for_user(user).filter(pk=document.fact_key.pk).exists()


LETTERS_KIND = PaperKind(
    "letters", "Lettres à imprimer", "documents/letters.html", 1, build_letters, may_read_letters
)
