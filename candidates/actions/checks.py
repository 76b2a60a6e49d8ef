"""What several verbs ask before they change anything."""

from collections.abc import Iterator
from typing import TypeVar
from uuid import UUID

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Model
from django.utils.text import capfirst

from candidates.models import Registration
from cqpm.utils.refusal import Refusal
from cqpm.utils.rows import column_label

Row = TypeVar("Row", bound=Model)


def validated(row: Row) -> Row:
    """The row, once its own validation has passed; Refusal with a sentence for each problem otherwise."""
    relations = [field.name for field in row._meta.fields if field.is_relation]  # rows in hand: they exist
    try:
        row.full_clean(exclude=relations, validate_unique=False, validate_constraints=False)
        row.validate_constraints()
    except ValidationError as error:
        raise Refusal(*error_sentences(row, error)) from None
    return row


def error_sentences(row: Model, error: ValidationError) -> Iterator[str]:
    """«Date de naissance : la date est dans le futur.» for each problem of a validation."""
    for name, problems in error.message_dict.items():
        label = "" if name == NON_FIELD_ERRORS else f"{capfirst(column_label(row, name))} : "
        yield from (f"{label}{problem}" for problem in problems)


def lock_registration(pk: UUID, *, running: bool = True) -> Registration:
    """The registration, locked until the end of the transaction: acts on one candidate follow one another.

    With what nearly every act reads; each further join would double the time PostgreSQL takes to plan a lock. Refusal
    when it is no longer running, unless `running=False`.
    """
    joined = Registration.objects.select_related(
        "candidate", "company", "centre", "referentiel__certification"
    )
    registration = joined.select_for_update(of=("self",)).get(pk=pk)
    if running and not registration.is_running:
        raise Refusal(
            f"Cette inscription est {registration.get_state_display().lower()} : elle ne change plus."
        )
    return registration


def required(text: str, sentence: str) -> str:
    """The text stripped; Refusal with the sentence when it is empty."""
    text = text.strip()
    if not text:
        raise Refusal(sentence)
    return text
