"""What the checks say of a line, and where the line stands once people have answered. Pure."""

from django.db.models import TextChoices


class Level(TextChoices):
    ERROR = "error", "Erreur"
    WARNING = "warning", "Avertissement"
    NOTICE = "notice", "Complété"


class Status(TextChoices):
    READY = "ready", "Prête"
    TO_CHECK = "to_check", "À vérifier"
    TO_CORRECT = "to_correct", "À corriger"
    IGNORED = "ignored", "Ignorée"


SAME, OTHER, READ = "same", "other", "read"  # the answers kept: same person, another one, warning read


def status_of(findings, settled):
    """The status of a line: an error asks for another file, a warning or a likely duplicate for an answer."""
    if any(finding["level"] == Level.ERROR for finding in findings):
        return Status.TO_CORRECT
    questions = [finding for finding in findings if finding["level"] == Level.WARNING]
    if any(is_ignored(finding, settled) for finding in questions):
        return Status.IGNORED
    return Status.TO_CHECK if any(finding["key"] not in settled for finding in questions) else Status.READY


def is_ignored(finding, settled):
    """The same person stands on an earlier line, or is already registered for this référentiel: nothing to add."""
    pair = finding.get("pair")
    return (
        bool(pair) and settled.get(finding["key"]) == SAME and bool(pair.get("line") or pair.get("running"))
    )


def known_of(findings, settled):
    """The id of the known candidate a line was said to be, or None."""
    for finding in findings:
        pair = finding.get("pair") or {}
        if pair.get("candidate") and settled.get(finding["key"]) == SAME:
            return pair["candidate"]
    return None
