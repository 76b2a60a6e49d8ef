"""One letter of a text sent to many: to whom, how it goes, its words. What the recap shows is what each row sends."""

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from candidates.models import Registration
from cqpm.utils.french import day
from evaluations.rules import Reason
from evaluations.rules.letter import (
    Correspondent,
    LetterField,
    NotWritten,
    fields_in,
    fill_fields,
    lacking,
    names_in_subject,
    problems_in,
)


@dataclass(frozen=True)
class LetterText:
    """What is sent to many: to whom, subject and text with their fields."""

    audience: Correspondent
    subject: str
    body: str

    @classmethod
    def of(cls, parameters: dict[str, Any]) -> Self:
        """As the settings of an act have it."""
        audience = Correspondent(parameters.get("audience", Correspondent.CANDIDATE))
        return cls(audience, parameters.get("subject", ""), parameters.get("body", ""))

    @property
    def is_written(self) -> bool:
        """It says something, and nothing that cannot be sent."""
        problems = [*problems_in(self.subject), *problems_in(self.body), *names_in_subject(self.subject)]
        return bool(self.subject and self.body and not problems)

    @property
    def fields(self) -> list[LetterField]:
        return fields_in(self.subject, self.body)


@dataclass(frozen=True)
class WrittenLetter:
    """The text as one person gets it. `email`: "" on paper; `addressee`: the lines of the envelope then, none unknown.

    `number`: of the inscription, in the head of a candidate's own letter; a tutor's may speak of several.
    """

    number: str
    name: str
    email: str
    addressee: tuple[str, ...]
    subject: str
    text: str

    @property
    def mail_subject(self) -> str:
        """With the number of the inscription, as every subject; the paper has it in its head."""
        said = not self.number or self.number in self.subject
        return self.subject if said else f"{self.subject} (inscription n° {self.number})"

    @property
    def context(self) -> dict[str, str]:
        """What the mail's template takes, beside the name."""
        return {"subject": self.mail_subject, "text": self.text}

    @property
    def body(self) -> str:
        """What is read under the subject, as `emails/letter.txt` has it."""
        return f"Bonjour {self.name},\n\n{self.text}"

    @property
    def frozen(self) -> dict[str, Any]:
        """Plain values, for the paper."""
        return {
            "number": self.number,
            "to": self.name,
            "addressee": list(self.addressee),
            "subject": self.subject,
            "text": self.body,
        }

    @property
    def mark(self) -> str:
        """Of all it says and where it goes: two alike are one letter, another one is not what was read."""
        said = [self.number, self.name, self.email.lower(), self.addressee, self.subject, self.text]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:32]


def letter_of(
    registration: Registration, text: LetterText, *, faulty: Collection[str], on_day: date
) -> WrittenLetter | Reason:
    """The letter about a candidate, or why there is none. `faulty`: addresses in error, in lower case: none is used.

    Asks no query: the registration has its people, its class and its centre joined.
    """
    values = values_of(registration)
    if text.audience != Correspondent.CANDIDATE and not registration.company:
        return NotWritten.NO_COMPANY()
    if text.audience == Correspondent.TUTOR and not registration.tutor_name:
        return NotWritten.NO_TUTOR()
    if missing := lacking(text.fields, values):
        return missing
    name, email, addressee = correspondent_of(registration, text.audience, on_day)
    email = "" if email.lower() in faulty else email
    return WrittenLetter(
        number=registration.number if text.audience == Correspondent.CANDIDATE else "",
        name=name,
        email=email,
        addressee=() if email else tuple(addressee),
        subject=" ".join(fill_fields(text.subject, values).split()),
        text=fill_fields(text.body, values),
    )


def correspondent_of(
    registration: Registration, audience: Correspondent, on_day: date
) -> tuple[str, str, Sequence[str]]:
    """(name, address of mails, lines of the envelope). A company's letter goes to the line manager, else to itself."""
    candidate, company = registration.candidate, registration.company
    if audience == Correspondent.CANDIDATE or company is None:
        return str(candidate), candidate.email, candidate.addressee(on_day)
    if audience == Correspondent.TUTOR:
        return registration.tutor_name, registration.tutor_email, company.addressee(registration.tutor_name)
    if registration.line_manager_name:
        name = registration.line_manager_name
        return name, registration.line_manager_email, company.addressee(name)
    return company.name, registration.line_manager_email, company.addressee("")


def values_of(registration: Registration) -> dict[LetterField, str]:
    """What stands for each field, "" where nothing is known."""
    candidate, centre = registration.candidate, registration.centre
    return {
        LetterField.CIVILITY: candidate.civility,
        LetterField.FIRST_NAME: candidate.first_name,
        LetterField.LAST_NAME: candidate.last_name.upper(),
        LetterField.NUMBER: registration.number,
        LetterField.TITLE: registration.referentiel.title,
        LetterField.REGISTERED_ON: day(registration.registered_on),
        LetterField.DOSSIER_DUE_ON: day(registration.dossier_due_on),
        LetterField.COHORT: str(registration.cohort or ""),
        LetterField.COMPANY: str(registration.company or ""),
        LetterField.TUTOR: registration.tutor_name,
        LetterField.CENTRE: centre.name,
        LetterField.CENTRE_PHONE: centre.phone,
    }
