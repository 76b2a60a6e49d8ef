"""Keys and events: the text of the columns is the same to the letter, and its parts are read here alone."""

from uuid import UUID

import pytest

from accounts.keys import Key, MailEvent, beginning, key_of
from accounts.models import OutboxMessage, User

ROW = User(pk=7)
UID = UUID("3f1c2c7e-3b0e-4c8a-9d53-0a3c1d0c7a11")


def test_a_row_goes_by_the_name_of_its_model():
    assert (Key.of(ROW), str(Key.of(ROW)), beginning("user")) == (Key("user", "7"), "user:7", "user:")


def test_a_row_may_go_by_another_word():
    message = OutboxMessage(pk=12)
    assert str(Key.of(message, "message")) == "message:12"


def test_a_column_takes_a_row_its_key_or_the_text_of_one():
    assert [key_of(ROW), key_of(Key.of(ROW)), key_of("user:7")] == ["user:7"] * 3


@pytest.mark.parametrize(
    ("text", "kind", "pk"),
    [
        (f"registration:{UID}", "registration", str(UID)),
        ("settings:national", "settings", "national"),
        ("contact:nom:suite@exemple.fr", "contact", "nom:suite@exemple.fr"),  # an address is not cut further
    ],
)
def test_a_key_is_read_as_it_was_written(text, kind, pk):
    assert (Key.read(text), str(Key.read(text))) == (Key(kind, pk), text)


@pytest.mark.parametrize(
    ("event", "text"),
    [
        (Key.of(ROW, "space").event(), "space:7"),
        (Key.of(ROW, "decision").event("published"), "decision:7:published"),
        (Key.of(ROW, "opinion").event("requested", UID), f"opinion:7:requested:{UID}"),
        (Key.of(ROW).event("hats", "2026-11-29T13:30:00+00:00"), "user:7:hats:2026-11-29T13:30:00+00:00"),
    ],
)
def test_an_event_is_read_as_it_was_written(event, text):
    assert str(event) == text
    assert MailEvent.read(text) == event


def test_a_convocation_says_whom_it_is_for():
    event = Key("jury", str(UID)).event(Key.of(ROW, "member"), "2026-11-29T13:30:00+00:00")
    assert str(event) == f"jury:{UID}:member:7:2026-11-29T13:30:00+00:00"
    assert (event.about, event.person) == (Key("jury", str(UID)), Key("member", "7"))
