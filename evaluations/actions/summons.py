"""Letters made, overtaken, cancelled, handed over. Called by the verbs that announce or change an appointment."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts import log, outbox
from accounts.actions import issue_link
from accounts.keys import About, Key, key_of
from accounts.log import Actor
from accounts.models import AccessLink
from cqpm.utils.french import colon, today
from cqpm.utils.refusal import Refusal
from evaluations.actions.slot import book
from evaluations.models import Commission, Evaluation, Summons
from evaluations.reads.slot import Booker
from evaluations.reads.summons import Letter, letters_mark, replaced

ASSIGNMENT = "assignment"  # the purpose of the links by which somebody accepts or declines
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
            on=today(),
            registration=former.registration,
        )
        context = letter.context | {"replaced": replaced(former)}
        made.append(_make(letter, Summons.Kind.CANCELLATION, former, context, by))
    return made


@transaction.atomic
def answer_summons(*, summons: Summons, accepts: bool, reason: str = "", by: Actor) -> Summons:
    """Whoever evaluates or sits says whether he or she comes; the staff may note it for them. May be changed.

    Declining frees the quarters of an hour at once, accepting again takes them. The centre is told of a refusal.
    Refusal: a letter that no longer holds or expects no answer, a day that has passed, quarters taken since.
    """
    summons = Summons.objects.select_for_update(of=("self",)).get(pk=summons.pk)
    if summons.audience not in Summons.Audience.ASSIGNED or not summons.is_standing:
        raise Refusal("Cette convocation ne vaut plus : une autre l’a remplacée ou annulée.")
    subject = subject_of(summons)
    if subject is None or subject.held_on < today():
        raise Refusal("Ce jour est passé : il n’y a plus rien à répondre.")
    answer = Summons.Answer.ACCEPTED if accepts else Summons.Answer.DECLINED
    declined_anew = not accepts and summons.answer != answer
    summons.answer, summons.answer_reason = answer, "" if accepts else reason.strip()
    summons.answered_at, summons.answered_by = timezone.now(), log.actor_name(by)
    summons.save(update_fields=["answer", "answer_reason", "answered_at", "answered_by"])
    book(booker_of(subject))
    words = f"{summons.get_answer_display().lower()}{colon(summons.name)}"
    why = f" ({summons.answer_reason})" if summons.answer_reason else ""
    log.record(
        by=by,
        verb="answer_summons",
        subject=summons.registration or Key.read(summons.about),
        sentence=f"{summons.get_audience_display()}, {words}{why}.",
        centre=summons.centre,
        data={"summons": str(summons.pk), "answer": answer},
    )
    if declined_anew:
        tell_centre(summons)
    return summons


def tell_centre(summons: Summons) -> None:
    """The mail that tells the centre somebody will not come."""
    assert summons.answered_at is not None
    outbox.post(
        event=Key.of(summons).event("declined", f"{summons.answered_at.timestamp():.6f}"),
        to=summons.centre.email,
        name=summons.centre.name,
        template="assignment_declined",
        context={
            "who": summons.name,
            "as_what": summons.get_audience_display().lower(),
            "reason": summons.answer_reason,
            "about": summons.about,
            **{name: summons.context.get(name, "") for name in ("when", "hour", "place")},
        },
        centre=summons.centre,
    )


def subject_of(summons: Summons) -> Commission | Evaluation | None:
    """The row a letter to whoever evaluates or sits is about; None when it is gone."""
    key = Key.read(summons.about)
    if key.kind == "commission":
        return Commission.objects.filter(pk=key.pk).first()
    found: Evaluation | None = Evaluation.objects.filter(pk=key.pk).first()
    return found


def booker_of(subject: Commission | Evaluation) -> Booker | None:
    """What books the quarters: a commission its own, an evaluation those of its visit or of its commission."""
    return subject if isinstance(subject, Commission) else subject.visit or subject.commission


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
    made = Summons.objects.create(
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
        replaces=former,
        made_at=now,
        made_by=log.actor_name(by),
    )
    made.link = _answer_link(made, letter) if made.awaits_answer and letter.email else None
    made.message = outbox.post(
        event=letter.about.event(letter.person, f"{now.timestamp():.6f}"),
        to=letter.email,
        name=letter.name,
        template=letter.template,
        context=context,
        link=made.link,
        centre=letter.centre,
    )
    made.save(update_fields=["link", "message"])
    return made


def _answer_link(summons: Summons, letter: Letter) -> AccessLink:
    """Where whoever evaluates or sits says whether he or she comes, until the day has passed."""
    last = datetime.combine(letter.on + timedelta(days=1), time.min, tzinfo=timezone.get_current_timezone())
    return issue_link(
        purpose=ASSIGNMENT,
        subject=summons,
        email=letter.email,
        holder=letter.name,
        expires_at=max(last, timezone.now() + timedelta(hours=1)),
        centre=letter.centre,
    )
