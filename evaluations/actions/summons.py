"""Letters made, overtaken, cancelled, handed over. Called by the verbs that announce or change an appointment."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts import log, outbox
from accounts.keys import About, Key, key_of
from accounts.log import Actor
from cqpm.utils.french import colon
from cqpm.utils.refusal import Refusal
from evaluations.models import Summons
from evaluations.reads.summons import Letter, letters_mark, replaced

CHANGED = "Ce qui devait partir a changé depuis l’aperçu : relisez-le, puis envoyez."


def send_letters(letters: Sequence[Letter], *, by: Actor, previewed: str | None = None) -> list[Summons]:
    """Makes each letter: mailed, or on paper for whoever has no address. Gives the letters made, in their order.

    `previewed`: the fingerprint of the list somebody read before pressing. Refusal when it is another one by now.
    """
    if previewed is not None and previewed != letters_mark(letters):
        raise Refusal(CHANGED)
    return [_make(letter, letter.kind, letter.former, letter.whole_context, by) for letter in letters]


def overtake(about: About, *, person: About = "") -> int:
    """What was announced is no longer so: the letters still true are over, and no longer to hand. Gives how many."""
    return _over(Summons.objects.standing().about(about), person).update(over_at=timezone.now())


def cancel_letters(about: About, *, what: str, by: Actor, person: About = "") -> list[Summons]:
    """Tells whoever was told that the appointment is off. `what`: «Commission d’évaluation», as its subject says.

    Each letter is over, those already overtaken by a change that nobody announced as well. Gives the cancellations.
    """
    last = Summons.objects.about(about).filter(replaced_by=None).exclude(kind=Summons.Kind.CANCELLATION)
    concerned = _over(last, person)
    standing = list(concerned.select_for_update(of=("self",)).order_by("made_at"))
    concerned.filter(over_at=None).update(over_at=timezone.now())
    made = []
    for former in standing:
        letter = Letter(
            about=Key.read(former.about),
            person=Key.read(former.person),
            audience=Summons.Audience(former.audience),
            name=former.name,
            email=former.email,
            template="summons_cancelled",
            context={"what": what},
            centre=former.centre,
            registration=former.registration,
        )
        context = letter.context | {"replaced": replaced(former)}
        made.append(_make(letter, Summons.Kind.CANCELLATION, former, context, by))
    return made


@transaction.atomic
def hand_summons_over(*, summons: Summons, by: Actor) -> Summons:
    """A letter on paper is with its person. Refusal: it left by mail, is handed over already, or is over."""
    summons = Summons.objects.select_for_update(of=("self",)).get(pk=summons.pk)
    if not summons.is_to_hand:
        raise Refusal("Cette lettre n’est plus à remettre.")
    summons.handed_at, summons.handed_by = timezone.now(), log.actor_name(by)
    summons.save(update_fields=["handed_at", "handed_by"])
    log.record(
        by=by,
        verb="hand_over_summons",
        subject=summons.registration or Key.read(summons.about),
        sentence=f"{summons.get_kind_display()} remise{colon(summons.name)}.",
        centre=summons.centre,
    )
    return summons


def _over(rows: "QuerySet[Summons]", person: About) -> "QuerySet[Summons]":
    return rows.filter(person=key_of(person)) if person else rows


def _make(
    letter: Letter, kind: Summons.Kind, former: Summons | None, context: dict[str, Any], by: Actor
) -> Summons:
    now = timezone.now()
    message = outbox.post(
        event=letter.about.event(letter.person, f"{now.timestamp():.6f}"),
        to=letter.email,
        name=letter.name,
        template=letter.template,
        context=context,
        centre=letter.centre,
    )
    return Summons.objects.create(
        centre=letter.centre,
        kind=kind,
        audience=letter.audience,
        about=str(letter.about),
        person=str(letter.person),
        registration=letter.registration,
        name=letter.name,
        email=letter.email,
        template=letter.template,
        context=context,
        message=message,
        replaces=former,
        made_at=now,
        made_by=log.actor_name(by),
    )
