"""The log: one actor, the name frozen, rows the database itself refuses to change."""

import pytest
from django.db import IntegrityError, transaction

from accounts.log import SYSTEM, record
from accounts.models import LogEntry
from accounts.tests.factories import make_link, make_user
from cqpm.utils.freeze import gate

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]


def write(by=SYSTEM):
    return record(by=by, verb="essai", subject="user:1", sentence="Essai.")


@pytest.mark.parametrize(
    ("actor", "expected"),
    [
        (lambda: make_user(first_name="Claire", last_name="Aubry"), "Claire Aubry"),
        (lambda: make_link(holder="Léo Marchetti"), "Léo Marchetti"),
        (lambda: SYSTEM, "Système"),
    ],
)
def test_the_actor_s_name_is_frozen_with_the_act(actor, expected):
    assert write(actor()).actor_name == expected


def test_a_sentence_longer_than_a_line_of_the_journal_is_shortened():
    whole = record(by=SYSTEM, verb="essai", subject="user:1", sentence="é" * 400)
    cut = record(by=SYSTEM, verb="essai", subject="user:1", sentence="é" * 401)
    assert (whole.sentence, cut.sentence) == ("é" * 400, "é" * 399 + "…")


def test_a_later_change_of_name_does_not_rewrite_the_past():
    user = make_user(first_name="Claire", last_name="Aubry")
    entry = write(user)
    user.last_name = "Vasseur"
    user.save()
    entry.refresh_from_db()
    assert entry.actor_name == "Claire Aubry"


@pytest.mark.parametrize(
    "change",
    [
        lambda entry: entry.delete(),
        lambda entry: LogEntry.objects.filter(pk=entry.pk).delete(),
        lambda entry: LogEntry.objects.filter(pk=entry.pk).update(sentence="Autre."),
        lambda entry: LogEntry(pk=entry.pk, actor_name="X", verb="v", subject="s", sentence="Autre.").save(),
    ],
)
def test_an_entry_is_neither_changed_nor_deleted(change):
    entry = write()
    before = list(LogEntry.objects.values())
    with pytest.raises(IntegrityError), transaction.atomic():
        change(entry)
    assert list(LogEntry.objects.values()) == before


def test_the_gate_opens_for_its_own_block_only():
    first, second = write(), write()
    with gate():
        LogEntry.objects.filter(pk=first.pk).delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        LogEntry.objects.filter(pk=second.pk).delete()
    assert list(LogEntry.objects.all()) == [second]


def test_a_failure_inside_the_gate_closes_it():
    entry = write()
    with pytest.raises(ZeroDivisionError), gate():
        LogEntry.objects.filter(pk=entry.pk).delete()
        1 / 0  # noqa: B018
    with pytest.raises(IntegrityError), transaction.atomic():
        LogEntry.objects.filter(pk=entry.pk).delete()
    assert list(LogEntry.objects.all()) == [entry]
