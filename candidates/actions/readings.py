"""The candidate's own reading of the civil identity, and what the centre makes of an error he or she reports."""

from django.db import transaction
from django.utils import timezone

from accounts import log
from accounts.log import Actor
from candidates.actions.checks import lock_registration, required
from candidates.models import Candidate, IdentityReading, Registration
from cqpm.utils.refusal import Refusal


@transaction.atomic
def read_identity(*, registration: Registration, seen: str, remark: str = "", by: Actor) -> IdentityReading:
    """The candidate says that the identity shown is right (`remark` empty) or what is wrong with it.

    `seen`: the `identity_fingerprint` of what the page showed; `by`: the link of the space. Refusal when it was corrected since.
    """
    registration = lock_registration(registration.pk)
    return add_reading(registration, seen=seen, remark=remark.strip(), by=by)


@transaction.atomic
def record_paper_reading(*, registration: Registration, by: Actor) -> IdentityReading:
    """The candidate has signed the printed identity as right; the paper is with the centre."""
    registration = lock_registration(registration.pk)
    return add_reading(registration, seen=registration.candidate.identity_fingerprint, on_paper=True, by=by)


@transaction.atomic
def answer_reading(*, registration: Registration, answer: str, by: Actor) -> None:
    """What the centre answers to an error reported that is none; one that is, is corrected instead.

    Refusal when no error awaits an answer, or without words.
    """
    registration = lock_registration(registration.pk)
    answer = required(answer, "Écrivez au candidat pourquoi rien n’est à corriger.")
    if not settle_readings(registration.candidate, answer=answer, by=by):
        raise Refusal("Aucune erreur signalée n’attend de réponse.")
    record(registration, by=by, verb="answer_reading", sentence=f"Identité maintenue : {answer}")


def add_reading(
    registration: Registration, *, seen: str, remark: str = "", on_paper: bool = False, by: Actor
) -> IdentityReading:
    """Keeps one reading of the identity of fingerprint `seen`, right without `remark`; gives it, or the same one made before.

    Refusal when the identity has changed since, or an error reported still awaits the centre.
    """
    candidate = registration.candidate
    if seen != candidate.identity_fingerprint:
        raise Refusal("Votre identité vient d’être corrigée par le centre : relisez-la.")
    reading = candidate.reading
    if reading and reading.awaits_centre:
        raise Refusal("Le centre examine l’erreur déjà signalée.")
    if reading and reading.correct and not remark:
        return reading
    reading = IdentityReading.objects.create(
        candidate=candidate,
        seen=candidate.identity,
        correct=not remark,
        remark=remark,
        read_by=str(candidate),
        on_paper=on_paper,
    )
    found = f"erreur signalée : {remark}" if remark else "exacte"
    paper = " sur papier" if on_paper else ""
    record(registration, by=by, verb="read_identity", sentence=f"Identité relue{paper}, {found}.")
    return reading


def settle_readings(candidate: Candidate, *, answer: str = "", by: Actor) -> int:
    """Closes the errors that await the centre, once it has corrected or answered; gives how many."""
    waiting = IdentityReading.objects.filter(candidate=candidate, correct=False, settled_at=None)
    return waiting.update(settled_at=timezone.now(), settled_by=log.actor_name(by), answer=answer)


def record(registration: Registration, *, by: Actor, verb: str, sentence: str) -> None:
    log.record(by=by, verb=verb, subject=registration, centre=registration.centre, sentence=sentence)
