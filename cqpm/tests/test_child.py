"""Foreign files read in a child process: each limit is reached once."""

import time

import pytest

from cqpm.tests import parsers
from cqpm.utils.child import KEPT, Crashed, OutOfMemory, OutOfTime, run
from cqpm.utils.refusal import Refusal


def test_result_comes_back_with_the_progress():
    heard = []
    result = run(parsers.repeat, "é", 3, progress=lambda *step: heard.append(step))
    assert (result, heard) == ({"text": "ééé"}, [(1, 3), (2, 3), (3, 3)])


def test_big_arguments_and_answers_pass():
    assert run(parsers.repeat, "x" * 1_000_000, 3) == {"text": "x" * 3_000_000}


def test_no_secret_is_inherited(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "known to the worker alone")
    allowed = {*KEPT, "PYTHONIOENCODING", "DJANGO_SETTINGS_MODULE", "LC_CTYPE"}  # the last two it sets itself
    assert set(run(parsers.environment)) - allowed == set()


@pytest.mark.parametrize("function", [parsers.spin, parsers.sleep])
def test_neither_work_nor_sleep_outlasts_its_time(function):
    started = time.monotonic()
    with pytest.raises(OutOfTime, match="plus de 1 s"):
        run(function, seconds=1)
    assert time.monotonic() - started < 20  # not the thirty it would take


def test_memory_is_bounded():
    with pytest.raises(OutOfMemory, match="plus de 300 Mo"):
        run(parsers.swallow, megabytes=300)


def test_answer_is_bounded():
    with pytest.raises(Crashed, match="démesuré"):
        run(parsers.swallow_answer)


def test_no_file_is_written(tmp_path):
    with pytest.raises(Crashed) as caught:
        run(parsers.write, str(tmp_path / "file"))
    assert "File too large" in caught.value.detail


@pytest.mark.parametrize(
    ("function", "detail"),
    [
        (parsers.die, "code -6"),
        (parsers.fail, "odd byte at 12"),
        (parsers.unsayable, "not JSON serializable"),
    ],
)
def test_crash_says_what_happened_to_the_log_alone(function, detail):
    with pytest.raises(Crashed, match="sans doute endommagé") as caught:
        run(function)
    assert detail in caught.value.detail
    assert detail not in str(caught.value)


def test_refusal_of_the_parser_is_the_parent_s():
    with pytest.raises(Refusal) as caught:
        run(parsers.refuse)
    assert caught.value.reasons == ["Le fichier est vide.", "Choisissez-en un autre."]


def test_parent_may_stop_the_child_by_refusing_its_progress():
    def lost(done, total):
        raise Refusal("Quelqu’un d’autre s’en occupe.")

    with pytest.raises(Refusal, match="s’en occupe"):
        run(parsers.repeat, "x", 2, progress=lost)
