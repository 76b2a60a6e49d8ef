"""The text of a mail, made from its outbox row at the moment somebody reads or sends it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.template import Context, engines

from accounts import links
from accounts.models import ExaminationCentre, OutboxMessage

LABELS: dict[str, str] = {}


@dataclass(frozen=True)
class Contact:
    """Where the person a mail was for is reached now ("" nowhere), and the page where that is put right.

    `addressee`: the lines of the envelope, when the mail is printed; none for people met at work.
    """

    email: str
    page: str = ""
    addressee: tuple[str, ...] = ()


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a mail."""

    name: str
    content: bytes
    content_type: str


ATTACHMENTS: list[Callable[[OutboxMessage], Attachment | None]] = []


def register_attachments(*readers: Callable[[OutboxMessage], Attachment | None]) -> None:
    """Says what goes with a mail; a reader gives None for a mail it has nothing for."""
    ATTACHMENTS.extend(readers)


def attachments(message: OutboxMessage) -> list[Attachment]:
    """What goes with a mail, made at the moment it leaves."""
    found = [reader(message) for reader in ATTACHMENTS]
    return [one for one in found if one]


CONTACTS: dict[str, Callable[[OutboxMessage], Contact | None]] = {}


def register_contacts(**readers: Callable[[OutboxMessage], Contact | None]) -> None:
    """Says how to find a mail's contact as it is now, by the kind of row its event is about: `opinion=…`.

    A reader takes the mail, and gives None when what it told of is gone.
    """
    CONTACTS.update(readers)


def contact(message: OutboxMessage) -> Contact:
    """Whom a mail was for, as the application knows that person now; the mail's own address by default."""
    message = message.resends or message
    reader = CONTACTS.get(message.mail_event.about.kind)
    return (reader and reader(message)) or Contact(message.recipient)


def register(**labels: str) -> None:
    """Names mails in French for the list of mails: `mailing.register(opinion_requested="Demande d’avis")`."""
    LABELS.update(labels)


def label(message: OutboxMessage) -> str:
    """The French name of a mail: what it is, without saying whom it is about."""
    return LABELS.get(message.template) or (
        links.PURPOSES[message.link.purpose].label if message.link else "Courriel"
    )


def labelled(messages):
    """The mails, each with its `label`, as a list shows them."""
    for message in messages:
        message.label = label(message)
    return messages


def render(message: OutboxMessage, *, link_url: str | None = None, signed: bool = True) -> tuple[str, str]:
    """(subject, body) of an outbox row, from `templates/emails/<template>.txt`: the first line is the subject.

    The text sees the row's context, `recipient_name`, `centre`, `public_url`, and `link_url`, the link's address as
    it is now: it is never stored. `link_url` given replaces it: the screen shows personal links to nobody. The
    signature, with the centre to write back to, is added here for every mail; `signed=False` leaves it out, for a
    printed twin. Plain text: nothing is escaped.
    """
    if link_url is None and message.link:
        link_url = links.url(message.link)
    context = Context(
        message.context
        | {
            "recipient_name": message.recipient_name,
            "centre": message.centre,
            "public_url": settings.PUBLIC_URL,
            "link": message.link,
            "link_url": link_url,
        },
        autoescape=False,
    )
    subject, _, body = _template(message.template).render(context).partition("\n")
    signature = _template("signature").render(context).strip() if signed else ""
    return " ".join(subject.split()), f"{body.strip()}\n\n{signature}".strip() + "\n"


def printed(
    *, template: str, context: dict[str, Any], name: str, centre: ExaminationCentre | None, **_: object
) -> tuple[str, str]:
    """(subject, body) of the letter to hand over, from what `outbox.post` takes: the paper bears the centre's head."""
    message = OutboxMessage(template=template, context=context, recipient_name=name, centre=centre)
    return render(message, signed=False)


def _template(name):
    return engines["django"].engine.get_template(f"emails/{name}.txt")
