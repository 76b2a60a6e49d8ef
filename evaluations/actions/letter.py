"""The texts a centre keeps to send to many."""

from typing import Any

from django.db import transaction

from accounts import log
from accounts.log import Actor
from accounts.models import ExaminationCentre
from candidates.actions.checks import validated
from cqpm.utils.french import NBSP
from cqpm.utils.refusal import Refusal, Stale
from evaluations.models import LetterTemplate
from evaluations.rules.letter import names_in_subject, problems_in


@transaction.atomic
def keep_letter_template(*, centre: ExaminationCentre, by: Actor, **words: Any) -> LetterTemplate:
    """A new text. `words`: name, audience, subject, body. Refusal as `checked_text`; a name in use."""
    template = LetterTemplate(centre=centre, **words)
    return _save(template, "keep_letter_template", "Modèle de courrier gardé", by)


@transaction.atomic
def change_letter_template(*, template: LetterTemplate, by: Actor, **words: Any) -> LetterTemplate:
    """Other words; what was sent stays as it was. Refusal as above; Stale once it was deleted."""
    template = _locked(template)
    for name, value in words.items():
        setattr(template, name, value)
    return _save(template, "change_letter_template", "Modèle de courrier modifié", by)


@transaction.atomic
def delete_letter_template(*, template: LetterTemplate, by: Actor) -> None:
    """Nothing sent is touched. Stale once it was deleted."""
    template = _locked(template)
    _record(template, "delete_letter_template", "Modèle de courrier supprimé", by)
    template.delete()


def checked_text(subject: str, body: str) -> None:
    """Refusal: each field that is unknown or not closed; a subject that would name a candidate."""
    problems = [*problems_in(subject), *problems_in(body), *names_in_subject(subject)]
    if problems:
        raise Refusal(*problems)


def _locked(template: LetterTemplate) -> LetterTemplate:
    found = LetterTemplate.objects.select_for_update(of=("self",)).filter(pk=template.pk)
    locked = found.select_related("centre").first()
    if locked is None:
        raise Stale("Ce modèle a été supprimé depuis : rien n’a été changé.")
    return locked


def _save(template: LetterTemplate, verb: str, what: str, by: Actor) -> LetterTemplate:
    checked_text(template.subject, template.body)
    validated(template).save()
    _record(template, verb, what, by)
    return template


def _record(template: LetterTemplate, verb: str, what: str, by: Actor) -> None:
    sentence = f"{what} : «{NBSP}{template.name}{NBSP}»."
    log.record(by=by, verb=verb, subject=template, sentence=sentence, centre=template.centre)
