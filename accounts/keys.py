"""How links, papers, mails and the journal name a row that lies above them, without a foreign key up.

By a key, «registration:<uuid>»; a mail, by what it tells of the row, «opinion:<uuid>:requested:<link>». Columns hold
the text; it is written and read here alone, everybody else asks the values below for their parts.
"""

from dataclasses import dataclass
from typing import Self

from django.db.models import Model


@dataclass(frozen=True)
class Key:
    """One row. `kind`: its model's name, or a word of its app's own; `pk`: as text, whatever the row's own type."""

    kind: str
    pk: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.pk}"

    @classmethod
    def of(cls, row: Model, kind: str = "") -> Self:
        """The key of a row; `kind`: where it goes by another word than its model's name."""
        return cls(kind or row._meta.model_name, str(row.pk))

    @classmethod
    def read(cls, text: str) -> Self:
        kind, _, pk = text.partition(":")
        return cls(kind, pk)

    def event(self, *words: object) -> "MailEvent":
        """What a mail tells of the row: `Key.of(decision).event("published")`."""
        return MailEvent(self, ":".join(map(str, words)))


@dataclass(frozen=True)
class MailEvent:
    """What a mail tells, once to each recipient.

    `about`: the row; `what`: what happened to it, then whatever tells one time from another: a moment, a link.
    """

    about: Key
    what: str = ""

    def __str__(self) -> str:
        return f"{self.about}:{self.what}" if self.what else str(self.about)

    @classmethod
    def read(cls, text: str) -> Self:
        kind, _, rest = text.partition(":")
        pk, _, what = rest.partition(":")
        return cls(Key(kind, pk), what)

    @property
    def person(self) -> Key:
        """Of a convocation, the row of whom it is for: «jury:<uuid>:member:<id>:<moment>»."""
        return MailEvent.read(self.what).about


About = Model | Key | str  # a row, or the key it goes by


def key_of(about: About) -> str:
    """The text columns hold and compare: the key of a row, or one made before."""
    return about if isinstance(about, str) else str(about if isinstance(about, Key) else Key.of(about))


def beginning(kind: str) -> str:
    """What the text of every key of a kind begins with: «user:»."""
    return str(Key(kind, ""))
