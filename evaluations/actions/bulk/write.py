"""One candidate of a selection written to, or his or her tutor, or company: a mail, or a letter of the act's PDF."""

from accounts import log, outbox
from accounts.addresses import faulty_among
from accounts.keys import Key, key_of
from accounts.log import Actor
from candidates.actions.checks import lock_registration
from cqpm.utils.french import NBSP, colon, shortened, today
from cqpm.utils.refusal import Refusal
from documents.actions import request_document
from documents.models import Document
from evaluations.models import BulkAct, BulkRow
from evaluations.papers.letter import LETTERS_KIND, ON_PAPER, letters_data, on_paper
from evaluations.reads.bulk.write import why_not_written
from evaluations.reads.letter import LetterText, WrittenLetter, correspondent_of, letter_of
from evaluations.rules import Reason

CHANGED = "Sa lettre n’est plus celle qui a été relue : ses données ont changé depuis. Rien n’est parti."


def write_to(row: BulkRow, by: Actor) -> str:
    """Sends the letter the recap showed, and no other; the same words to the same person leave once.

    The act is locked: of two workers, the second sees what the first has sent. Gives the key of the mail, or `ON_PAPER`.
    """
    act = BulkAct.objects.select_for_update(of=("self",)).select_related("centre").get(pk=row.act_id)
    registration = lock_registration(row.registration_id, running=False)
    if reason := why_not_written(act.centre_id, registration):
        raise Refusal(reason)
    text = LetterText.of(act.parameters)
    address = correspondent_of(registration, text.audience, today())[1]
    faulty = faulty_among([address] if address else [], act.centre)
    letter = letter_of(registration, text, faulty=faulty, on_day=today())
    if isinstance(letter, Reason):
        raise Refusal(letter)
    if letter.mark != row.parameters["mark"]:
        raise Refusal(CHANGED)
    twin = act.rows.filter(state=BulkRow.State.DONE, parameters__mark=letter.mark).first()
    made = twin.made if twin else _send(row, act, letter)
    how = "Lettre sur papier" if made == ON_PAPER else "Courriel"
    log.record(
        by=by,
        verb="write_letter",
        subject=registration,
        sentence=f"{how}{colon(letter.name)}, «{NBSP}{letter.subject}{NBSP}».",
        centre=act.centre,
        data={"act": str(act.pk)},
    )
    return made


def _send(row: BulkRow, act: BulkAct, letter: WrittenLetter) -> str:
    message = outbox.post(
        event=Key.of(act).event(Key("registration", str(row.registration_id))),
        to=letter.email,
        name=letter.name,
        template="letter",
        context=letter.context,
        centre=act.centre,
    )
    if message:
        return str(message.pk)
    row.parameters = row.parameters | {"letter": letter.frozen}
    row.save(update_fields=["parameters"])
    return ON_PAPER


def request_letters(act: BulkAct) -> Document | None:
    """The PDF of the letters on paper, in the order of the list, once the last row is settled; None without any."""
    if not on_paper(act):
        return None
    subject = LetterText.of(act.parameters).subject
    return request_document(
        kind=LETTERS_KIND.key,
        fact=key_of(act),
        number="",
        label=shortened(f"Lettres, {subject}", 200),
        centre=act.centre,
        data=letters_data(act),
        by=act.made_by,
    )
